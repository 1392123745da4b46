"""Contract tests of matchers: subclass `MatcherContract` and give it a fixture `make` that returns an empty matcher.

The in-memory matcher and the percolator pass them (memory/test_matcher.py, percolator/test_matcher.py).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.match.contract import StandingMatcher
from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from tests.examples import examples
from tests.match import strategies as trees
from tests.query import strategies as typed

SIDE = 10
"""Posts, and searches, of an example: 100 examples are 10,000 pairs for each of the two agreement tests."""

Make = Callable[[], StandingMatcher]
Found = dict[str, tuple[int, ...]]

searches_of_trees = st.lists(trees.queries, min_size=SIDE, max_size=SIDE)
posts_of_trees = st.lists(trees.documents, min_size=SIDE, max_size=SIDE)
other_counts = st.dictionaries(st.sampled_from(trees.NUMBERS), st.integers(0, 6), max_size=4)
_tick = itertools.count(time.time_ns() // 1_000)


def settle(matcher: StandingMatcher, *, whole: bool = False) -> None:
    """Put changes in force under a version greater than all before."""
    matcher.settle(next(_tick), whole=whole)


def matched(matcher: StandingMatcher, posts: Sequence[Document]) -> Found:
    """Return the matches that a matcher finds, indexes in order."""
    return {key: tuple(sorted(indexes)) for key, indexes in matcher.match(posts).matches.items()}


def _kept(found: Found) -> Found:
    return {key: indexes for key, indexes in found.items() if indexes}


def brute(searches: Sequence[Query], posts: Sequence[Document]) -> Found:
    """Return the matches by brute force: every search is evaluated on every post."""
    return _kept({q.key: tuple(i for i, document in enumerate(posts) if matches(q.root, document)) for q in searches})


def brute_lost(searches: Sequence[Query], changes: Sequence[tuple[Document, Document]]) -> Found:
    """Return by brute force what was matched before and is not matched now."""
    befores, afters = [before for before, _ in changes], [after for _, after in changes]
    now = brute(searches, afters)
    return _kept(
        {key: tuple(i for i in then if i not in now.get(key, ())) for key, then in brute(searches, befores).items()}
    )


class MatcherContract:
    """Promises of a matcher: agreement with brute force, changes of searches, and retractions."""

    EXAMPLES = examples(100)

    def examples(self) -> settings:
        quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
        return settings(max_examples=self.EXAMPLES, deadline=None, suppress_health_check=quiet)

    def fed(self, make: Make, searches: Sequence[Query]) -> StandingMatcher:
        matcher = make()
        for query in searches:
            matcher.add(query.key, query)
        settle(matcher, whole=True)
        return matcher

    def fed_texts(self, make: Make, *texts: str) -> StandingMatcher:
        return self.fed(make, [replace(parse(text, 0), key=text) for text in texts])

    def test_it_equals_brute_force_on_any_tree(self, make: Make) -> None:
        @self.examples()
        @given(searches_of_trees, posts_of_trees)
        def run(searches: list[Query], posts: list[Document]) -> None:
            assert matched(self.fed(make, searches), posts) == brute(searches, posts)

        run()

    def test_it_equals_brute_force_on_typed_searches(self, make: Make) -> None:
        @self.examples()
        @given(
            st.lists(typed.queries(), min_size=SIDE, max_size=SIDE),
            st.lists(typed.documents(), min_size=SIDE, max_size=SIDE),
        )
        def run(searches: list[Query], posts: list[Document]) -> None:
            assert matched(self.fed(make, searches), posts) == brute(searches, posts)

        run()

    def test_searches_that_come_and_go_leave_it_as_if_built_anew(self, make: Make) -> None:
        @self.examples()
        @given(searches_of_trees, st.data())
        def run(searches: list[Query], data: st.DataObject) -> None:
            matcher = self.fed(make, [])
            standing: dict[str, Query] = {}
            for _ in range(6):
                query = data.draw(st.sampled_from(searches))
                if query.key in standing and data.draw(st.booleans()):
                    matcher.remove(query.key)
                    del standing[query.key]
                else:
                    matcher.add(query.key, query)
                    standing[query.key] = query
                settle(matcher)
                posts = data.draw(st.lists(trees.documents, max_size=3))
                assert matched(matcher, posts) == brute(list(standing.values()), posts)

        run()

    def test_size_of_a_batch_changes_nothing(self, make: Make) -> None:
        @self.examples()
        @given(searches_of_trees, posts_of_trees)
        def run(searches: list[Query], posts: list[Document]) -> None:
            matcher = self.fed(make, searches)
            parts: dict[str, tuple[int, ...]] = {}
            for at, post in enumerate(posts):
                for key in matched(matcher, [post]):
                    parts[key] = (*parts.get(key, ()), at)
            assert matched(matcher, posts) == parts
            assert matched(matcher, posts * 12) == brute(searches, posts * 12)

        run()

    def test_lost_is_what_matched_before_and_does_not_now(self, make: Make) -> None:
        @self.examples()
        @given(searches_of_trees, st.lists(st.tuples(trees.documents, trees.documents), min_size=1, max_size=5))
        def run(searches: list[Query], changes: list[tuple[Document, Document]]) -> None:
            assert self.fed(make, searches).lost(changes) == brute_lost(searches, changes)

        run()

    def test_lost_by_counts_known_and_unknown(self, make: Make) -> None:
        @self.examples()
        @given(searches_of_trees, st.lists(st.tuples(trees.documents, other_counts), min_size=1, max_size=5))
        def run(searches: list[Query], seen: list[tuple[Document, dict[str, int]]]) -> None:
            matcher = self.fed(make, searches)
            changes = [(replace(document, numbers=counts), document) for document, counts in seen]
            lost = brute_lost(searches, changes)
            assert matcher.lost(changes) == lost
            possible = matcher.lost_by_counts([now for _, now in changes])
            now_matched = brute(searches, [now for _, now in changes])
            for key, indexes in lost.items():
                assert set(indexes) <= set(possible[key]), "reports at least what was truly lost"
            for key, indexes in possible.items():
                assert not set(indexes) & set(now_matched.get(key, ())), "never of what still matches"

        run()

    def test_search_for_counts_matches_and_is_retracted_with_them(self, make: Make) -> None:
        matcher = self.fed_texts(
            make, "cat likes:1000..", "cat likes:..999", "cat", "cat -likes:1000..", "dog likes:9.."
        )
        few, many = trees.post("cat", likes=999), trees.post("cat", likes=1000)
        assert set(matcher.match([few]).matches) == {"cat", "cat likes:..999", "cat -likes:1000.."}
        assert matcher.lost([(few, many), (many, few)]) == {
            "cat likes:..999": (0,),
            "cat -likes:1000..": (0,),
            "cat likes:1000..": (1,),
        }
        assert matcher.lost_by_counts([trees.post("cat", likes=7)]) == {"cat likes:1000..": (0,)}

    def test_replaced_or_removed_search_is_not_matched_and_not_retracted(self, make: Make) -> None:
        matcher = self.fed_texts(make, "cat likes:5..", "dog likes:5..")
        matcher.add("cat likes:5..", parse("snow", 0))
        matcher.remove("dog likes:5..")
        matcher.remove("unknown")
        settle(matcher)
        assert not matcher.lost_by_counts([trees.post("cat dog")])
        assert not matcher.lost([(trees.post("cat dog", likes=9), trees.post("cat dog"))])
        assert matched(matcher, [trees.post("cat dog", likes=9), trees.post("snow")]) == {"cat likes:5..": (1,)}

    def test_nothing_is_matched_where_there_is_nothing(self, make: Make) -> None:
        assert not self.fed(make, []).match([trees.post("cat")]).matches
        assert not self.fed_texts(make, "cat").match([]).matches
