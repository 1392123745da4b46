"""What stops matching when a post changes: known former versions, and redeliveries where only the counts changed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match.matcher import Matcher
from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from tests.match.strategies import NUMBERS, documents, post, queries
from tests.match.test_matcher import brute, matcher_of

_searches = st.lists(queries, min_size=4, max_size=10)
_other_counts = st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 6), max_size=4)


def _fed(*texts: str) -> Matcher:
    matcher = Matcher()
    for text in texts:
        matcher.add(text, parse(text, 0))
    return matcher


def test_a_search_for_counts_fires_when_fresher_counts_arrive_and_is_gone_when_they_leave_its_range() -> None:
    matcher = _fed("cat likes:1000..", "cat likes:..999", "cat", "cat -likes:1000..", "dog likes:1000..")
    few, many = post("cat", likes=999), post("cat", likes=1000)
    assert set(matcher.match([few]).matches) == {"cat", "cat likes:..999", "cat -likes:1000.."}
    assert set(matcher.match([many]).matches) == {"cat", "cat likes:1000.."}
    assert matcher.lost([(few, many), (many, few)]) == {
        "cat likes:..999": (0,),
        "cat -likes:1000..": (0,),
        "cat likes:1000..": (1,),
    }


def test_an_edit_that_takes_a_word_away_is_gone_from_its_searches() -> None:
    matcher = _fed("cat", "cats", "-cat lang:en")
    before, after = post("cat", facets={"lang:en"}), post("cats", facets={"lang:en"})
    assert matcher.lost([(before, after)]) == {"cat": (0,)}
    assert matcher.lost([(after, before)]) == {"cats": (0,), "-cat lang:en": (0,)}


def test_counts_alone_are_asked_of_searches_for_counts_only() -> None:
    matcher = _fed(*(f"cat word{number}" for number in range(100)), "cat", "cat likes:5..")
    asked: list[int] = []
    everything = matcher._all.decide
    matcher._all.decide = lambda documents, shape: asked.append(1) or everything(documents, shape)  # type: ignore[method-assign, func-returns-value] # counts calls
    assert matcher.lost([(post("cat", likes=9), post("cat", likes=1))]) == {"cat likes:5..": (0,)}
    assert not asked
    matcher.lost([(post("cat"), post("dog"))])
    assert asked


def test_unknown_former_counts_make_every_search_they_could_have_met_gone() -> None:
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


def test_a_search_that_was_replaced_or_removed_is_not_gone_from_anything() -> None:
    matcher = _fed("cat likes:5..", "dog likes:5..")
    matcher.add("cat likes:5..", parse("cat", 0))
    matcher.remove("dog likes:5..")
    assert not matcher.lost_by_counts([post("cat dog")])
    assert not matcher.lost([(post("cat dog", likes=9), post("cat dog"))])


@settings(max_examples=100, deadline=None)
@given(_searches, st.lists(st.tuples(documents, documents), min_size=1, max_size=5))
def test_lost_is_what_matched_before_and_does_not_now(
    searches: list[Query], changes: list[tuple[Document, Document]]
) -> None:
    assert matcher_of(searches).lost(changes) == _lost(searches, changes)


@settings(max_examples=100, deadline=None)
@given(_searches, st.lists(st.tuples(documents, _other_counts), min_size=1, max_size=5))
def test_lost_by_counts_known_and_unknown(searches: list[Query], seen: list[tuple[Document, dict[str, int]]]) -> None:
    matcher = matcher_of(searches)
    changes = [(replace(document, numbers=counts), document) for document, counts in seen]
    lost = _lost(searches, changes)
    assert matcher.lost(changes) == lost
    possible = matcher.lost_by_counts([now for _, now in changes])
    matched = brute(searches, [now for _, now in changes])
    for key, indexes in lost.items():
        assert set(indexes) <= set(possible[key]), "told at least of what was truly lost"
    for key, indexes in possible.items():
        assert not set(indexes) & set(matched.get(key, ())), "never of what still matches"


def _lost(searches: list[Query], changes: list[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
    found = {
        query.key: tuple(
            i for i, (before, now) in enumerate(changes) if matches(query.root, before) and not matches(query.root, now)
        )
        for query in searches
    }
    return {key: indexes for key, indexes in found.items() if indexes}
