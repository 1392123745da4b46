"""Hard records, field by field: each becomes exactly the expected posts.

Our own hard records (`tests/records/hard`) are compared with `golden.jsonl`, published ones, if they lie beside the
project, with `golden_shared.jsonl`. Each line was checked by eye when it was written. A line of `golden.jsonl` has
whole posts without empty fields; `python -m tests.normalise.golden` rewrites the file, so that the difference can be
read. Nothing of published posts is copied into the project: ids, words, handles and addresses stand there as one
fingerprint, beside their number.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Post
from tests.normalise import golden
from tests.normalise.sample_records import NOW, lines, posts
from tests.paths import SHARED
from tests.records import hard_cases

GOLDEN = golden.written()


def test_every_hard_record_has_its_line() -> None:
    assert list(GOLDEN) == [(part, why) for part in hard_cases.FILES for why, _ in hard_cases.cases(part)]


@pytest.mark.parametrize(
    ("part", "why", "record"), [(part, *case) for part in hard_cases.FILES for case in hard_cases.cases(part)], ids=str
)
def test_hard_record_becomes_exactly_these_posts(part: str, why: str, record: dict[str, Any]) -> None:
    assert golden.read(record) == GOLDEN[part, why]


def _mark(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()[:16]  # noqa: S324 - a fingerprint, nothing secret


def _shape(post: Post) -> dict[str, Any]:
    """Return a post without empty fields, with fingerprint and number of its ids, words, handles and addresses."""
    tree: dict[str, Any] = msgspec.to_builtins(post)
    words = [tree.pop(name) for name in ("text", "url", "hashtags", "cashtags", "mentions", "links", "hosts")]
    named = [tree.pop(name) for name in ("id", "author", "conversation_id", "repost_of", "quote_of", "reply_to")]
    seen = [*words, *named, [one.url for one in post.media]]
    tree["words"] = _mark(json.dumps(golden.bare({"seen": seen}), ensure_ascii=True))
    tree["sizes"] = [len(one) for one in words]
    tree["named"] = [bool(one) for one in named]
    tree["counts"] = [post.counts.replies, post.counts.reposts, post.counts.quotes, post.counts.likes]
    tree["entities"] = [f"{one.type[0]}{one.start}-{one.end}" for one in post.entities]
    tree["media"] = [one.type for one in post.media]
    del tree["received_at"]
    return {name: value for name, value in tree.items() if value not in ([], None, "", False, 0)}


@cache
def _published(name: str) -> dict[str, Post]:
    """Return the posts of a file by the fingerprint of their ids: the first of each."""
    found: dict[str, Post] = {}
    for line in lines(name):
        try:
            for post in posts(normalise(line, "replay", NOW)):
                found.setdefault(_mark(post.id), post)
        except RecordError:
            continue
    return found


CASES = [json.loads(line) for line in golden.SHARED.read_text().splitlines()] if SHARED is not None else []


@pytest.mark.shared
@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_published_record_becomes_exactly_this_post(case: dict[str, Any]) -> None:
    expected = {name: value for name, value in case.items() if name not in ("file", "why", "post")}
    assert _shape(_published(case["file"])[case["post"]]) == expected
