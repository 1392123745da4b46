"""Recorded events of Bluesky: Jetstream's first wire, Tap, and recorders that write times in other forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import AccountChange, AuthorDeletion, Deletion, Event, Upsert
from tests.normalise.sample_records import NOW, posts

DID, KEY, REV = "did:plc:ada", "3l3qo2vutsw2b", "3l3qo2vuowo2b"
TIME_US = 1725911162329308
RECORD = {"$type": "app.bsky.feed.post", "createdAt": "2024-09-09T19:46:02.102Z", "text": "hello"}
REV_MS = 1725911162246


def events(record: Any) -> list[Event]:
    return normalise(json.dumps(record).encode(), "replay", NOW)


def commit(operation: str, **more: Any) -> dict[str, Any]:
    found = {"type": operation, "rev": REV, "collection": "app.bsky.feed.post", "rkey": KEY, **more}
    return found if operation == "d" else found | {"record": RECORD, "cid": "bafyreib"}


def first_wire(**more: Any) -> dict[str, Any]:
    return {"did": DID, "time_us": TIME_US, "type": "com", **more}


@pytest.mark.parametrize("operation", ["c", "u"])
def test_the_first_wire_tells_posts(operation: str) -> None:
    (post,) = posts(events(first_wire(commit=commit(operation))))
    assert (post.id, post.text, post.version) == (f"bluesky:{DID}/{KEY}", "hello", REV_MS)


def test_the_first_wire_withdraws() -> None:
    assert events(first_wire(commit=commit("d"))) == [Deletion(f"bluesky:{DID}/{KEY}", REV_MS)]


@pytest.mark.parametrize("order", [("did", "time_us", "type", "account"), ("type", "account", "time_us", "did")])
def test_an_account_on_the_first_wire_is_as_on_todays(order: tuple[str, ...]) -> None:
    account = {"active": False, "did": DID, "seq": 1, "status": "deleted", "time": "2024-09-09T19:46:02.102Z"}
    first = first_wire(type="acc", account=account)
    today = {"did": DID, "time_us": TIME_US, "kind": "account", "account": account}
    assert events({name: first[name] for name in order}) == events(today)
    assert events(first)


def test_an_identity_on_the_first_wire_is_no_post() -> None:
    assert not posts(events(first_wire(type="id", identity={"did": DID, "handle": "ada.example", "seq": 1})))


@pytest.mark.parametrize(
    "time",
    [
        {"time_us": str(TIME_US)},
        {"time_us": float(TIME_US)},
        {"time": "2024-09-09T19:46:02.329Z"},
        {"time_us": 1, "time": "2024-09-09T19:46:02.329Z"},
        {"time_us": None, "time": 5},
        {},
    ],
    ids=["text", "float", "ISO 8601", "ISO 8601 beside nonsense", "nonsense", "none"],
)
def test_a_time_in_another_form_changes_nothing(time: dict[str, Any]) -> None:
    event = {"did": DID, "kind": "commit", "commit": commit("c") | {"operation": "create"}, **time}
    (post,) = posts(events(event))
    assert (post.version, post.created_at) == (REV_MS, 1725911162102)


def tap(**more: Any) -> dict[str, Any]:
    record = {
        "live": True,
        "did": DID,
        "rev": REV,
        "collection": "app.bsky.feed.post",
        "rkey": KEY,
        "action": "create",
        "record": RECORD,
        "cid": "bafyreib",
    }
    return {"id": 12345, "type": "record", "record": record | more}


def test_tap_tells_posts_and_withdraws() -> None:
    (post,) = posts(events(tap()))
    assert (post.id, post.text, post.version) == (f"bluesky:{DID}/{KEY}", "hello", REV_MS)
    assert events(tap(action="delete", record=None)) == [Deletion(f"bluesky:{DID}/{KEY}", REV_MS)]
    assert events(tap(collection="app.bsky.feed.like")) == []


def test_what_tap_reads_of_a_whole_repository_does_not_outrank_the_stream() -> None:
    (stored,) = [event for event in events(tap(live=False, rev="3zzzzzzzzzz2b")) if isinstance(event, Upsert)]
    assert stored.post.version == 1725911162251


@pytest.mark.parametrize("name", ["is_active", "isActive"])
def test_an_account_in_tap_is_as_in_jetstream(name: str) -> None:
    gone = {
        "id": 1,
        "type": "identity",
        "identity": {"did": DID, "handle": "a.example", name: False, "status": "deleted"},
    }
    off = AccountChange("bluesky", DID, NOW, hidden=True)
    renamed = AccountChange("bluesky", DID, NOW, handle="a.example")
    assert events(gone) == [off, AuthorDeletion("bluesky", DID, NOW), renamed]
    there = {
        "id": 2,
        "type": "identity",
        "identity": {"did": DID, "handle": "a.example", name: True, "status": "active"},
    }
    assert events(there) == [AccountChange("bluesky", DID, NOW, hidden=False), renamed]
