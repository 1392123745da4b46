"""The in-memory matcher keeps the contract of matchers, and leaves nothing behind of removed searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.match.memory.post_masks import indexes_of
from pipeline.query.document import Document
from pipeline.query.tree import Query
from tests.examples import examples
from tests.match import strategies as trees
from tests.match.contract import MatcherContract, brute, matched, posts_of_trees, searches_of_trees


def matcher_of(searches: Sequence[Query]) -> MemoryMatcher:
    """Return a new matcher with searches in it."""
    matcher = MemoryMatcher()
    for query in searches:
        matcher.add(query.key, query)
    return matcher


class TestContract(MatcherContract):
    @pytest.fixture
    def make(self) -> Callable[[], MemoryMatcher]:
        return MemoryMatcher


@settings(max_examples=examples(60), deadline=None)
@given(searches_of_trees, st.data())
def test_searches_that_come_and_go_leave_the_matcher_as_if_built_anew(
    searches: list[Query], data: st.DataObject
) -> None:
    matcher = MemoryMatcher()
    standing: dict[str, Query] = {}
    for _ in range(12):
        query = data.draw(st.sampled_from(searches))
        if query.key in standing and data.draw(st.booleans()):
            matcher.remove(query.key)
            del standing[query.key]
        else:
            matcher.add(query.key, query)
            standing[query.key] = query
        posts = data.draw(st.lists(trees.documents, max_size=3))
        assert matched(matcher, posts) == brute(list(standing.values()), posts)
        assert len(matcher) == len(standing)
    for key in standing:
        assert key in matcher
        matcher.remove(key)
    for index in (matcher._all, matcher._counted, matcher._relaxed):
        assert not index._vocabulary
        assert not index._vocabulary._prefix_lengths
        assert not index._unanchored


@settings(max_examples=examples(40), deadline=None)
@given(searches_of_trees, posts_of_trees, st.integers(1, 7))
def test_the_size_of_a_batch_changes_nothing(searches: list[Query], posts: list[Document], size: int) -> None:
    matcher = matcher_of(searches)
    parts: dict[str, list[int]] = {}
    for start in range(0, len(posts), size):
        for key, indexes in matched(matcher, posts[start : start + size]).items():
            parts.setdefault(key, []).extend(start + index for index in indexes)
    assert matched(matcher, posts) == {key: tuple(indexes) for key, indexes in parts.items()}


@settings(max_examples=examples(20), deadline=None)
@given(searches_of_trees, posts_of_trees)
def test_a_batch_wider_than_a_machine_word_is_matched_whole(searches: list[Query], posts: list[Document]) -> None:
    assert matched(matcher_of(searches), posts * 60) == brute(searches, posts * 60)


@given(st.sets(st.integers(0, 900)))
def test_a_mask_is_taken_apart_into_its_posts(indexes: set[int]) -> None:
    assert indexes_of(sum(1 << index for index in indexes)) == tuple(sorted(indexes))


def test_adding_under_a_key_replaces_the_search() -> None:
    matcher = MemoryMatcher()
    cats, dogs = (trees.word_query(word) for word in ("cat", "dog"))
    matcher.add("k", cats)
    matcher.add("k", dogs)
    assert matched(matcher, [trees.post("cat"), trees.post("dog")]) == {"k": (1,)}
    matcher.remove("unknown")
    assert len(matcher) == 1


def test_an_empty_matcher_and_an_empty_batch_match_nothing() -> None:
    assert not MemoryMatcher().match([trees.post("cat")]).matches
    assert not matcher_of([trees.word_query("cat")]).match([]).matches
