"""X's stream with every failure: each test states what the source does about it."""

from __future__ import annotations

import json
import time

from pipeline.sources.x.backoff import Backoff
from tests.sources.background_reading import until
from tests.sources.simulators.x import (
    TOKEN,
    XApi,
    drip,
    endless_drip,
    hang_up_within_a_line,
    operational_disconnect,
    post,
    say,
    say_and_close,
    stall,
)
from tests.sources.x.reading import opened, read


def test_end_within_a_line_is_a_told_gap_and_the_half_is_no_record() -> None:
    with XApi() as api:
        api.faults.append(hang_up_within_a_line)
        with read(api) as reading:
            until(lambda: len(api.streamed()) == 2)
            opened(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])
            assert len(reading.records()) == 1
            assert len(reading.gaps) == 1
            assert not reading.errors


def test_silence_means_reconnect_and_chunks_keep_the_lease() -> None:
    with XApi() as api:
        api.faults.append(stall)
        with read(api, silence_s=1.2) as reading:
            until(lambda: len(api.streamed()) == 2)
            assert reading.longest_silence_s < 1.1
            assert any(state == "reconnecting" for state, _, _ in reading.reports)


def test_keep_alives_alone_keep_a_stream() -> None:
    with XApi(keep_alive_s=0.1) as api, read(api, silence_s=1.0) as reading:
        opened(api)
        time.sleep(1.5)
        assert len(api.streamed()) == 1
        assert reading.place()["heard_ms"] > 0


def test_slow_drip_is_waited_for() -> None:
    with XApi() as api:
        api.faults.append(drip)
        with read(api) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert len(api.streamed()) == 1


def test_drip_that_never_ends_a_line_counts_as_silence() -> None:
    with XApi() as api:
        api.faults.append(endless_drip)
        with read(api, silence_s=1.2):
            until(lambda: len(api.streamed()) == 2)


def test_torn_text_and_wrong_json_are_records_of_their_own_for_the_worker_to_set_aside() -> None:
    torn = b'{"data":{"id":"1","text":"\xff\xfe"}}\r\n'
    with XApi() as api:
        api.faults.append(say(torn, b"not json\r\n", b"[1]\r\n", json.dumps(post(5, "ü❄")).encode()[:9]))
        with read(api) as reading:
            until(lambda: len(reading.records()) == 3)
            assert reading.records()[0].data == torn.rstrip()
            assert len(api.streamed()) == 1


def test_characters_torn_between_chunks_are_whole_again() -> None:
    data = json.dumps(post(1, "schön ❄"), ensure_ascii=False).encode() + b"\r\n"
    at = data.index("❄".encode()) + 1
    with XApi() as api:
        api.faults.append(say(data[:at], data[at:-1], data[-1:]))
        with read(api) as reading:
            until(lambda: reading.texts() == ["schön ❄"])


def test_line_of_ten_megabytes_is_cut_and_the_next_is_read() -> None:
    with XApi() as api:
        api.faults.append(say(*[b"x" * 2**20] * 10, b"\r\n", json.dumps(post(1, "after")).encode() + b"\r\n"))
        with read(api) as reading:
            until(lambda: reading.texts() == ["after"])
            assert next(len(record.data) for record in reading.records()) == 64 * 1024
            assert len(api.streamed()) == 1


def test_limit_is_counted_by_the_clock_of_x_not_by_ours() -> None:
    for skew_s in (-7200.0, 7200.0):
        with XApi() as api:
            api.skew_s = skew_s
            reset = {"x-rate-limit-reset": str(int(time.time() + skew_s) + 500), "x-rate-limit-remaining": "0"}
            api.refusals.append((429, reset, b"{}"))
            with read(api) as reading:
                until(lambda: any(wait > 100 for wait in reading.waits))
                assert 400 < max(reading.waits) < 510


def test_app_that_has_a_stream_already_is_told_and_comes_again_as_after_a_limit() -> None:
    with XApi() as api:
        api.one_at_a_time = True
        with read(api) as first:
            opened(api)
            with read(api) as second:
                until(lambda: any("maximum allowed connection" in detail for _, detail, _ in second.reports))
                first.stop()
                until(lambda: second.reports[-1][0] == "live")
                api.say("one")
                until(lambda: second.texts() == ["one"])


def test_stream_that_ends_well_again_and_again_is_opened_again_with_pauses() -> None:
    with XApi() as api:
        api.faults.extend([say_and_close()] * 3)
        with read(api, backoff=Backoff(scale=0.2)) as reading:
            until(lambda: len(api.streamed()) == 4)
            pauses = [wait for wait in reading.waits if wait > 0.03]
            assert len(pauses) == 3
            assert pauses == sorted(pauses)
            assert [state for state, _, _ in reading.reports].count("reconnecting") == 3


def test_disconnect_for_too_many_posts_is_waited_out_as_a_limit() -> None:
    detail = {"title": "UsageCapExceeded", "detail": "cap", "disconnect_type": "UsageCapExceeded"}
    with XApi() as api:
        api.faults.append(say_and_close(json.dumps({"errors": [detail]}).encode() + b"\r\n"))
        with read(api, backoff=Backoff(scale=1.0)) as reading:
            until(lambda: any(wait >= 60 for wait in reading.waits))
            assert "UsageCapExceeded" in reading.reports[-1][1]
            assert len(api.streamed()) == 1


def test_operational_disconnect_is_understood_and_means_reconnect() -> None:
    with XApi() as api:
        api.faults.append(say_and_close(operational_disconnect()))
        with read(api) as reading:
            until(lambda: len(api.streamed()) == 2)
            assert any("UpstreamOperationalDisconnect" in detail for _, detail, _ in reading.reports)


def test_too_many_requests_waits_as_long_as_x_says() -> None:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 2), "x-rate-limit-remaining": "0"}
    with XApi() as api:
        api.refusals.append((429, reset, b'{"title":"Too Many Requests","detail":"Too Many Requests"}'))
        with read(api) as reading:
            began = time.time()
            opened(api)
            assert time.time() - began > 1.0
            assert any("429" in detail for _, detail, _ in reading.reports)


def test_server_errors_are_asked_again_ever_later_and_reported_down() -> None:
    with XApi() as api:
        api.refusals.extend([(503, {}, b"overloaded")] * 5)
        with read(api) as reading:
            opened(api)
            assert [state for state, _, _ in reading.reports].count("down") == 2
            assert reading.waits != sorted(reading.waits, reverse=True)


def test_refused_token_is_named_and_not_shown() -> None:
    with XApi(token="another") as api, read(api) as reading:
        until(lambda: reading.reports)
        assert "X_BEARER_TOKEN" in reading.reports[0][1]
        assert TOKEN not in str(reading.reports)


def test_redirect_on_the_way_to_a_stream_is_followed() -> None:
    with XApi() as api:
        api.refusals.append((307, {"Location": f"{api.url}/2/tweets/search/stream?again=1"}, b""))
        with read(api) as reading:
            opened(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])


def test_outage_of_our_own_is_a_gap_from_when_something_was_last_heard() -> None:
    heard = int(time.time() * 1000) - 60_000
    with XApi() as api, read(api, cursor=f'{{"month":"2020-01","count":5,"heard_ms":{heard}}}') as reading:
        until(lambda: reading.gaps)
        assert reading.gaps[0][0] == heard
        assert reading.gaps[0][1] - heard >= 60_000
