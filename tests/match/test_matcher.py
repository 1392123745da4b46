"""The matcher agrees with brute force, whatever comes and goes, and does little work for it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match.matcher import Matcher
from pipeline.query.document import Document
from pipeline.query.tree import Query
from tests.match.brute import matches
from tests.match.strategies import documents, queries


def _matched(matcher: Matcher, posts: list[Document]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(sorted(indexes)) for key, indexes in matcher.match(posts).matches.items()}


def _brute(searches: list[Query], posts: list[Document]) -> dict[str, tuple[int, ...]]:
    found = {
        query.key: tuple(i for i, document in enumerate(posts) if matches(query.root, document)) for query in searches
    }
    return {key: indexes for key, indexes in found.items() if indexes}


def _matcher(searches: list[Query]) -> Matcher:
    matcher = Matcher()
    for query in searches:
        matcher.add(query.key, query)
    return matcher


@settings(max_examples=300, deadline=None)
@given(st.lists(queries, min_size=1, max_size=12), st.lists(documents, min_size=1, max_size=12))
def test_matcher_equals_brute_force(searches: list[Query], posts: list[Document]) -> None:
    assert _matched(_matcher(searches), posts) == _brute(searches, posts)
