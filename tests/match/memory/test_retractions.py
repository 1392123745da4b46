"""Retractions: searches that a post stops matching, with a known former version or after a change of counts only."""

from __future__ import annotations

from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.query.parser import parse
from tests.match.strategies import post


def _fed(*texts: str) -> MemoryMatcher:
    matcher = MemoryMatcher()
    for text in texts:
        matcher.add(text, parse(text, 0))
    return matcher


def test_a_search_for_counts_matches_when_fresher_counts_arrive_and_is_retracted_when_they_leave_its_range() -> None:
    matcher = _fed("cat likes:1000..", "cat likes:..999", "cat", "cat -likes:1000..", "dog likes:1000..")
    few, many = post("cat", likes=999), post("cat", likes=1000)
    assert set(matcher.match([few]).matches) == {"cat", "cat likes:..999", "cat -likes:1000.."}
    assert set(matcher.match([many]).matches) == {"cat", "cat likes:1000.."}
    assert matcher.lost([(few, many), (many, few)]) == {
        "cat likes:..999": (0,),
        "cat -likes:1000..": (0,),
        "cat likes:1000..": (1,),
    }


def test_an_edit_that_removes_a_word_is_retracted_from_its_searches() -> None:
    matcher = _fed("cat", "cats", "-cat lang:en")
    before, after = post("cat", facets={"lang:en"}), post("cats", facets={"lang:en"})
    assert matcher.lost([(before, after)]) == {"cat": (0,)}
    assert matcher.lost([(after, before)]) == {"cats": (0,), "-cat lang:en": (0,)}


def test_a_change_of_counts_alone_is_matched_against_searches_for_counts_only() -> None:
    matcher = _fed(*(f"cat word{number}" for number in range(100)), "cat", "cat likes:5..")
    asked: list[int] = []
    everything = matcher._all.decide
    matcher._all.decide = lambda documents, posts_of: asked.append(1) or everything(documents, posts_of)  # type: ignore[method-assign, func-returns-value] # counts calls
    assert matcher.lost([(post("cat", likes=9), post("cat", likes=1))]) == {"cat likes:5..": (0,)}
    assert not asked
    matcher.lost([(post("cat"), post("dog"))])
    assert asked


def test_unknown_former_counts_retract_from_every_search_they_could_have_matched() -> None:
    matcher = _fed(
        "cat likes:1000..", "cat likes:..5", "cat", "dog likes:1000..", "followers:9.. OR snow", "cat lang:ja"
    )
    now = post("cat", likes=7, followers=1)
    assert matcher.lost_by_counts([now, post("dog")]) == {
        "cat likes:1000..": (0,),
        "cat likes:..5": (0,),
        "dog likes:1000..": (1,),
        "followers:9.. OR snow": (0, 1),
    }


def test_a_search_that_was_replaced_or_removed_retracts_nothing() -> None:
    matcher = _fed("cat likes:5..", "dog likes:5..")
    matcher.add("cat likes:5..", parse("cat", 0))
    matcher.remove("dog likes:5..")
    assert not matcher.lost_by_counts([post("cat dog")])
    assert not matcher.lost([(post("cat dog", likes=9), post("cat dog"))])
