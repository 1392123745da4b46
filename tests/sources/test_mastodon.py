"""Mastodon against servers on this machine that misbehave: each test says what the reader does about it."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.normalise.mastodon.wire import MastodonStatus
from pipeline.post import Deletion
from pipeline.sources.mastodon import MastodonSource
from pipeline.sources.mastodon import server as module
from pipeline.sources.mastodon import statuses as statuses_module
from pipeline.sources.mastodon.events import LONGEST_EVENT, EventCutter
from tests.sources.live import Reading, until
from tests.sources.simulators.mastodon import Mastodon, beat, drip, hang_up_within_a_line, stall, status


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(module, "REFUSED_PAUSE_S", 0.2)


def _read(*servers: Mastodon, cursor: str | None = None, tags: tuple[str, ...] = (), **more: Any) -> Reading:
    token = next((server.token for server in servers if server.token), "")
    return Reading(MastodonSource(tuple(server.url for server in servers), tags, token, **more), cursor)


def _listening(*servers: Mastodon) -> None:
    until(lambda: all(server.streams for server in servers))


def _cursor(server: Mastodon, newest: str, ago_s: float = 60.0) -> str:
    return json.dumps({server.host: {"newest": newest, "at_ms": int((time.time() - ago_s) * 1000)}})


def test_statuses_edits_and_deletions_come() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(1, "one"))
        edited = status(1, "one, edited", edited_at="2031-01-01T00:00:00.000Z")
        server.say("status.update", edited)
        server.say("delete", "1")
        until(lambda: len(reading.events()) == 3)
        first, second, gone = reading.events()
        assert reading.texts() == ["one", "one, edited"]
        assert first.post.id == second.post.id == "mastodon:home.example/1"  # type: ignore[union-attr] # both are posts
        assert second.post.version > first.post.version  # type: ignore[union-attr] # both are posts
        assert isinstance(gone, Deletion)
        assert gone.id == "mastodon:home.example/1"
        assert reading.reports[-1][:2] == ("live", server.host)


def test_deletion_names_the_post_that_is_meant_wherever_it_was_written() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(5, "from afar", host="far.example"))
        server.say("delete", "5")
        server.say("delete", 6)
        until(lambda: len(reading.events()) == 3)
        post, known, unknown = reading.events()
        assert known.id == post.post.id == "mastodon:far.example/7005"  # type: ignore[union-attr] # a deletion, a post
        assert unknown.id == f"mastodon:{server.host}/6"  # type: ignore[union-attr] # a deletion


def test_what_is_remembered_for_deletions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statuses_module, "REMEMBERED", 10)
    known = statuses_module.Statuses("home.example", consent=True)
    for number in range(50):
        known.record("update", json.dumps(status(number, host="far.example")).encode())
    assert len(known._uris) == 10
    assert b"far.example" in (known.record("delete", b"49") or b"")
    assert b"far.example" not in (known.record("delete", b"1") or b"")


FORGED = b'null,"murmur":1,"kind":"forget","id":"","source":"x","author":{"id":"44196397","handle":""},"x":{'


@pytest.mark.parametrize("name", ["update", "status.update", "delete"])
@pytest.mark.parametrize(
    "data", [FORGED + b"}", FORGED, b'{"id":"1"}' + FORGED[4:] + b"}", b'{"id":"1","x":1}}', b'1","uri":"x', b"\xff{"]
)
def test_data_of_an_event_is_one_value_of_its_record_and_nothing_beside_it(name: str, data: bytes) -> None:
    record = statuses_module.Statuses("home.example", consent=True).record(name, data)
    told = json.loads(record or b"")
    assert told.keys() == {"event", "payload"}
    assert told["event"] == name
    assert isinstance(told["payload"], str)
    if name != "delete":
        with pytest.raises(RecordError):
            normalise(record or b"", "mastodon", 0, "home.example")


def test_status_that_was_asked_for_keeps_the_names_that_a_status_has() -> None:
    known = statuses_module.Statuses("home.example", consent=True)
    record = known.answered(json.dumps(status(1, "hi") | {"murmur": 1, "kind": "forget", "event": "delete"}).encode())
    assert json.loads(record or b"").keys() <= {field.name for field in msgspec.structs.fields(MastodonStatus)}
    assert set(statuses_module.STATUS) == {field.name for field in msgspec.structs.fields(MastodonStatus)}


@pytest.mark.parametrize("said", [{"indexable": False}, {"discoverable": False}, {"noindex": True}])
def test_author_who_does_not_want_to_be_found_is_left_out_unless_told_otherwise(said: dict[str, bool]) -> None:
    with Mastodon() as server, _read(server) as heeding, _read(server, consent=False) as taking:
        until(lambda: len(server.streams) == 2)
        server.publish(status(1, "hidden", account=said), status(2, "open", account={"indexable": None}))
        until(lambda: "open" in heeding.texts() and "open" in taking.texts())
        assert heeding.texts() == ["open"]
        assert taking.texts() == ["hidden", "open"]


def test_author_who_changes_their_mind_is_withdrawn_with_the_edit() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(1, "one", host="far.example"))
        server.say("status.update", status(1, "one!", host="far.example", account={"indexable": False}))
        until(lambda: len(reading.events()) == 2)
        gone = reading.events()[1]
        assert isinstance(gone, Deletion)
        assert gone.id == "mastodon:far.example/7001"


def test_repost_of_somebody_who_does_not_want_to_be_found_is_left_out() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        hidden = status(1, "hidden", account={"indexable": False})
        server.publish(status(2, "", reblog=hidden), status(3, "open"))
        until(lambda: "open" in reading.texts())
        assert reading.texts() == ["open"]


def test_end_within_a_line_loses_nothing_that_can_be_asked_for() -> None:
    with Mastodon() as server:
        server.faults.append(hang_up_within_a_line)
        server.held.append(status(1, "torn"))
        with _read(server, cursor=_cursor(server, "0")) as reading:
            until(lambda: server.streamed() == 2 and server.streams)
            server.publish(status(2, "two"))
            until(lambda: reading.texts() == ["torn", "two"])
            assert not reading.gaps
            assert any(state == "reconnecting" for state, _, _ in reading.reports)


def test_what_came_while_nobody_listened_is_asked_for_page_by_page() -> None:
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 101)]
        with _read(server, cursor=_cursor(server, "3")) as reading:
            until(lambda: len(reading.texts()) == 97)
            assert reading.texts()[0] == "4"
            assert reading.place()[server.host]["newest"] == "100"
            assert not reading.gaps
            assert server.streamed() == 1


def test_what_cannot_be_asked_for_is_a_gap_that_is_told() -> None:
    with Mastodon() as server:
        server.timeline_status = 422
        with _read(server, cursor=_cursor(server, "3", ago_s=60)) as reading:
            until(lambda: reading.gaps)
            ((since, until_ms, why),) = reading.gaps
            assert until_ms - since == pytest.approx(60_000, abs=5_000)
            assert "HTTP 422" in why
            _listening(server)
            server.publish(status(9, "nine"))
            until(lambda: reading.texts() == ["nine"])


def test_outage_too_long_to_ask_for_is_a_gap_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES", 2)
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 200)]
        with _read(server, cursor=_cursor(server, "0")) as reading:
            until(lambda: reading.gaps)
            assert "more was said" in reading.gaps[0][2]


def test_silence_means_reconnect_and_a_heartbeat_does_not() -> None:
    with Mastodon() as server:
        server.faults += [stall, beat]
        with _read(server, silence_s=1.0) as reading:
            until(lambda: server.streamed() == 2)
            time.sleep(2.0)
            assert server.streamed() == 2
            assert reading.longest_silence_s < 1.0


def test_slow_drip_is_waited_for() -> None:
    with Mastodon() as server:
        server.faults.append(drip)
        with _read(server, silence_s=30.0) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert reading.longest_silence_s < 1.0


def test_torn_status_is_set_aside_alone() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.tell(b'event: update\ndata: {"id":"1","con\n\nevent: update\ndata: {"x":"\xff\xfe"}\n\n')
        server.publish(status(2, "two"))
        until(lambda: reading.texts() == ["two"])
        assert len(reading.records()) == 3


@pytest.mark.parametrize(
    "data", [b"[]", b"null", b"7", b"{}", b'{"id":{},"account":7}', b'{"id":1e400}', b"[" * 5_000, b"not json"]
)
def test_wrong_json_costs_no_neighbour_and_moves_no_cursor(data: bytes) -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(1, "one"))
        server.tell(b"event: update\ndata: " + data + b"\n\nevent: delete\ndata: " + data + b"\n\n")
        server.publish(status(2, "two"))
        until(lambda: reading.texts() == ["one", "two"])
        assert reading.place()[server.host]["newest"] == "2"
        assert not reading.errors


def test_doubled_and_reordered_statuses_are_all_handed_over_and_the_newest_is_the_cursor() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        for number in (9, 10, 8, 10):
            server.publish(status(number, str(number)))
        until(lambda: len(reading.posts()) == 4)
        assert reading.place()[server.host]["newest"] == "10"


def test_ten_megabyte_line_is_one_record_set_aside_and_its_neighbours_are_whole() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(1, "one"), status(2, "x" * 10 * 1024 * 1024), status(3, "three"))
        until(lambda: reading.texts() == ["one", "three"])
        assert max(len(record.data) for record in reading.records()) < 2 * 1024 * 1024


def test_server_out_of_order_is_waited_for_while_others_are_read() -> None:
    with Mastodon() as broken, Mastodon() as well:
        broken.refusals.extend([(503, {})] * 50)
        with _read(broken, well) as reading:
            _listening(well)
            well.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            until(lambda: any("HTTP 503" in detail and state == "live" for state, detail, _ in reading.reports))
            assert {chunk.instance for chunk in reading.chunks if chunk.records} == {well.host}


def test_server_that_asks_for_patience_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REFUSED_PAUSE_S", 300.0)
    with Mastodon() as server:
        server.refusals.append((429, {"Retry-After": "2"}))
        with _read(server):
            until(lambda: server.streamed() == 1)
            began = time.monotonic()
            until(lambda: server.streamed() == 2)
            assert time.monotonic() - began > 1.5, "a wait that was asked for, not one that is measured"


def test_token_is_sent_and_its_lack_is_named() -> None:
    with Mastodon("s3cret") as server:
        with _read(server) as reading:
            _listening(server)
            server.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
        with Reading(MastodonSource((server.url,))) as refused:
            until(lambda: any("token" in detail for _, detail, _ in refused.reports))


def test_stream_is_asked_for_where_the_server_says_it_is() -> None:
    with Mastodon() as server, Mastodon() as streaming:
        server.streaming = f"ws://{streaming.host}"
        with _read(server) as reading:
            _listening(streaming)
            streaming.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            assert reading.chunks[-1].instance in ("", server.host)
            assert server.streamed() == 0


def test_server_that_does_not_say_where_its_streams_are_is_asked_itself() -> None:
    with Mastodon() as server:
        server.instance_status = 404
        with _read(server) as reading:
            _listening(server)
            server.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])


def test_redirect_is_followed_and_the_token_stays_behind() -> None:
    with Mastodon("s3cret") as server, Mastodon() as other:
        server.refusals.append((302, {"Location": f"{other.url}/api/v1/streaming/public"}))
        with _read(server) as reading:
            _listening(other)
            other.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            assert "Bearer s3cret" in server.tokens
            assert set(other.tokens) == {""}


def test_hashtags_are_streams_of_their_own() -> None:
    with Mastodon() as server, _read(server, tags=("#cats", "dogs")):
        until(lambda: server.streamed() == 2)
        asked = {path for path in server.asked if "/streaming/" in path}
        assert asked == {"/api/v1/streaming/hashtag?tag=cats", "/api/v1/streaming/hashtag?tag=dogs"}


def test_something_else_than_an_event_stream_is_named() -> None:
    with Mastodon() as server:
        server.refusals.append((200, {"Content-Type": "text/html"}))
        with _read(server) as reading:
            until(lambda: any("no event stream but text/html" in detail for _, detail, _ in reading.reports))


def test_clock_that_is_ahead_dates_no_post_into_the_future() -> None:
    with Mastodon() as server, _read(server) as reading:
        _listening(server)
        server.publish(status(1, "from the future", created_at="2039-01-01T00:00:00.000Z"))
        until(lambda: reading.texts() == ["from the future"])
        assert all(post.created_at <= time.time() * 1000 for post in reading.posts())


@pytest.mark.parametrize("when", ["reading", "stalled", "opening"])
def test_it_ends_within_two_seconds_when_told(when: str) -> None:
    with Mastodon() as server:
        if when == "stalled":
            server.faults.append(stall)
        # Nobody answers at this address of the documentation range.
        source = MastodonSource(("http://192.0.2.1:9",) if when == "opening" else (server.url,))
        with Reading(source) as reading:
            until(lambda: reading.chunks if when == "opening" else server.streams)
            assert reading.stop() < 10


def test_cutter_gives_the_same_wherever_blocks_end() -> None:
    body = b":)\nevent: update\r\ndata: {\ndata: }\r\n\r\n:thump\nevent: delete\ndata: 7\n\ndata: x\n\nevent: none\n\n"
    whole = list(EventCutter().cut(body))
    assert whole == [("update", b"{\n}"), ("delete", b"7"), ("", b"x")]
    for size in range(1, 20):
        cutter = EventCutter()
        parts = [event for at in range(0, len(body), size) for event in cutter.cut(body[at : at + size])]
        assert parts == whole


def test_data_lines_of_nothing_do_not_pile_up() -> None:
    cutter = EventCutter()
    for _ in range(40):
        assert not list(cutter.cut(b"data:\n" * 50_000))
    ((name, data),) = cutter.cut(b"event: update\n\n")
    assert name == "update"
    assert len(data) <= LONGEST_EVENT
