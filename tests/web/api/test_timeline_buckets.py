"""Timeline buckets: the days of every zone, and the span where the posts are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from pipeline.store.contract import Store
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import T0, post, put, search
from web.api.timeline_buckets import TimelineWish, local_edges, read_focused_timeline, read_timeline

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
AUCKLAND = ZoneInfo("Pacific/Auckland")


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[list[Store]]:
    sqlite = SqliteStore(tmp_path)
    yield [MemoryStore(), sqlite]
    sqlite.close()


def _fill(stores: list[Store], times: list[int]) -> None:
    posts = [post(number, "otters", created_at=at, version=at) for number, at in enumerate(times)]
    for store in stores:
        put(store, 1, *posts)


@pytest.mark.parametrize(
    ("change", "hours"),
    [("2026-09-27T00:00+12:00", 23), ("2026-04-05T00:00+13:00", 25), ("2026-06-01T00:00+12:00", 24)],
)
def test_day_of_a_change_of_clocks_has_its_own_length(change: str, hours: int) -> None:
    start = _ms(change)
    edges = local_edges(start, start + 2 * DAY_MS, DAY_MS, AUCKLAND)
    assert edges[:2] == [start, start + hours * HOUR_MS]


@pytest.mark.parametrize(("begin", "end"), [("2026-03-05", "2026-04-28"), ("2026-08-30", "2026-11-05")])
def test_every_zone_has_each_of_its_days_once(begin: str, end: str) -> None:
    since, until = _ms(f"{begin}T00:00+00:00"), _ms(f"{end}T00:00+00:00")
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        edges = local_edges(since, until, DAY_MS, zone)
        days = [datetime.fromtimestamp(edge / 1000, zone).date() for edge in edges]
        assert all(later - day == timedelta(days=1) for day, later in pairwise(days)), name
        before = [datetime.fromtimestamp((edge - 1) / 1000, zone).date() for edge in edges]
        assert all(day - last == timedelta(days=1) for day, last in zip(days, before, strict=True)), name
        assert edges[0] <= since
        assert edges[-1] >= until


@pytest.mark.parametrize(
    "zone", ["Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "UTC", "America/Santiago"]
)
@pytest.mark.parametrize("interval", [HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS])
def test_stores_count_a_zones_buckets_alike(stores: list[Store], zone: str, interval: int) -> None:
    local = ZoneInfo(zone)
    times = [_ms("2026-03-20T01:23+00:00") + number * 111 * 60_000 for number in range(300)]
    _fill(stores, times)
    edges = local_edges(times[0], times[-1] + interval, interval, local)
    expected = Counter(max(edge for edge in edges if edge <= at) for at in times)
    for store in stores:
        for text in ("otters", "*", '"otters x"~2 OR otters'):
            with store.reading() as reading:
                found = read_timeline(reading, search(text), TimelineWish(interval, None, None, local))
            assert (found.interval_ms, found.total) == (interval, 300)
            assert dict(found.buckets) == expected, text
    if interval == DAY_MS:
        days = Counter(datetime.fromtimestamp(at / 1000, local).date() for at in times)
        assert {datetime.fromtimestamp(at / 1000, local).date(): count for at, count in expected.items()} == days


TEN_MINUTES = [T0 + number * 2_000 for number in range(300)]
OLD, OLDER, LATER = _ms("2012-03-04T05:06+00:00"), _ms("1980-01-01T00:00+00:00"), T0 + 3_000 * DAY_MS


@pytest.mark.parametrize(
    ("others", "sides"),
    [
        ([OLD], [(OLD, 1)]),
        ([OLDER], [(OLDER, 1)]),
        ([OLD, OLDER], [(OLDER, 2)]),
        ([LATER], [(LATER, 1)]),
        ([OLDER, LATER], [(OLDER, 1), (LATER, 1)]),
        ([T0 - HOUR_MS * 5], [(T0 - HOUR_MS * 5, 1)]),
        ([OLD, T0 - HOUR_MS * 5], [(OLD, 2)]),
    ],
)
def test_a_few_posts_of_long_ago_do_not_stretch_the_span(
    stores: list[Store], others: list[int], sides: list[tuple[int, int]]
) -> None:
    _fill(stores, [*others, *TEN_MINUTES])
    for store in stores:
        with store.reading() as reading:
            found, outlying = read_focused_timeline(reading, search("otters"), TimelineWish(zone=AUCKLAND))
        assert found.total == 300 + len(others)
        assert sum(count for _, count in found.buckets) == 300
        assert found.since <= TEN_MINUTES[0] < TEN_MINUTES[-1] < found.until
        assert found.until - found.since < 2 * 10 * 60_000
        assert found.interval_ms <= 10_000
        assert [side.count for side in outlying] == [count for _, count in sides]
        for side, (at, _) in zip(outlying, sides, strict=True):
            assert at in (side.since, side.until - 1)


@pytest.mark.parametrize(
    "times",
    [
        [OLD, T0],
        [OLD, *TEN_MINUTES[:8]],
        [*(OLD + number for number in range(30)), *TEN_MINUTES],
        [T0 + number * DAY_MS for number in range(400)],
        TEN_MINUTES,
        [OLD],
        [],
    ],
)
def test_posts_that_are_no_exception_are_never_left_out(stores: list[Store], times: list[int]) -> None:
    _fill(stores, times)
    for store in stores:
        with store.reading() as reading:
            found, outlying = read_focused_timeline(reading, search("otters"), TimelineWish())
            assert found == read_timeline(reading, search("otters"), TimelineWish())
        assert outlying == []


def test_an_interval_that_is_asked_for_holds_where_the_posts_are(stores: list[Store]) -> None:
    _fill(stores, [OLD, *TEN_MINUTES])
    for store in stores:
        with store.reading() as reading:
            found, outlying = read_focused_timeline(reading, search("otters"), TimelineWish(60_000))
        assert found.interval_ms == 60_000
        assert len(found.buckets) in (10, 11)
        assert [side.count for side in outlying] == [1]
