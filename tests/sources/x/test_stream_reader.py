"""The reading loop of X's stream under every failure: it reconnects with pauses and reports gaps."""

from __future__ import annotations

import time

from pipeline.sources.x.backoff import Backoff
from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi, drip, endless_drip, hang_up_within_a_line, say_and_close, stall
from tests.sources.x.reading import opened, read


def test_end_within_a_line_is_a_reported_gap_and_the_half_is_no_record() -> None:
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


def test_app_that_has_a_stream_already_is_reported_and_comes_again_as_after_a_limit() -> None:
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


def test_server_errors_are_asked_again_ever_later_and_reported_down() -> None:
    with XApi() as api:
        api.refusals.extend([(503, {}, b"overloaded")] * 5)
        with read(api) as reading:
            opened(api)
            assert [state for state, _, _ in reading.reports].count("down") == 2
            assert reading.waits != sorted(reading.waits, reverse=True)


def test_outage_of_our_own_is_a_gap_from_when_something_was_last_received() -> None:
    heard = int(time.time() * 1000) - 60_000
    with XApi() as api, read(api, cursor=f'{{"month":"2020-01","count":5,"heard_ms":{heard}}}') as reading:
        until(lambda: reading.gaps)
        assert reading.gaps[0][0] == heard
        assert reading.gaps[0][1] - heard >= 60_000
