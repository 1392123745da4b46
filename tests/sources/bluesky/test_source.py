"""Bluesky against a Jetstream on this machine that misbehaves: each test states what the source does about it."""

from __future__ import annotations

import pytest

from pipeline.post import AccountChange, AuthorDeletion, Deletion
from pipeline.sources.bluesky.jetstream_url import NEWER_PATH, newer_url
from pipeline.sources.bluesky.source import PUBLIC_SERVERS, BlueskySource
from tests.sources.background_reading import Reading, until
from tests.sources.bluesky.reading import HOUR_US, cursor_text, now_us, read
from tests.sources.simulators.jetstream import DID, Jetstream, commit, say


@pytest.mark.parametrize("original", [False, True])
def test_posts_deletions_and_accounts_come_by_either_wire(original: bool) -> None:
    at = now_us()
    account = {"active": False, "did": DID, "seq": 1, "status": "deleted", "time": "2024-11-21T16:25:49Z"}
    with Jetstream(original=original) as server, read(server) as reading:
        until(lambda: len(server.requested) == (2 if original else 1))
        server.publish(
            commit(at, "one"),
            commit(at + 1, operation="delete", rkey="3kgone"),
            {"did": DID, "time_us": at + 2, "kind": "account", "account": account},
            {"did": DID, "time_us": at + 3, "kind": "identity", "identity": {"did": DID, "handle": "a.example"}},
        )
        until(lambda: len(reading.events()) == 5)
        _, deleted, off, closed, renamed = reading.events()
        assert reading.texts() == ["one"]
        assert deleted == Deletion(f"bluesky:{DID}/3kgone", (at + 1) // 1000)
        changed_ms = 1_732_206_349_000
        assert off == AccountChange("bluesky", DID, changed_ms, hidden=True)
        assert closed == AuthorDeletion("bluesky", DID, changed_ms)
        assert renamed == AccountChange("bluesky", DID, (at + 3) // 1000, handle="a.example")
        assert reading.place()["time_us"] == at + 3
        query = server.requested[-1].query
        assert query["wantedCollections" if original else "collections"] == [
            "app.bsky.feed.post",
            "app.bsky.feed.postgate",
        ]
        assert reading.reports[-1][0] == "live"
        assert reading.reports[-1][2] is not None


def test_own_servers_are_several_and_asked_for_the_newer_wire_first() -> None:
    assert len(PUBLIC_SERVERS) >= 2
    assert all(url.startswith("wss://") and newer_url(url) for url in PUBLIC_SERVERS)
    with Jetstream() as server, Reading(BlueskySource((server.url.removesuffix("/subscribe"),), "")):
        assert until(lambda: server.requested)[0].path == NEWER_PATH


def test_server_that_is_away_is_left_for_the_next_and_nothing_is_missed() -> None:
    at = now_us()
    with Jetstream() as first, Jetstream() as second, read(first, second) as reading:
        until(lambda: first.requested)
        first.publish(commit(at, "one"))
        until(lambda: reading.texts() == ["one"])
        second.publish(commit(at, "one"), commit(at + 1000, "two"))
        first.__exit__()
        until(lambda: reading.texts() == ["one", "two"])
        assert second.cursors()[0] == at - 10_000_000
        assert not reading.gaps


def test_torn_text_is_set_aside_alone_and_moves_no_cursor() -> None:
    at = now_us()
    torn = [b'{"did":"did:plc:x","time_us":' + str(at + HOUR_US).encode(), b'{"did":"\xff\xfe"}', b"\x00"]
    with Jetstream() as server:
        server.faults.append(say(*torn))
        with read(server) as reading:
            until(lambda: server.requested)
            server.publish(commit(at, "one"))
            until(lambda: reading.texts() == ["one"])
            assert [record.data for record in reading.records()][:3] == torn
            assert reading.place()["time_us"] == at
            assert not reading.errors


WRONG_JSON = (
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{}",
    b'{"did":7,"time_us":"soon","kind":{}}',
    b'{"did":"did:plc:x","time_us":-5,"kind":"commit","commit":[]}',
    b'{"kind":"commit","did":"did:plc:x","time_us":1e400}',
    b"[" * 5_000,
)


def test_wrong_json_is_passed_on_to_be_set_aside_and_reading_goes_on_where_it_was() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(say(*WRONG_JSON))
        with read(server) as reading:
            until(lambda: server.requested)
            server.publish(commit(at, "one"))
            until(lambda: reading.texts() == ["one"])
            assert {record.data for record in reading.records()} >= set(WRONG_JSON) - {b"{}"}
            assert reading.place()["time_us"] == at
            assert not reading.errors


def test_server_out_of_order_is_left_for_the_next_at_once() -> None:
    with Jetstream() as broken, Jetstream() as well:
        broken.refusals.append((503, {}, b"bootstrapping"))
        with read(broken, well) as reading:
            until(lambda: well.requested)
            assert "HTTP 503 bootstrapping" in reading.errors[0]
            assert not [wait for wait in reading.waits if wait > 1]


def test_requested_pause_of_a_server_is_kept_and_ends_when_the_source_must() -> None:
    with Jetstream() as server:
        server.refusals.append((429, {"Retry-After": "120"}, b"slow down"))
        with read(server) as reading:
            until(lambda: 120 in reading.waits)
            assert reading.reports[-1][:2] == ("reconnecting", f"127.0.0.1:{server.port}: HTTP 429 slow down")
            assert reading.stop() < 10
            assert len(server.requested) == 1


def test_redirect_is_followed() -> None:
    with Jetstream() as old, Jetstream() as new:
        old.refusals.append((302, {"Location": new.url + "?wantedCollections=app.bsky.feed.post"}, b""))
        with read(old) as reading:
            until(lambda: new.requested)
            new.publish(commit(now_us(), "one"))
            until(lambda: reading.texts() == ["one"])
            assert not reading.errors


def test_ten_megabyte_message_is_one_record_set_aside_and_its_neighbours_are_whole() -> None:
    at = now_us()
    with Jetstream() as server, read(server) as reading:
        until(lambda: server.requested)
        server.publish(commit(at, "one"), commit(at + 1, "x" * 10 * 1024 * 1024), commit(at + 2, "two"))
        until(lambda: reading.texts() == ["one", "two"])
        assert max(len(record.data) for record in reading.records()) == 64 * 1024
        assert len(reading.records()) == 3
        assert not reading.errors


def test_message_beyond_all_bounds_is_stepped_over_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.bluesky.connection.LARGEST_MESSAGE", 10_000)
    at = now_us() - 60_000_000
    with Jetstream() as server:
        server.publish(commit(at, "one"), commit(at + 500_000, "x" * 20_000), commit(at + 5_000_000, "two"))
        with read(server, cursor=cursor_text(at, server)) as reading:
            until(lambda: reading.texts() == ["one", "two"])
            assert [gap[:2] for gap in reading.gaps] == [(at // 1000, (at + 3_000_000) // 1000)]
