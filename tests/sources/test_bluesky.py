"""Bluesky against a Jetstream on this machine that misbehaves: each test says what the reader does about it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import zstandard

from pipeline.post import AuthorDeletion, Deletion
from pipeline.sources.bluesky import PUBLIC, BlueskySource
from pipeline.sources.bluesky.wire import NEWER_PATH
from tests.sources.live import Reading, until
from tests.sources.simulators.jetstream import (
    DID,
    Jetstream,
    commit,
    drip,
    hang_up_within_a_message,
    say,
    stall,
)

HOUR_US = 3_600_000_000


def now_us() -> int:
    return int(time.time() * 1e6)


def _source(*servers: Jetstream, silence_s: float = 20.0, newer: bool = False) -> BlueskySource:
    urls = tuple(server.newer_url if newer else server.url for server in servers)
    return BlueskySource(urls, "", silence_s=silence_s)


def _read(*servers: Jetstream, cursor: str | None = None, **more: Any) -> Reading:
    return Reading(_source(*servers, **more), cursor)


def _cursor(time_us: int, server: Jetstream | None = None, seq: int = 0) -> str:
    host = f"127.0.0.1:{server.port}" if server is not None else "elsewhere.example"
    return f'{{"time_us":{time_us},"host":"{host}","seq":{seq}}}'


@pytest.mark.parametrize("newer", [False, True])
def test_posts_withdrawals_and_accounts_come_by_either_wire(newer: bool) -> None:
    at = now_us()
    account = {"active": False, "did": DID, "seq": 1, "status": "deleted", "time": "2024-11-21T16:25:49Z"}
    with Jetstream() as server, _read(server, newer=newer) as reading:
        until(lambda: server.asked)
        server.publish(
            commit(at, "one"),
            commit(at + 1, operation="delete", rkey="3kgone"),
            {"did": DID, "time_us": at + 2, "kind": "account", "account": account},
            {"did": DID, "time_us": at + 3, "kind": "identity", "identity": {"did": DID, "handle": "a.example"}},
        )
        until(lambda: len(reading.events()) == 3)
        _, deleted, closed = reading.events()
        assert reading.texts() == ["one"]
        assert deleted == Deletion(f"bluesky:{DID}/3kgone", (at + 1) // 1000)
        assert closed == AuthorDeletion("bluesky", DID, (at + 2) // 1000)
        assert reading.place()["time_us"] == at + 3
        query = server.asked[0].query
        assert query["collections" if newer else "wantedCollections"] == ["app.bsky.feed.post"]
        assert reading.reports[-1][0] == "live"
        assert reading.reports[-1][2] is not None


def test_own_servers_are_several_and_of_the_frozen_wire() -> None:
    assert len(PUBLIC) >= 2
    assert all(url.startswith("wss://") and url.endswith("/subscribe") for url in PUBLIC)
    with Jetstream() as server, Reading(BlueskySource((server.url.removesuffix("/subscribe"),), "")):
        assert until(lambda: server.asked)[0].path == "/subscribe"


def test_reading_goes_on_at_the_cursor_with_a_little_overlap() -> None:
    at = now_us() - 60_000_000
    with Jetstream() as server:
        server.publish(*(commit(at + second * 1_000_000, str(second)) for second in range(20)))
        with _read(server, cursor=_cursor(at + 10_000_000, server)) as reading:
            until(lambda: "19" in reading.texts())
            assert reading.texts() == [str(second) for second in range(8, 20)]
            assert not reading.gaps


def test_another_server_is_asked_from_some_seconds_earlier() -> None:
    at = now_us() - 60_000_000
    with Jetstream() as server, _read(server, cursor=_cursor(at)):
        assert until(lambda: server.asked)[0].cursor() == at - 10_000_000


def test_server_that_is_away_is_left_for_the_next_and_nothing_is_missed() -> None:
    at = now_us()
    with Jetstream() as first, Jetstream() as second, _read(first, second) as reading:
        until(lambda: first.asked)
        first.publish(commit(at, "one"))
        until(lambda: reading.texts() == ["one"])
        second.publish(commit(at, "one"), commit(at + 1000, "two"))
        first.__exit__()
        until(lambda: reading.texts() == ["one", "two"])
        assert second.asked[0].cursor() == at - 10_000_000
        assert not reading.gaps


def test_end_within_a_message_costs_nothing() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(hang_up_within_a_message)
        server.publish(commit(at, "one"), commit(at + 1, "two"))
        with _read(server, cursor=_cursor(at, server)) as reading:
            until(lambda: reading.texts() == ["one", "two"])
            assert len(reading.errors) == 1
            assert "SourceUnavailable" in reading.errors[0]


def test_silence_means_reconnect_and_meanwhile_chunks_keep_the_lease() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(stall)
        server.publish(commit(at, "one"))
        with _read(server, silence_s=1.6) as reading:
            until(lambda: len(server.asked) == 2)
            assert "silent" in reading.errors[0]
            assert reading.longest_silence_s < 1.0
            server.publish(commit(at + 1, "two"))
            until(lambda: reading.texts() == ["one", "two"])


def test_slow_drip_is_waited_for_while_chunks_keep_the_lease() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(drip(0.006))
        server.publish(commit(at, "a slow one"))
        with _read(server) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert reading.longest_silence_s < 1.0
            assert len(reading.chunks) > 2
            assert not reading.errors


def test_torn_text_is_set_aside_alone_and_moves_no_cursor() -> None:
    at = now_us()
    torn = [b'{"did":"did:plc:x","time_us":' + str(at + HOUR_US).encode(), b'{"did":"\xff\xfe"}', b"\x00"]
    with Jetstream() as server:
        server.faults.append(say(*torn))
        with _read(server) as reading:
            until(lambda: server.asked)
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


def test_wrong_json_is_handed_over_to_be_set_aside_and_reading_goes_on_where_it_was() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(say(*WRONG_JSON))
        with _read(server) as reading:
            until(lambda: server.asked)
            server.publish(commit(at, "one"))
            until(lambda: reading.texts() == ["one"])
            assert {record.data for record in reading.records()} >= set(WRONG_JSON) - {b"{}"}
            assert reading.place()["time_us"] == at
            assert not reading.errors


def test_doubled_and_reordered_events_are_all_handed_over_and_the_cursor_is_the_greatest_time() -> None:
    at = now_us()
    with Jetstream() as server, _read(server) as reading:
        until(lambda: server.asked)
        server.publish(*(commit(at + shift, str(shift)) for shift in (5, 3, 5, 4, 1)))
        until(lambda: len(reading.posts()) == 5)
        assert reading.texts() == ["5", "3", "4", "1"]
        assert reading.place()["time_us"] == at + 5


def test_cursor_cut_short_in_silence_is_a_gap_that_is_told() -> None:
    at = now_us()
    floor = at - HOUR_US
    with Jetstream(floor_us=floor) as server:
        server.publish(commit(at - 2 * HOUR_US, "lost"), commit(floor + 5, "kept"))
        with _read(server, cursor=_cursor(at - 3 * HOUR_US, server)) as reading:
            until(lambda: reading.texts() == ["kept"])
            ((since, until_ms, why),) = reading.gaps
            assert (since, until_ms) == ((at - 3 * HOUR_US - 2_000_000) // 1000, (floor + 5) // 1000)
            assert "no longer holds" in why


def test_number_that_is_too_old_is_a_gap_and_what_is_left_is_read() -> None:
    at = now_us()
    floor = at - HOUR_US
    with Jetstream(floor_us=floor, too_old="CursorTooOld") as server:
        server.publish(commit(floor + 5, "kept"))
        with _read(server, newer=True, cursor=_cursor(at - 3 * HOUR_US, server, seq=7)) as reading:
            until(lambda: reading.texts() == ["kept"])
            assert [asked.cursor() for asked in server.asked] == [7, at - 3 * HOUR_US - 2_000_000]
            assert [gap[:2] for gap in reading.gaps] == [((at - 3 * HOUR_US - 2_000_000) // 1000, (floor + 5) // 1000)]
            assert not reading.errors


def test_cut_that_the_server_admits_is_a_gap_however_short() -> None:
    at = now_us()
    with Jetstream(floor_us=at - 5_000_000) as server:
        server.publish(commit(at, "kept"))
        with _read(server, newer=True, cursor=_cursor(at - 10_000_000, server)) as reading:
            until(lambda: reading.texts() == ["kept"])
            assert [gap[:2] for gap in reading.gaps] == [((at - 12_000_000) // 1000, at // 1000)]


def test_newer_wire_goes_on_at_its_own_number() -> None:
    at = now_us()
    with Jetstream() as server:
        server.publish(*(commit(at + number, str(number)) for number in range(1, 6)))
        with _read(server, newer=True, cursor=_cursor(at + 3, server, seq=3)) as reading:
            until(lambda: "5" in reading.texts())
            assert reading.texts() == ["3", "4", "5"]
            assert reading.place()["seq"] == 5


def test_cursor_that_is_refused_altogether_is_a_gap_until_now() -> None:
    at = now_us()
    with Jetstream() as server:
        server.refusals.append((400, {}, b"invalid cursor"))
        with _read(server, cursor=_cursor(at - 5_000_000, server)) as reading:
            until(lambda: len(server.asked) == 2)
            assert server.asked[1].cursor() is None
            time.sleep(0.2)
            server.publish(commit(at, "one"))
            until(lambda: reading.texts() == ["one"])
            assert [gap[:2] for gap in reading.gaps] == [((at - 5_000_000) // 1000, at // 1000)]


def test_server_out_of_order_is_left_for_the_next_at_once() -> None:
    with Jetstream() as broken, Jetstream() as well:
        broken.refusals.append((503, {}, b"bootstrapping"))
        with _read(broken, well) as reading:
            until(lambda: well.asked)
            assert "HTTP 503 bootstrapping" in reading.errors[0]
            assert not [wait for wait in reading.waits if wait > 1]


def test_servers_that_ask_for_patience_get_it_and_the_wait_ends_when_told() -> None:
    with Jetstream() as server:
        server.refusals.append((429, {"Retry-After": "120"}, b"slow down"))
        with _read(server) as reading:
            until(lambda: 120 in reading.waits)
            assert reading.reports[-1][:2] == ("reconnecting", f"127.0.0.1:{server.port}: HTTP 429 slow down")
            assert reading.stop() < 10
            assert len(server.asked) == 1


def test_redirect_is_followed() -> None:
    with Jetstream() as old, Jetstream() as new:
        old.refusals.append((302, {"Location": new.url + "?wantedCollections=app.bsky.feed.post"}, b""))
        with _read(old) as reading:
            until(lambda: new.asked)
            new.publish(commit(now_us(), "one"))
            until(lambda: reading.texts() == ["one"])
            assert not reading.errors


def test_ten_megabyte_message_is_one_record_set_aside_and_its_neighbours_are_whole() -> None:
    at = now_us()
    with Jetstream() as server, _read(server) as reading:
        until(lambda: server.asked)
        server.publish(commit(at, "one"), commit(at + 1, "x" * 10 * 1024 * 1024), commit(at + 2, "two"))
        until(lambda: reading.texts() == ["one", "two"])
        assert max(len(record.data) for record in reading.records()) == 64 * 1024
        assert len(reading.records()) == 3
        assert not reading.errors


def test_message_beyond_all_bounds_is_stepped_over_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.bluesky.connection.LARGEST_MESSAGE", 10_000)
    at = now_us() - 60_000_000
    with Jetstream() as server:
        server.publish(commit(at, "one"), commit(at + 500_000, "x" * 20_000), commit(at + 5_000_000, "two"))
        with _read(server, cursor=_cursor(at, server)) as reading:
            until(lambda: reading.texts() == ["one", "two"])
            assert [gap[:2] for gap in reading.gaps] == [(at // 1000, (at + 3_000_000) // 1000)]


def test_clock_that_is_ahead_makes_no_cursor_of_the_future() -> None:
    with Jetstream() as server, _read(server) as reading:
        until(lambda: server.asked)
        server.publish(commit(now_us() + HOUR_US, "from the future"))
        until(lambda: reading.texts() == ["from the future"])
        assert reading.place()["time_us"] <= now_us()
        assert all(lag is None or lag >= 0 for _, _, lag in reading.reports)
        assert all(post.created_at <= now_us() // 1000 for post in reading.posts())


def test_how_far_behind_is_told_while_catching_up() -> None:
    at = now_us() - HOUR_US
    with Jetstream() as server:
        server.publish(commit(at, "old"))
        with _read(server, cursor=_cursor(at, server)) as reading:
            until(lambda: reading.reports)
            state, _, lag_s = reading.reports[-1]
            assert state == "replaying"
            assert lag_s == pytest.approx(3600, abs=30)


def _dictionary() -> bytes:
    samples = [f'{{"$type":"message","payload":{{"seq":{n},"did":"did:plc:{n}"}}}}' * 3 for n in range(2000)]
    return zstandard.train_dictionary(4096, [sample.encode() for sample in samples]).as_bytes()


def test_newer_wire_is_compressed_with_the_servers_dictionary() -> None:
    known = _dictionary()
    with Jetstream(dictionary=known) as server, _read(server, newer=True) as reading:
        until(lambda: server.asked)
        assert server.asked[0].query["zstdDictionary"] == [str(zstandard.ZstdCompressionDict(known).dict_id())]
        server.publish(commit(now_us(), "small"))
        until(lambda: reading.texts() == ["small"])


def test_dictionary_the_server_does_not_know_any_more_is_done_without() -> None:
    with Jetstream(dictionary=_dictionary()) as server:
        server.refusals.append((400, {}, b'{"error":"UnknownZstdDictionary","message":"5"}'))
        with _read(server, newer=True) as reading:
            until(lambda: len(server.asked) == 2)
            assert "zstdDictionary" not in server.asked[1].query
            server.publish(commit(now_us(), "plain"))
            until(lambda: reading.texts() == ["plain"])
            assert not reading.errors


def test_error_frame_is_the_end_of_the_connection() -> None:
    with Jetstream() as server:
        server.faults.append(say(b'{"$type":"error","error":"ConsumerTooSlow","message":"hurry"}'))
        with _read(server, newer=True) as reading:
            until(lambda: len(server.asked) == 2)
            assert "ConsumerTooSlow hurry" in reading.errors[0]


def test_broken_cursor_begins_now() -> None:
    with Jetstream() as server, _read(server, cursor="not ours"):
        assert until(lambda: server.asked)[0].cursor() is None
        assert server.asked[0].path != NEWER_PATH


@pytest.mark.parametrize("when", ["reading", "stalled", "opening"])
def test_it_ends_within_two_seconds_when_told(when: str) -> None:
    with Jetstream() as server:
        if when == "stalled":
            server.faults.append(stall)
        source = _source(server)
        if when == "opening":
            # A network that swallows all packets: nobody answers at this address of the documentation range.
            source = BlueskySource(("ws://192.0.2.1:9/subscribe",), "")
        with Reading(source) as reading:
            if when != "opening":
                until(lambda: server.asked)
            until(lambda: reading.waits)
            assert reading.stop() < 10
