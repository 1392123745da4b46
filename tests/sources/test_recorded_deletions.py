"""Deletions in recordings of Mastodon's streams delete the status they mean, in every form, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import Deletion, Event, Upsert
from pipeline.sources.record_splitter import SPLITTERS, shape_of
from pipeline.sources.recorded_deletions import RecordedDeletions
from pipeline.sources.replay.source import ReplaySource
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.mastodon import status

AT = 2_000_000_000_000
NUMBER = 109_000_000_000_000_001
FAR = status(NUMBER, "from afar", host="far.example")
HOME = status(NUMBER + 1, "from home")
FAR_ID, HOME_ID = f"mastodon:far.example/{NUMBER + 7000}", f"mastodon:home.example/{NUMBER + 1}"

Said = list[tuple[str, Any]]


def _sse(said: Said) -> bytes:
    return b":)\n" + b"".join(
        f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
        for name, data in said
    )


def _nameless(said: Said) -> bytes:
    return b"".join(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode() for _, data in said)


def _json_lines(said: Said) -> bytes:
    return b"".join(
        json.dumps(
            {"stream": ["public"], "event": name, "payload": data if isinstance(data, str) else json.dumps(data)}
        ).encode()
        + b"\n"
        for name, data in said
    )


def _objects(said: Said) -> bytes:
    return b"".join(
        json.dumps({"event": name, "payload": int(data) if isinstance(data, str) else data}).encode() + b"\n"
        for name, data in said
    )


def _statuses(said: Said) -> bytes:
    """Return requested statuses, and the deletions of a stream beside them."""
    return b"".join(
        json.dumps(data if isinstance(data, dict) else {"event": name, "payload": data}).encode() + b"\n"
        for name, data in said
    )


def _records(body: bytes) -> Iterator[bytes]:
    for cuts in SPLITTERS[shape_of(body)]([body]):
        yield from (record for record, _ in cuts)


def _events(body: bytes, instance: str = "") -> list[Event]:
    deletions = RecordedDeletions(instance)
    found: list[Event] = []
    for record in _records(body):
        found += normalise(deletions.resolved(record), "replay", AT, instance)
    return found


def _left(events: list[Event]) -> tuple[list[str], list[str]]:
    """Return the ids of posts and of deletions, in the order they come."""
    posts = [event.post.id for event in events if isinstance(event, Upsert)]
    return posts, [event.id for event in events if isinstance(event, Deletion)]


@pytest.mark.parametrize("form", [_sse, _nameless, _json_lines, _objects, _statuses])
def test_deletion_of_a_recording_deletes_the_status_that_passed(form: Any) -> None:
    said: Said = [("update", FAR), ("update", HOME), ("delete", FAR["id"]), ("delete", HOME["id"]), ("delete", "7")]
    assert _left(_events(form(said))) == ([FAR_ID, HOME_ID], [FAR_ID, HOME_ID])


@pytest.mark.parametrize("form", [_sse, _json_lines, _objects])
def test_deletion_that_comes_first_keeps_the_status_out(form: Any) -> None:
    assert _left(_events(form([("delete", FAR["id"]), ("update", FAR)]))) == ([], [FAR_ID])


def test_id_that_two_recorded_servers_gave_out_deletes_nothing() -> None:
    one, two = status(5, host="one.example"), status(5, host="two.example")
    posts, deleted = _left(_events(_sse([("delete", "5"), ("update", one), ("update", two), ("delete", "5")])))
    assert posts == ["mastodon:one.example/7005", "mastodon:two.example/7005"]
    assert deleted == []


def test_deletion_names_the_id_on_the_server_where_that_is_known() -> None:
    _, deleted = _left(_events(_sse([("update", FAR), ("delete", FAR["id"]), ("delete", "6")]), "home.example"))
    assert deleted == [FAR_ID, "mastodon:home.example/6"]


@pytest.mark.parametrize(
    "record",
    [
        b'{"delete":{"status":{"id":1,"user_id":2}}}',
        b'{"did":"did:plc:a","kind":"commit","commit":{"operation":"delete"}}',
        b'{"event":"delete","payload":"1","uri":"https://far.example/users/ann/statuses/2"}',
        b'{"event":"delete","payload":',
        b'data: {"acct"',
        b"[" * 5_000 + b"acct",
    ],
)
def test_other_records_stay_as_they_are(record: bytes) -> None:
    assert RecordedDeletions().resolved(record) == record


@pytest.mark.parametrize("form", [_sse, _json_lines, _objects])
def test_each_lap_of_a_replay_deletes_its_own_status(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "stream.txt"
    path.write_bytes(form([("update", FAR), ("delete", FAR["id"])]))
    with Reading(ReplaySource(str(path), 0.0, loop=True)) as reading:
        until(lambda: len(_left(reading.events())[1]) >= 3)
        posts, deleted = _left(reading.events())
    assert posts[:3] == deleted[:3]
    assert posts[0] == FAR_ID
    assert len(set(posts[:3])) == 3
