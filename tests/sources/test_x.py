"""X against an API on this machine that misbehaves: each test says what the reader does about it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from pipeline.sources.x import XSource
from pipeline.sources.x.budget import Budget, month_end_s
from pipeline.sources.x.pauses import ANSWER, LIMIT, NETWORK, Pauses
from pipeline.sources.x.reading import Pace
from tests.sources.live import Reading, until
from tests.sources.simulators.x import (
    TOKEN,
    X_EPOCH_MS,
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

MIDDLE_S = 1_792_065_600.0  # 2026-10-15 12:00 UTC


def _pace(silence_s: float) -> Pace:
    return Pace(silence_s=silence_s, receive_s=0.05, look_s=0.02, report_s=0.02)


def _read(api: XApi, track: str = "snow", cursor: str | None = None, **more: Any) -> Reading:
    given: dict[str, Any] = {"pace": _pace(more.pop("silence_s", 10.0)), "pauses": Pauses(scale=0.002)} | more
    return Reading(XSource(TOKEN, lambda: track, url=api.url, **given), cursor)


def _open(api: XApi) -> None:
    until(lambda: api.streams)


def test_posts_come_with_everything_asked_for_and_the_rule_is_ours() -> None:
    with XApi() as api, _read(api, "snow lang:en") as reading:
        _open(api)
        api.say("one", "two ❄")
        until(lambda: reading.texts() == ["one", "two ❄"])
        asked = api.streamed()[0]
        assert set(asked) == {
            "expansions", "media.fields", "place.fields", "poll.fields", "tweet.fields", "user.fields",
        }  # fmt: skip
        assert "referenced_tweets.id.author_id" in asked["expansions"]
        assert "variants" in asked["media.fields"]
        assert "note_tweet" in asked["tweet.fields"]
        assert [rule["value"] for rule in api.rules] in (["snow lang:en"], ["lang:en snow"])
        assert api.rules[0]["tag"].startswith("murmur:")
        assert reading.posts()[0].author.handle == "ann"
        assert reading.reports[-1][0] == "live"
        assert not reading.gaps
        assert not reading.errors


def test_only_the_difference_of_rules_is_applied_and_others_are_left_alone() -> None:
    with XApi() as api:
        api.hold("cats", "murmur:old")
        api.hold("snow", "murmur:kept")
        api.hold("rain", "theirs")
        api.hold("dogs")
        with _read(api):
            _open(api)
            assert [rule["value"] for rule in api.rules] == ["snow", "rain", "dogs"]
            assert [list(change) for change in api.changes] == [["delete"]]


def test_rules_beyond_the_cap_are_said_and_the_rest_is_read() -> None:
    search = " OR ".join(f"(repost_of:x:{number} is:reply)" for number in range(10**7, 10**7 + 28))
    with XApi(cap=2) as api:
        api.hold("rain", "theirs")
        with _read(api, search) as reading:
            _open(api)
            until(lambda: any("more than X allows" in detail for _, detail, _ in reading.reports))
            assert len(api.rules) == 2


def test_track_is_followed_without_reconnecting_and_what_x_cannot_be_asked_is_said() -> None:
    track, api = ["snow"], XApi()
    source = XSource(TOKEN, lambda: track[0], url=api.url, pace=_pace(10.0))
    with api, Reading(source) as reading:
        _open(api)
        track[0] = "rain followers:1000.."
        until(lambda: [rule["value"] for rule in api.rules] == ["rain"])
        until(lambda: "followers:" in reading.reports[-1][1])
        api.say("one")
        until(lambda: reading.texts() == ["one"])
        assert len(api.streamed()) == 1


@pytest.mark.parametrize(
    ("track", "why"),
    [("*", "no stream of everything"), ("source:bluesky", "nothing on X"), ("(", "parsed")],
)
def test_nothing_to_ask_for_is_said_and_no_stream_opened(track: str, why: str) -> None:
    with XApi() as api:
        api.hold("snow", "murmur:old")
        with _read(api, track) as reading:
            until(lambda: reading.reports)
            assert reading.reports[-1][0] == "down"
            assert why in reading.reports[-1][1]
            assert not api.rules
            assert not api.streamed()
            assert reading.stop() < 10


def test_without_a_track_what_others_ask_for_is_read() -> None:
    with XApi() as api:
        api.hold("rain", "theirs")
        with _read(api, "*") as reading:
            _open(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])


def test_end_within_a_line_is_a_told_gap_and_the_half_is_no_record() -> None:
    with XApi() as api:
        api.faults.append(hang_up_within_a_line)
        with _read(api) as reading:
            until(lambda: len(api.streamed()) == 2)
            _open(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])
            assert len(reading.records()) == 1
            assert len(reading.gaps) == 1
            assert not reading.errors


def test_silence_means_reconnect_and_chunks_keep_the_lease() -> None:
    with XApi() as api:
        api.faults.append(stall)
        with _read(api, silence_s=1.2) as reading:
            until(lambda: len(api.streamed()) == 2)
            assert reading.longest_silence_s < 1.1
            assert any(state == "reconnecting" for state, _, _ in reading.reports)


def test_keep_alives_alone_keep_a_stream() -> None:
    with XApi(keep_alive_s=0.1) as api, _read(api, silence_s=1.0) as reading:
        _open(api)
        time.sleep(1.5)
        assert len(api.streamed()) == 1
        assert reading.place()["heard_ms"] > 0


def test_slow_drip_is_waited_for() -> None:
    with XApi() as api:
        api.faults.append(drip)
        with _read(api) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert len(api.streamed()) == 1


def test_drip_that_never_ends_a_line_counts_as_silence() -> None:
    with XApi() as api:
        api.faults.append(endless_drip)
        with _read(api, silence_s=1.2):
            until(lambda: len(api.streamed()) == 2)


def test_torn_text_and_wrong_json_are_records_of_their_own_for_the_worker_to_set_aside() -> None:
    torn = b'{"data":{"id":"1","text":"\xff\xfe"}}\r\n'
    with XApi() as api:
        api.faults.append(say(torn, b"not json\r\n", b"[1]\r\n", json.dumps(post(5, "ü❄")).encode()[:9]))
        with _read(api) as reading:
            until(lambda: len(reading.records()) == 3)
            assert reading.records()[0].data == torn.rstrip()
            assert len(api.streamed()) == 1


def test_characters_torn_between_chunks_are_whole_again() -> None:
    data = json.dumps(post(1, "schön ❄"), ensure_ascii=False).encode() + b"\r\n"
    at = data.index("❄".encode()) + 1
    with XApi() as api:
        api.faults.append(say(data[:at], data[at:-1], data[-1:]))
        with _read(api) as reading:
            until(lambda: reading.texts() == ["schön ❄"])


def test_line_of_ten_megabytes_is_cut_and_the_next_is_read() -> None:
    with XApi() as api:
        api.faults.append(say(*[b"x" * 2**20] * 10, b"\r\n", json.dumps(post(1, "after")).encode() + b"\r\n"))
        with _read(api) as reading:
            until(lambda: reading.texts() == ["after"])
            assert next(len(record.data) for record in reading.records()) == 64 * 1024
            assert len(api.streamed()) == 1


def test_post_that_comes_twice_is_handed_over_twice_with_one_id() -> None:
    with XApi() as api, _read(api) as reading:
        _open(api)
        one = post(1, "one")
        api.publish(one, one)
        until(lambda: len(reading.posts()) == 2)
        assert len({found.id for found in reading.posts()}) == 1


def test_posts_that_come_in_another_order_are_handed_over_as_they_come_and_lag_is_of_the_newest() -> None:
    with XApi() as api, _read(api) as reading:
        _open(api)
        late = post(1, "late")
        late["data"]["id"] = str((int(time.time() * 1000) - 60_000 - X_EPOCH_MS) << 22)
        api.publish(post(2, "first"), late)
        until(lambda: len(reading.posts()) == 2)
        assert reading.texts() == ["first", "late"]
        until(lambda: reading.reports[-1][2] is not None)
        assert (reading.reports[-1][2] or 0) < 30


def test_post_of_a_clock_that_is_ahead_is_no_post_of_the_future() -> None:
    with XApi() as api, _read(api) as reading:
        _open(api)
        ahead = post(1, "from tomorrow")
        ms = int(time.time() * 1000) + 86_400_000
        ahead["data"] |= {"id": str((ms - X_EPOCH_MS) << 22), "created_at": "2100-01-01T00:00:00.000Z"}
        api.publish(ahead)
        until(reading.posts)
        assert reading.posts()[0].created_at <= int(time.time() * 1000)
        until(lambda: reading.reports[-1][2] is not None)
        assert (reading.reports[-1][2] or 0) >= 0
        assert reading.place()["heard_ms"] <= int(time.time() * 1000)


def test_limit_is_counted_by_the_clock_of_x_not_by_ours() -> None:
    for skew_s in (-7200.0, 7200.0):
        with XApi() as api:
            api.skew_s = skew_s
            reset = {"x-rate-limit-reset": str(int(time.time() + skew_s) + 500), "x-rate-limit-remaining": "0"}
            api.refusals.append((429, reset, b"{}"))
            with _read(api) as reading:
                until(lambda: any(wait > 100 for wait in reading.waits))
                assert 400 < max(reading.waits) < 510


def test_app_that_has_a_stream_already_is_told_and_comes_again_as_after_a_limit() -> None:
    with XApi() as api:
        api.one_at_a_time = True
        with _read(api) as first:
            _open(api)
            with _read(api) as second:
                until(lambda: any("maximum allowed connection" in detail for _, detail, _ in second.reports))
                first.stop()
                until(lambda: second.reports[-1][0] == "live")
                api.say("one")
                until(lambda: second.texts() == ["one"])


def test_stream_that_ends_well_again_and_again_is_opened_again_with_pauses() -> None:
    with XApi() as api:
        api.faults.extend([say_and_close()] * 3)
        with _read(api, pauses=Pauses(scale=0.2)) as reading:
            until(lambda: len(api.streamed()) == 4)
            pauses = [wait for wait in reading.waits if wait > 0.03]
            assert len(pauses) == 3
            assert pauses == sorted(pauses)
            assert [state for state, _, _ in reading.reports].count("reconnecting") == 3


def test_disconnect_for_too_many_posts_is_waited_out_as_a_limit() -> None:
    detail = {"title": "UsageCapExceeded", "detail": "cap", "disconnect_type": "UsageCapExceeded"}
    with XApi() as api:
        api.faults.append(say_and_close(json.dumps({"errors": [detail]}).encode() + b"\r\n"))
        with _read(api, pauses=Pauses(scale=1.0)) as reading:
            until(lambda: any(wait >= 60 for wait in reading.waits))
            assert "UsageCapExceeded" in reading.reports[-1][1]
            assert len(api.streamed()) == 1


def test_operational_disconnect_is_understood_and_means_reconnect() -> None:
    with XApi() as api:
        api.faults.append(say_and_close(operational_disconnect()))
        with _read(api) as reading:
            until(lambda: len(api.streamed()) == 2)
            assert any("UpstreamOperationalDisconnect" in detail for _, detail, _ in reading.reports)


def test_too_many_requests_waits_as_long_as_x_says() -> None:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 2), "x-rate-limit-remaining": "0"}
    with XApi() as api:
        api.refusals.append((429, reset, b'{"title":"Too Many Requests","detail":"Too Many Requests"}'))
        with _read(api) as reading:
            began = time.time()
            _open(api)
            assert time.time() - began > 1.0
            assert any("429" in detail for _, detail, _ in reading.reports)


def test_server_errors_are_asked_again_ever_later_and_reported_down() -> None:
    with XApi() as api:
        api.refusals.extend([(503, {}, b"overloaded")] * 5)
        with _read(api) as reading:
            _open(api)
            assert [state for state, _, _ in reading.reports].count("down") == 2
            assert reading.waits != sorted(reading.waits, reverse=True)


def test_refused_token_is_named_and_not_shown() -> None:
    with XApi(token="another") as api, _read(api) as reading:
        until(lambda: reading.reports)
        assert "X_BEARER_TOKEN" in reading.reports[0][1]
        assert TOKEN not in str(reading.reports)


def test_redirect_on_the_way_to_a_stream_is_followed() -> None:
    with XApi() as api:
        api.refusals.append((307, {"Location": f"{api.url}/2/tweets/search/stream?again=1"}, b""))
        with _read(api) as reading:
            _open(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])


def test_wrong_json_about_rules_is_asked_again() -> None:
    with XApi() as api:
        api.rule_refusals.extend([(200, {}, b"not json"), (200, {}, b"[1]"), (200, {}, b'{"data":7}')])
        with _read(api):
            _open(api)


@pytest.mark.parametrize("trouble", ["stalled", "waiting", "live"])
def test_it_ends_within_a_second_or_two_whatever_it_does(trouble: str) -> None:
    with XApi() as api:
        if trouble == "stalled":
            api.faults.append(stall)
        if trouble == "waiting":
            api.refusals.extend([(503, {}, b"")] * 3)
        with _read(api, pauses=Pauses()) as reading:
            until(api.streamed)
            assert reading.stop() < 10


def test_outage_of_our_own_is_a_gap_from_when_something_was_last_heard() -> None:
    heard = int(time.time() * 1000) - 60_000
    with XApi() as api, _read(api, cursor=f'{{"month":"2020-01","count":5,"heard_ms":{heard}}}') as reading:
        until(lambda: reading.gaps)
        assert reading.gaps[0][0] == heard
        assert reading.gaps[0][1] - heard >= 60_000


# -- the budget


def test_budget_stops_before_it_is_spent_and_survives_a_restart() -> None:
    clock = lambda: MIDDLE_S  # noqa: E731 - a clock that stands
    with XApi() as api:
        with _read(api, monthly_posts=50, clock_s=clock) as reading:
            _open(api)
            api.say(*(str(number) for number in range(200)))
            until(lambda: len(api.streamed()) == 2)
            _open(api)
            assert len(reading.records()) == 39, "four fifths freely, the rest little by little"
            api.say("one", "more")
            until(lambda: reading.place()["count"] == 40)
            assert reading.reports[-1][0] == "sampling"
            assert "of 50 posts this month" in reading.reports[-1][1]
            cursor = reading.cursor
        asked = len(api.streamed())
        with _read(api, monthly_posts=40, cursor=cursor, clock_s=clock) as reading:
            until(lambda: reading.reports and reading.reports[-1][0] == "resting")
            assert "01 November" in reading.reports[-1][1]
            assert len(api.streamed()) == asked


def test_budget_slows_then_ends_and_begins_anew_with_the_month() -> None:
    budget = Budget(1000)
    assert budget.grant(MIDDLE_S).posts == 784
    budget.spend(784, MIDDLE_S)
    read, now = 784, MIDDLE_S
    while (grant := budget.grant(now)).posts and now < month_end_s(MIDDLE_S) - 1:
        assert grant.step
        budget.spend(grant.posts, now)
        read, now = read + grant.posts, grant.until_s
    assert 960 <= read <= 980
    assert now > month_end_s(MIDDLE_S) - 86_400, "the slow part lasts until the month ends"
    assert budget.grant(month_end_s(MIDDLE_S)).posts == 784
    assert Budget(0).grant(MIDDLE_S).posts is None


def test_pauses_grow_as_x_asks_and_start_over_when_something_was_heard() -> None:
    pauses = Pauses()
    assert [pauses.after(NETWORK) for _ in range(3)] == [0.25, 0.5, 0.75]
    assert max(pauses.after(NETWORK) for _ in range(100)) == 16.0
    answers = [pauses.after(ANSWER) for _ in range(9)]
    assert 5 <= answers[0] <= 5.5
    assert 320 <= answers[-1] <= 352
    assert 60 <= pauses.after(LIMIT) <= 66
    assert 120 <= pauses.after(LIMIT) <= 132
    assert pauses.after(LIMIT, 600.0) == 600.0
    pauses.heard()
    assert pauses.failures == 0
    assert pauses.after(NETWORK) == 0.25
