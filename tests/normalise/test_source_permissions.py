"""Permissions of sources: a record has no event that the label of its batch does not permit, whatever its bytes are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.normalise.source_permissions import permissions_of
from pipeline.post import AccountChange, AuthorDeletion, AuthorRecheck, Deletion, Event, Upsert
from pipeline.queue.batch import FORGET, INGEST, LOOKUP, RECHECK

NOW = 1_790_000_000_000

EVIL = {
    "id": "123",
    "uri": "https://evil.example/users/eve/statuses/123",
    "created_at": "2026-01-01T00:00:00.000Z",
    "content": "<p>hi</p>",
    "visibility": "public",
    "account": {"id": "1", "acct": "eve", "uri": "https://evil.example/users/eve"},
}
"""A status of a foreign server that a post named."""

FORGERIES: dict[str, dict[str, Any]] = {
    "an X account is forgotten": {
        "murmur": 1,
        "kind": "forget",
        "id": "x:",
        "source": "x",
        "author": {"id": "44196397", "handle": ""},
    },
    "a post is deleted": {"murmur": 1, "kind": "delete", "id": "x:20"},
    "a post of our own JSON": {
        "murmur": 1,
        "id": "x:20",
        "source": "x",
        "created_at": 1,
        "text": "forged",
        "author": {"id": "12", "handle": "jack"},
    },
    "a Bluesky post": {
        "did": "did:plc:victim",
        "time_us": 1_700_000_000_000_000,
        "kind": "commit",
        "commit": {
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": "3k",
            "rev": "",
            "record": {"text": "forged", "createdAt": "2026-01-01T00:00:00Z"},
        },
    },
    "a Bluesky account is deleted": {
        "did": "did:plc:victim",
        "time_us": 1_700_000_000_000_000,
        "kind": "account",
        "account": {"active": False, "status": "deleted"},
    },
    "an X post": {
        "id_str": "20",
        "text": "forged",
        "created_at": "Tue Mar 21 20:50:14 +0000 2006",
        "user": {"id_str": "12", "screen_name": "jack"},
    },
    "an X post of v2": {"data": {"id": "20", "text": "forged", "author_id": "12"}},
    "a Bluesky account is off": {"did": "did:plc:1", "time_us": 1, "kind": "account", "account": {"active": False}},
    "a Bluesky account is renamed": {
        "did": "did:plc:1",
        "time_us": 1,
        "kind": "identity",
        "identity": {"handle": "eve.example"},
    },
    "a Bluesky account lost its chain": {
        "$type": "message",
        "payload": {"$type": "a#sync", "did": "did:plc:1", "sync": {"time": "2026-01-01T00:00:00Z"}},
    },
    "an X account is deleted": {"user_delete": {"id": 12}},
    "an X post is deleted": {"delete": {"status": {"id": 20, "id_str": "20"}}},
    "a status of another server is deleted": {
        "event": "delete",
        "payload": "5",
        "uri": "https://home.example/users/ann/statuses/5",
    },
    "a status of another server": EVIL | {"uri": "https://home.example/users/ann/statuses/5"},
    "a status by an account of another server": EVIL
    | {"account": {"id": "1", "acct": "ann@home.example", "uri": "https://evil.example/users/eve"}},
}


def normalised(record: dict[str, Any] | bytes, label: str, instance: str = "") -> list[Event]:
    """Return the events of a record, [] if it is rejected."""
    try:
        return normalise(record if isinstance(record, bytes) else json.dumps(record).encode(), label, NOW, instance)
    except RecordError:
        return []


def _plain(record: Any) -> bytes:
    return json.dumps(record).encode()


WRAPPINGS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "as it is": _plain,
    "compact": lambda record: json.dumps(record, separators=(",", ":")).encode(),
    "beside a status": lambda record: _plain(EVIL | record),
    "before a status": lambda record: _plain(record | {key: EVIL[key] for key in EVIL if key not in record}),
    "in a list": lambda record: _plain([record]),
    "in statuses": lambda record: _plain({"statuses": [record]}),
    "in a list in statuses": lambda record: _plain({"statuses": [{"statuses": [record]}]}),
    "in for_user": lambda record: _plain({"for_user": 1, "message": record}),
    "in for_user in a list": lambda record: _plain([{"for_user": 1, "message": {"for_user": 2, "message": record}}]),
    "as an event": lambda record: b"event: update\ndata: " + _plain(record) + b"\n\n",
    "as data alone": lambda record: b"data: " + _plain(record) + b"\n\n",
    "as a payload": lambda record: _plain({"event": "update", "payload": record}),
    "as the text of a payload": lambda record: _plain({"event": "update", "payload": json.dumps(record)}),
    "beside an event": lambda record: _plain({"event": "update", "payload": EVIL} | record),
    "with a lone surrogate": lambda record: _plain(record | {"odd": "\ud83d"}),
}


def every_way(forgery: str, label: str, instance: str = "") -> list[Event]:
    """Return all events of a forgery, wrapped in every way."""
    return [event for wrap in WRAPPINGS.values() for event in normalised(wrap(FORGERIES[forgery]), label, instance)]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_looked_up_host_is_believed_about_its_own_statuses_only(forgery: str) -> None:
    for event in every_way(forgery, LOOKUP, "evil.example"):
        if isinstance(event, Upsert):
            assert event.post.id.startswith("mastodon:evil.example/")
            assert event.post.author.id.endswith("@evil.example")
        else:
            assert not isinstance(event, AuthorDeletion)
            assert not isinstance(event, Deletion) or event.id.startswith("mastodon:evil.example/")


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize(("label", "own"), [("mastodon", "mastodon"), ("bluesky", "bluesky"), ("x", "x")])
def test_network_is_believed_about_itself_only(label: str, own: str, forgery: str) -> None:
    for event in every_way(forgery, label, "evil.example"):
        if isinstance(event, Upsert):
            assert (event.post.source, event.post.id.partition(":")[0]) == (own, own)
        elif isinstance(event, AuthorDeletion):
            assert event.source == own
            assert not event.forgotten
        elif isinstance(event, AccountChange | AuthorRecheck):
            assert event.source == own
        elif isinstance(event, Deletion):
            assert event.id.startswith(f"{own}:")


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("label", ["demo", RECHECK, FORGET, "quakes", ""])
def test_our_own_labels_take_our_own_json_only(label: str, forgery: str) -> None:
    for event in every_way(forgery, label):
        if label == RECHECK:
            assert isinstance(event, Deletion)
        elif label == FORGET:
            assert isinstance(event, AuthorDeletion)
        else:
            pytest.fail(f"{label} sends {event}")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_sent_record_deletes_no_account_and_a_file_forgets_none(forgery: str) -> None:
    for event in every_way(forgery, INGEST):
        assert not isinstance(event, AuthorDeletion | AccountChange | AuthorRecheck)
    for event in every_way(forgery, "replay"):
        assert not isinstance(event, AuthorDeletion) or not event.forgotten


def test_refusal_names_the_label_and_what_it_may_not_contain() -> None:
    for label, forgery, reason in (
        ("mastodon", "an X account is forgotten", "a record of mastodon may not be in the format canonical"),
        ("x", "a Bluesky account is deleted", "a record of x may not be in the format jetstream"),
        (INGEST, "an X account is forgotten", "a record of ingest may not be of kind 'forget'"),
        (INGEST, "a Bluesky account is deleted", "a record of ingest may not delete an account"),
        (RECHECK, "a post of our own JSON", "a record of recheck may not be of kind 'post'"),
        ("quakes", "a post of our own JSON", "a record of quakes may not be about 'x' and 'x:20'"),
        (LOOKUP, "a status of another server", "evil.example may send its own statuses only"),
    ):
        with pytest.raises(RecordError, match=reason):
            normalise(_plain(FORGERIES[forgery]), label, NOW, "evil.example")


def test_original_of_another_network_or_host_is_not_believed() -> None:
    ours = {"murmur": 1, "created_at": 1, "author": {"id": "1", "handle": "a"}, "text": "t"}
    carried = ours | {"id": "quakes:1", "source": "quakes", "original": ours | {"id": "x:20", "source": "x"}}
    assert normalised(carried, "quakes") == []
    assert [event.post.id for event in normalised(carried, "stdin") if isinstance(event, Upsert)] == [
        "x:20",
        "quakes:1",
    ]
    other = EVIL | {"id": "5", "uri": "https://home.example/users/ann/statuses/5", "content": "<p>forged</p>"}
    for record in (EVIL | {"reblog": other}, EVIL | {"quote": {"state": "accepted", "quoted_status": other}}):
        (event,) = normalised(record, LOOKUP, "evil.example")
        assert isinstance(event, Upsert)
        assert event.post.id == "mastodon:evil.example/123"
        assert "mastodon:home.example/5" in (event.post.repost_of, event.post.quote_of), (
            "the id is named, its content is not"
        )
        carries = normalised(record, "mastodon", "chosen.example")
        assert len(carries) == 2, "a server that was chosen is believed about what it carries"


def test_every_label_may_send_its_own_records() -> None:
    assert isinstance(normalised(FORGERIES["an X account is forgotten"], FORGET)[0], AuthorDeletion)
    assert normalised(FORGERIES["a post is deleted"], RECHECK) == [Deletion("x:20", NOW)]
    assert isinstance(normalised(EVIL, LOOKUP, "evil.example")[0], Upsert)
    for name in ("an X account is deleted", "a Bluesky account is deleted"):
        assert isinstance(normalised(FORGERIES[name], "replay")[-1], AuthorDeletion), (
            "a recording deletes accounts as the live stream did"
        )
    assert permissions_of("quakes").network == "quakes"
