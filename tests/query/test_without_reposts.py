"""A search without reposts: every kind of search loses its reposts and nothing else."""

from __future__ import annotations

import pytest

from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.query.without_reposts import without_reposts
from tests.store.builders import post

POSTS = [post(1, "snow in the alps"), post(2, repost_of="x:1"), post(3, "rain"), post(4, "snow", likes=9)]


@pytest.mark.parametrize("text", ["snow", "*", "snow OR rain", "snow alps", "* -rain", "is:repost", "* -is:repost"])
def test_search_without_reposts_finds_what_the_search_finds_but_reposts(text: str) -> None:
    query = parse(text)
    narrowed = without_reposts(query)
    found = {one.id for one in POSTS if matches(narrowed.root, describe(one, POSTS[0] if one.repost_of else None))}
    expected = {one.id for one in POSTS if not one.repost_of and matches(query.root, describe(one, None))}
    assert found == expected
    assert narrowed.canonical == query.canonical
