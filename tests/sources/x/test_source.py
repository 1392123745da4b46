"""X against an API on this machine: posts are read with all fields, and the source ends when asked."""

from __future__ import annotations

import time

import pytest

from pipeline.sources.x.backoff import Backoff
from pipeline.sources.x.source import XSource
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.x import TOKEN, X_EPOCH_MS, XApi, post, stall
from tests.sources.x.reading import opened, read, short_timing


def test_posts_come_with_everything_asked_for_and_the_rule_is_ours() -> None:
    with XApi() as api, read(api, "snow lang:en") as reading:
        opened(api)
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


def test_track_is_followed_without_reconnecting_and_what_x_cannot_be_asked_is_reported() -> None:
    track, api = ["snow"], XApi()
    source = XSource(TOKEN, lambda: track[0], url=api.url, timing=short_timing(10.0))
    with api, Reading(source) as reading:
        opened(api)
        track[0] = "rain followers:1000.."
        until(lambda: [rule["value"] for rule in api.rules] == ["rain"])
        until(lambda: "followers:" in reading.reports[-1][1])
        api.say("one")
        until(lambda: reading.texts() == ["one"])
        assert len(api.streamed()) == 1


def test_post_that_comes_twice_is_passed_on_twice_with_one_id() -> None:
    with XApi() as api, read(api) as reading:
        opened(api)
        one = post(1, "one")
        api.publish(one, one)
        until(lambda: len(reading.posts()) == 2)
        assert len({found.id for found in reading.posts()}) == 1


def test_posts_that_come_in_another_order_are_passed_on_as_they_come_and_lag_is_of_the_newest() -> None:
    with XApi() as api, read(api) as reading:
        opened(api)
        late = post(1, "late")
        late["data"]["id"] = str((int(time.time() * 1000) - 60_000 - X_EPOCH_MS) << 22)
        api.publish(post(2, "first"), late)
        until(lambda: len(reading.posts()) == 2)
        assert reading.texts() == ["first", "late"]
        until(lambda: reading.reports[-1][2] is not None)
        assert (reading.reports[-1][2] or 0) < 30


def test_post_of_a_clock_that_is_ahead_is_no_post_of_the_future() -> None:
    with XApi() as api, read(api) as reading:
        opened(api)
        ahead = post(1, "from tomorrow")
        ms = int(time.time() * 1000) + 86_400_000
        ahead["data"] |= {"id": str((ms - X_EPOCH_MS) << 22), "created_at": "2100-01-01T00:00:00.000Z"}
        api.publish(ahead)
        until(reading.posts)
        assert reading.posts()[0].created_at <= int(time.time() * 1000)
        until(lambda: reading.reports[-1][2] is not None)
        assert (reading.reports[-1][2] or 0) >= 0
        assert reading.place()["heard_ms"] <= int(time.time() * 1000)


@pytest.mark.parametrize("trouble", ["stalled", "waiting", "live"])
def test_it_ends_within_a_second_or_two_whatever_it_does(trouble: str) -> None:
    with XApi() as api:
        if trouble == "stalled":
            api.faults.append(stall)
        if trouble == "waiting":
            api.refusals.extend([(503, {}, b"")] * 3)
        with read(api, backoff=Backoff()) as reading:
            until(api.streamed)
            assert reading.stop() < 10
