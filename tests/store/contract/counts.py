"""Counts and timelines."""

from __future__ import annotations

from pipeline.post import Deletion
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, post, put, search

HOUR_MS = 3_600_000


class CountsContract:
    def test_timeline_counts_every_match(self, store: Store) -> None:
        put(store, 1, *(post(n, "cats" if n % 2 else "dogs", created_at=T0 + n * 90_000) for n in range(100)))
        put(store, 2, post(100, "cats", created_at=T0 - 10))
        with store.reading() as reading:
            for text, total in (("cats", 51), ("*", 101), ("cats OR likes:1", 51), ('"cats"~2', 51), ("-dogs *", 51)):
                line = reading.timeline(search(text))
                assert (line.total, sum(count for _, count in line.buckets)) == (total, total)
                assert reading.count(search(text)) == total
                assert all(start % line.interval_ms == 0 for start, _ in line.buckets)
            line = reading.timeline(search("cats"), interval_ms=HOUR_MS)
            assert line.since == T0 - 10
            assert 40 <= (T0 + 99 * 90_000 - line.since) // reading.timeline(search("cats")).interval_ms <= 120

    def test_timeline_of_too_many_buckets_takes_a_longer_interval(self, store: Store) -> None:
        put(store, 1, *(post(n, "cats" if n % 2 else "dogs", created_at=T0 + n * 86_400_000) for n in range(40)))
        with store.reading() as reading:
            for text, total in (("*", 40), ("cats", 20), ('"cats"~2', 20)):
                line = reading.timeline(search(text), interval_ms=1_000, max_buckets=200)
                assert line.total == total == sum(count for _, count in line.buckets)
                assert line.interval_ms == 6 * HOUR_MS, "the finest that gives so few"
                assert (line.until - line.since) // line.interval_ms + 2 <= 200
                assert all(start % line.interval_ms == 0 for start, _ in line.buckets)
            fine = reading.timeline(search("*"), interval_ms=HOUR_MS, max_buckets=1_000)
            assert fine.interval_ms == HOUR_MS
            span = {"since": 0, "until": T0 + 86_400_000}
            asked = reading.timeline(search("*"), interval_ms=1_000, max_buckets=200, **span)
            assert asked.total == 1
            assert asked.interval_ms >= (T0 + 86_400_000) // 200

    def test_timeline_of_nothing_is_empty(self, store: Store) -> None:
        with store.reading() as reading:
            line = reading.timeline(search("cats"), since=T0, until=T0 + 10)
            assert (line.buckets, line.total, line.since, line.until) == ([], 0, T0, T0 + 10)

    def test_counts_of_everything_follow_deletions_and_pruning(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats", created_at=T0 + number * 45_000) for number in range(20)))
        store.persist(Writes(deletions=[Deletion("x:7", T0)]), 2)
        store.prune(before_ms=T0 + 45_000 * 3, max_bytes=None)
        with store.reading() as reading:
            assert reading.count(search("*")) == 16 == store.indexed()
            assert reading.timeline(search("*"), interval_ms=60_000).total == 16
            line = reading.timeline(search("*"), interval_ms=120_000, since=T0 + 200_000, until=T0 + 500_000)
            assert line.total == sum(200 <= number * 45 + 0 < 500 and number != 7 for number in range(20))
