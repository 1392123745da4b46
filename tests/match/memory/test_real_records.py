"""The in-memory matcher agrees with brute force on sample records of every format."""

from __future__ import annotations

from functools import cache

import pytest

from pipeline.errors import RecordError
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.normalise import normalise
from pipeline.post import Post
from pipeline.query.document import Document, describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from tests.normalise.sample_records import NOW, lines, posts
from tests.records import also_shared

FILES = (
    "x-v1.1/stream.jsonl.gz",
    "x-v2/pages.jsonl.gz",
    "bluesky/events.jsonl",
    "bluesky/jsonbench.jsonl",
    "mastodon/statuses.jsonl.gz",
)
SEARCHES = (
    *("the", "the and", "love OR happy OR lol", "i -you", "follow* -is:repost", "ne*", "日本", "ال*", "😂", "❤"),
    *('"i love"', '"of the"', '"in the"~3', '"you i"~5', '"de la"', '"の 人"~4', "rt OR 私", "コロナ OR です"),
    *("lang:en", "lang:ja -has:links", "lang:und", "(lang:es OR lang:pt) (que OR não) -gracias", "source:bluesky"),
    *("has:media has:hashtags", "has:videos OR has:images", "is:reply the", "is:quote", "is:repost lang:en"),
    *("followers:1000..", "likes:10.. lang:en", "(reposts:5.. OR likes:..3) has:links", "-followers:..100 the"),
    *("sample:10 -the", "since:2018-01-01 until:2020-01-01", "until:2014-01-01 lang:ja", "url:com", "url:twitter.com"),
    *(
        "bio:love",
        "name:the OR bio:music",
        "@youtube",
        "#nowplaying OR has:cashtags",
        "(a b) OR (c d) OR (the -is:reply)",
    ),
    *('lang:en ("thank you" OR "good morning" OR news)', "-(lang:en OR lang:ja) *", "is:verified followers:..1000000"),
)


@cache
def _documents(name: str) -> tuple[Document, ...]:
    found: list[Post] = []
    for line in lines(name)[:1200]:
        try:
            found += posts(normalise(line, "replay", NOW))
        except RecordError:
            continue
    by_id = {post.id: post for post in found}
    return tuple(describe(post, by_id.get(post.repost_of)) for post in found)


@pytest.mark.parametrize("name", also_shared(*FILES))
def test_matcher_equals_brute_force_on_real_posts(name: str) -> None:
    queries = {text: parse(text, NOW) for text in SEARCHES}
    documents = _documents(name)
    assert len(queries) * len(documents) > 1_000, "the five files together: far over 10,000 pairs"
    matcher = MemoryMatcher()
    for text, query in queries.items():
        matcher.add(text, query)
    found: set[tuple[str, str, int]] = set()
    for start in range(0, len(documents), 100):
        batch = documents[start : start + 100]
        report = matcher.match(batch)
        assert not report.errors
        found |= {(key, batch[i].id, start + i) for key, indexes in report.matches.items() for i in indexes}
    expected = {
        (text, document.id, i)
        for text, query in queries.items()
        for i, document in enumerate(documents)
        if matches(query.root, document)
    }
    assert found == expected
    assert len({key for key, _, _ in found}) > len(queries) / 4, "the searches are of this world"
