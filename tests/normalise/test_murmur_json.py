"""Our own JSON: records of demo, and exports that are read back unchanged."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Deletion, Post
from tests.normalise.sample_records import NOW, lines, posts
from tests.records import also_shared

RECORD: dict[str, Any] = {
    "murmur": 1,
    "kind": "post",
    "id": "demo:1.2.3",
    "created_at": NOW - 5,
    "text": "hello #World example.org",
    "author": {"id": "1", "handle": "ann"},
}


def read(**more: Any) -> list[Post]:
    return posts(normalise(json.dumps(RECORD | more).encode(), "demo", NOW))


def test_fields_that_a_record_leaves_out_are_filled_in() -> None:
    (post,) = read()
    assert (post.source, post.version, post.hashtags, post.hosts) == ("demo", NOW, ["World"], ["example.org"])
    assert post.conversation_id == post.id
    assert [post.text[one.start : one.end] for one in post.entities] == ["#World", "example.org"]


def test_entities_that_are_given_are_kept() -> None:
    assert read(entities=[])[0].entities == []
    with pytest.raises(RecordError, match="span"):
        read(entities=[{"type": "hashtag", "start": 5, "end": 500, "value": "x"}])


def test_tag_that_a_retweet_cuts_off_is_no_tag() -> None:
    (cut,) = read(text="RT @bob: what a #storm over #Han…")
    assert (cut.hashtags, cut.mentions) == (["storm"], ["bob"])
    (own,) = read(text="what a #storm…")
    assert own.hashtags == ["storm"]


def test_original_comes_first() -> None:
    original = {name: value for name, value in RECORD.items() if name not in ("murmur", "kind")} | {"id": "demo:1"}
    found = read(repost_of="demo:1", text="", original=original)
    assert [post.id for post in found] == ["demo:1", "demo:1.2.3"]


def test_delete_is_a_deletion() -> None:
    raw = json.dumps({"murmur": 1, "kind": "delete", "id": "demo:1.2.3", "at": NOW - 7}).encode()
    assert normalise(raw, "demo", NOW) == [Deletion("demo:1.2.3", NOW - 7)]


def test_post_claimed_in_the_future_counts_from_its_receipt() -> None:
    (post,) = read(created_at=NOW + 60_000)
    assert (post.created_at, post.claimed_at) == (NOW, NOW + 60_000)


@pytest.mark.parametrize(
    "name", also_shared("x-v1.1/stream.jsonl.gz", "bluesky/events.jsonl", "mastodon/statuses.jsonl.gz")
)
def test_export_comes_back_as_it_went(name: str) -> None:
    for line in lines(name)[:200]:
        for post in posts(normalise(line, "replay", NOW)):
            post.seq, post.first_seq, post.changed = 5, 4, 1
            (again,) = posts(normalise(msgspec.json.encode(post), "stdin", NOW))
            post.seq, post.first_seq, post.changed = 0, 0, 0
            assert again == post


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "no colon"},
        {"id": ""},
        {"id": "demo:\u0000"},
        {"created_at": -1},
        {"created_at": 10**18},
        {"version": 2**60},
        {"author": None},
        {"source": "not a word"},
        {"created_at": "today"},
    ],
    ids=str,
)
def test_record_that_contradicts_itself_is_set_aside(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        read(**wrong)
