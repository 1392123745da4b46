"""Ids of records: no id has characters that could end a key, a name, an address or a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Deletion, Event, Post, Upsert

NOW = 1_790_000_000_000
ODD = ("a\nb", "a\x1b[31m", "\u2028", "../../etc\r", "x" * 2_000, "\u202e", "a\x00")
OURS = {"murmur": 1, "id": "x:1", "source": "x", "created_at": 1, "author": {"id": "1", "handle": "a"}, "text": "t"}


def said(record: dict[str, Any], label: str) -> list[Event]:
    try:
        return normalise(json.dumps(record).encode(), label, NOW, "Home.Example")
    except RecordError:
        return []


def ids_of(events: list[Event]) -> list[str]:
    """Return every id in some events."""
    found: list[str] = []
    for event in events:
        if isinstance(event, Deletion):
            found.append(event.id)
        elif isinstance(event, Upsert):
            post: Post = event.post
            answered = post.reply_to.id if post.reply_to is not None else ""
            found += [post.id, post.repost_of, post.quote_of, post.conversation_id, answered]
    return [one for one in found if one]


@pytest.mark.parametrize("odd", ODD)
def test_no_id_holds_what_ends_a_line_or_has_no_end(odd: str) -> None:
    at = f"at://did:plc:a/app.bsky.feed.post/{odd}"
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3k", "rev": ""}
    records: list[tuple[str, dict[str, Any]]] = [
        *(("stdin", OURS | {name: f"x:{odd}"}) for name in ("id", "repost_of", "quote_of", "conversation_id")),
        ("stdin", OURS | {"reply_to": {"id": f"x:{odd}", "author": "", "handle": ""}}),
        ("stdin", {"murmur": 1, "kind": "delete", "id": f"x:{odd}"}),
        ("x", {"data": {"id": "20", "text": "t", "conversation_id": odd}}),
        *(
            ("x", {"data": {"id": "20", "text": "t", "referenced_tweets": [{"type": kind, "id": odd}]}})
            for kind in ("retweeted", "quoted", "replied_to")
        ),
        ("mastodon", {"event": "delete", "payload": odd}),
        ("mastodon", {"event": "delete", "payload": "1", "uri": f"https://far.example/{odd}"}),
        ("mastodon", {"event": "delete", "payload": "1", "uri": odd}),
        *(
            ("bluesky", {"did": "did:plc:a", "time_us": 1, "kind": "commit", "commit": commit | {"record": record}})
            for record in (
                {"text": "t", "reply": {"parent": {"uri": at}, "root": {"uri": at}}},
                {"text": "t", "embed": {"$type": "app.bsky.embed.record", "record": {"uri": at, "cid": "c"}}},
            )
        ),
    ]
    for label, record in records:
        for post_id in ids_of(said(record, label)):
            assert post_id.isprintable(), (label, record)
            assert len(post_id) <= 520, (label, record)
            assert ":" in post_id[:-1], (label, record)


def test_delete_names_the_server_as_ids_do() -> None:
    assert said({"event": "delete", "payload": "1"}, "mastodon") == [Deletion("mastodon:home.example/1", NOW)]


def test_address_of_a_post_is_one_of_the_web() -> None:
    for url, kept in (
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://a.example/1", "https://a.example/1"),
    ):
        (event,) = said(OURS | {"url": url}, "stdin")
        assert isinstance(event, Upsert)
        assert event.post.url == kept
