"""Work of the in-memory matcher: how many (search, post) pairs are candidates, and how many are checked."""

from __future__ import annotations

from itertools import count

from pipeline.match.explain_anchors import selected_by
from pipeline.match.match_report import MatchReport
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.query.document import Document
from pipeline.query.parser import parse
from tests.match.strategies import post

COMMON = "extraordinarily"
"""A word so long that its prior share is low until it was counted in every post."""


def _matcher(*texts: str, matcher: MemoryMatcher | None = None) -> MemoryMatcher:
    matcher = MemoryMatcher() if matcher is None else matcher
    for text in texts:
        matcher.add(text, parse(text, 0))
    return matcher


def _work(report: MatchReport) -> tuple[int, int]:
    return report.candidates, report.checked


def test_a_search_whose_anchor_is_not_in_the_batch_is_no_candidate() -> None:
    matcher = _matcher(*(f"word{number} of" for number in range(1000)))
    assert _work(matcher.match([post("word7 thing"), post("nothing")])) == (1, 0)


def test_terms_are_decided_without_looking_at_a_post() -> None:
    matcher = _matcher("cat", "cat dog", "cat OR dog", "dog lang:en -snow", "#cat", "ca*")
    report = matcher.match([post("cat dog", facets={"lang:en", "#cat"}), post("cat"), post("snow")])
    assert len(report.matches) == 6
    assert report.checked == 0


def test_a_phrase_is_read_only_in_posts_that_have_all_its_words() -> None:
    matcher = _matcher('"ice cream"', '"ice cream"~2', "-snow (ice OR cream) likes:5..")
    posts = [post("ice"), post("cream"), post("cream and ice"), post("snow ice cream", likes=9), post("x")]
    report = matcher.match(posts)
    assert report.checked == 2 + 2 + (
        2 + 2
    )  # of the last search: two alternatives, neither of them in the post that has snow
    assert {key: sorted(found) for key, found in report.matches.items()} == {
        '"ice cream"': [3],
        '"ice cream"~2': [2, 3],
    }


def test_only_searches_without_a_term_are_checked_against_every_post() -> None:
    always = ("likes:5..", "sample:100", "since:1970-01-01", "*", "-cat sample:1")
    matcher = _matcher(*always, "ca*", "cat likes:5..", "lang:en OR #a")
    posts = [post("none"), post("of"), post("them")]
    assert matcher.match(posts).candidates == len(always) * len(posts)
    assert selected_by(parse("likes:5..", 0)) == ["*"]
    assert selected_by(parse("(cat dogs) OR #tag OR sno*", 0)) == ["#tag", "dogs", "sno*"]


def test_of_a_conjunction_the_rarer_side_selects_even_if_it_is_a_disjunction() -> None:
    matcher = _matcher("lang:en (zebra OR quokka)")
    posts = [post("word", facets={"lang:en"}) for _ in range(50)]
    assert _work(matcher.match([*posts, post("zebra", facets={"lang:en"}), post("zebra quokka")])) == (3, 0)


def test_a_search_moves_to_the_term_that_turns_out_to_be_rare() -> None:
    matcher = _matcher(f"{COMMON} x")
    posts = [post(f"{COMMON} y") for _ in range(100)]
    assert matcher.match(posts).candidates == 100, "nobody has counted yet"
    for _ in range(5):
        matcher.match(posts)
    report = matcher.match([*posts, post(f"x {COMMON}")])
    assert report.candidates == 1
    assert report.matches == {f"{COMMON} x": (100,)}


def test_counts_of_terms_help_a_search_that_is_added_later() -> None:
    matcher = _matcher("seen")
    posts = [post(f"{COMMON} y") for _ in range(100)]
    for _ in range(5):
        matcher.match(posts)
    _matcher(f"{COMMON} x", matcher=matcher)
    assert matcher.match(posts).candidates == 0


def test_searches_that_come_and_go_leave_no_queue_behind() -> None:
    matcher = _matcher(*(f"word{number} other" for number in range(50)))
    for number in range(2000):
        _matcher(f"brief{number} other", matcher=matcher)
        matcher.remove(f"brief{number} other")
    assert len(matcher._all._movable) <= 2 * len(matcher) + 2


def test_a_search_that_raises_is_reported_and_the_rest_goes_on() -> None:
    matcher = _matcher('"ice cream"', "ice", "cream OR snow")
    broken = post("ice cream")
    broken.words.append(7)  # type: ignore[arg-type] # no analyser makes such a token: the phrase cannot be read
    report = matcher.match([post("ice cream"), broken, post("snow")])
    assert report.matches['"ice cream"'] == (0,)
    assert sorted(report.matches["ice"]) == [0, 1]
    assert sorted(report.matches["cream OR snow"]) == [0, 1, 2]
    assert list(report.errors) == ['"ice cream"']
    assert "TypeError" in report.errors['"ice cream"']
    assert not matcher.match([post("ice cream")]).errors


def test_a_search_whose_check_takes_outsized_time_is_reported() -> None:
    now = count(step=1_500_000)  # every look at the clock is 1.5 ms later
    matcher = _matcher(
        '"ice cream"', "ice", "(ice likes:1..) OR (cream likes:1..)", matcher=MemoryMatcher(lambda: next(now))
    )
    report = matcher.match([post("ice cream", likes=3)])
    assert list(report.slow) == ["(ice likes:1..) OR (cream likes:1..)"], "two checks of 1.5 ms are more than the limit"
    assert report.slow["(ice likes:1..) OR (cream likes:1..)"] == 3.0


def test_a_post_of_one_word_over_and_over_is_read_once_not_once_a_word() -> None:
    class Counted(list[str]):
        reads = 0

        def __iter__(self):  # type: ignore[no-untyped-def] # counts what is read
            Counted.reads += 1
            return super().__iter__()

    document = Document("p", 0, Counted(["ice"] * 10_000 + ["\u00b6", "cream"]), [], [], [], set(), {})
    matcher = _matcher(*(f'"ice cream"~{slop}' for slop in range(1, 20)), '"cream ice"', '"ice cream"')
    assert not matcher.match([document]).matches
    assert Counted.reads <= 4
