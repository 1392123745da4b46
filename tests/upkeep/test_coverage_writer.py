"""Coverage rows: readers report them, upkeep writes them into a real store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.reader import coverage_reporter, status_reporter
from pipeline.reader.status_reporter import StatusReporter
from pipeline.store.contract import SAMPLED, CoverageRow
from pipeline.store.sqlite.store import SqliteStore
from pipeline.upkeep.coverage_writer import UNREAD, UNREAD_MS
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


class Scene:
    """A reader's status reporter, and upkeep that writes its rows."""

    def __init__(self, redis: Redis, names: Names, directory: Path) -> None:
        self.parts = UpkeepParts(redis, names, SOURCE="demo")
        self.store = SqliteStore(directory)
        self.upkeep = self.parts.upkeep(store=lambda: self.store)
        self.sent: list[CoverageUpdate] = []
        self.search = "*"
        self.reporter = self.reader()

    def reader(self) -> StatusReporter:
        """Return the status reporter of a new reader process."""
        return StatusReporter(
            self.parts.redis,
            PublicationOrder(self.parts.redis, self.parts.names),
            self.parts.names,
            "demo",
            generated=True,
            cover=self.sent.append,
            search=lambda: self.search,
        )

    def write(self) -> None:
        """Let upkeep write the rows that were sent."""
        for row in self.sent:
            self.upkeep.coverage.write(row)
        self.sent.clear()

    def report(self, *states: str) -> list[str]:
        """Report some states, a moment apart; return the reason of each row ("": collected)."""
        for state in states:
            self.reporter.report(state, "no network" if state == "reconnecting" else "")
            time.sleep(0.005)
        self.write()
        return [row.why for row in self.rows()]

    def rows(self) -> list[CoverageRow]:
        """Return the rows, having checked that at most one is open."""
        rows = self.store.coverage()
        assert [row.until is None for row in rows].count(True) <= 1
        return rows


@pytest.fixture
def scene(redis_client: Redis, names: Names, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(redis_client, names, tmp_path)
    yield made
    made.store.close()


def test_reconnect_that_lost_nothing_leaves_no_trace(scene: Scene) -> None:
    scene.reporter.begin(filled=False, read_ms=None)
    assert scene.report("starting", "live") == [""]
    assert scene.report("reconnecting") == ["", "no network"]
    scene.reporter.begin(filled=True)
    assert scene.report("starting", "live") == [""]


def test_reconnect_of_a_source_without_a_cursor_is_a_row(scene: Scene) -> None:
    scene.report("starting", "live", "reconnecting")
    scene.reporter.begin(filled=False)
    assert scene.report("starting", "live") == ["", "no network", ""]


def test_a_gap_that_a_cursor_leaves_is_a_row_beside_the_collected_one(scene: Scene) -> None:
    scene.report("starting", "live", "reconnecting")
    scene.reporter.begin(filled=True)
    now_ms = int(time.time() * 1000)
    scene.reporter.gap(now_ms - 3, now_ms, "cursor too old")
    assert sorted(scene.report("starting", "live")) == ["", "cursor too old"]
    assert scene.rows()[0].until is None


def test_stop_and_start_without_a_cursor_is_a_row(scene: Scene) -> None:
    scene.report("starting", "live", "stopped")
    scene.reporter = scene.reader()
    scene.reporter.begin(filled=False, read_ms=int(time.time() * 1000))
    assert scene.report("starting", "live") == ["", "stopped", ""]


@pytest.mark.parametrize(("filled", "why"), [(True, [""]), (False, ["", UNREAD, ""])])
def test_time_after_a_kill_is_a_row_unless_the_cursor_brought_it(scene: Scene, filled: bool, why: list[str]) -> None:
    scene.report("starting", "live")
    time.sleep(0.05)
    read_ms = int(time.time() * 1000) - 40
    scene.reporter = scene.reader()
    scene.reporter.begin(filled=filled, read_ms=read_ms)
    assert scene.report("starting", "live") == why
    if not filled:
        assert scene.rows()[1].since == read_ms


@pytest.mark.parametrize(("filled", "why"), [(True, [""]), (False, ["", UNREAD, ""])])
def test_time_without_a_reader_is_an_outage(scene: Scene, filled: bool, why: list[str]) -> None:
    began_ms = int(time.time() * 1000) - 60_000
    scene.store.add_coverage(CoverageRow("demo", began_ms, None, "*", ""))
    read_at = scene.parts.names.read_at("demo")
    read_ms = int(time.time() * 1000) - UNREAD_MS + 5_000
    scene.parts.redis.set(read_at, read_ms)
    scene.upkeep.coverage.write_unread()
    assert [row.why for row in scene.rows()] == [""], "a standby may still take over"
    scene.parts.redis.set(read_at, read_ms - 10_000)
    scene.upkeep.coverage.write_unread()
    scene.upkeep.coverage.write_unread()
    assert [(row.since, row.why) for row in scene.rows()] == [(began_ms, ""), (read_ms - 10_000, UNREAD)]
    scene.reporter.begin(filled=filled, read_ms=read_ms - 10_000)
    assert scene.report("starting", "live") == why


def test_no_outage_where_a_reader_reads_or_none_ever_did(scene: Scene) -> None:
    scene.upkeep.coverage.write_unread()
    assert scene.rows() == []
    scene.store.add_coverage(CoverageRow("demo", 1, None, "*", ""))
    scene.parts.redis.set(scene.parts.names.read_at("demo"), 2)
    assert scene.parts.leases.acquire("demo") is not None
    scene.upkeep.coverage.write_unread()
    assert [row.why for row in scene.rows()] == [""]


def test_change_of_track_is_a_row(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_reporter, "RENEW_STATUS_S", 0.0)
    scene.report("live", "live")
    scene.search = "cats"
    scene.report("live", "live")
    assert [(row.search, row.until is None) for row in scene.rows()] == [("*", False), ("cats", True)]


def test_a_row_that_was_lost_or_overtaken_is_repaired_by_its_repetition(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_reporter, "RENEW_STATUS_S", 0.0)
    scene.report("live", "reconnecting")
    scene.reporter.begin(filled=True)
    scene.reporter.report("live")
    scene.sent.clear()  # the message is lost
    assert scene.report("live") == ["", "no network"]
    monkeypatch.setattr(coverage_reporter, "REPEAT_ROW_S", 0.0)
    assert scene.report("live", "live") == [""]


def test_rows_written_twice_are_written_once(scene: Scene) -> None:
    scene.reporter.begin(filled=False, read_ms=5)
    for state in ("live", "reconnecting", "live"):
        scene.reporter.report(state, "away" if state == "reconnecting" else "")
        time.sleep(0.005)
    for row in scene.sent:
        scene.upkeep.coverage.write(row)
        scene.upkeep.coverage.write(row)
    assert [row.why for row in scene.rows()] == ["", "away", ""]


def test_sampling_resting_and_a_change_of_the_search_are_rows_of_their_own(scene: Scene) -> None:
    reporter = scene.reporter
    reporter.begin(filled=False, read_ms=None)
    for state, detail, collects in (
        ("live", "1 rule", "searches: snow"),
        ("live", "2 posts this month", "searches: snow"),
        ("live", "2 rules", "searches: snow OR rain"),
        ("sampling", "80 of 100 posts", None),
        ("sampling", "81 of 100 posts", None),
        ("resting", "98 of 100 posts", None),
        ("reconnecting", "refused", None),
        ("down", "refused again", None),
        ("live", "2 rules", None),
    ):
        reporter.report(state, detail, collects=collects)
        time.sleep(0.005)
    scene.write()
    assert [(row.search, row.why) for row in scene.rows()] == [
        ("searches: snow", ""),
        ("searches: snow OR rain", ""),
        ("searches: snow OR rain", f"{SAMPLED}80 of 100 posts"),
        ("searches: snow OR rain", "98 of 100 posts"),
        ("searches: snow OR rain", "refused"),
        ("searches: snow OR rain", ""),
    ]
    assert [row.reason for row in scene.rows() if row.sampled] == ["80 of 100 posts"]


def test_coverage_rows_and_gaps_reach_the_store(parts: UpkeepParts) -> None:
    rows: list[CoverageUpdate] = []
    reporter = StatusReporter(
        parts.redis, parts.order, parts.names, "demo", generated=True, cover=rows.append, search=lambda: "*"
    )
    for state in ("starting", "live", "live", "reconnecting", "down", "live"):
        reporter.report(state, "no network" if state in ("reconnecting", "down") else "")
        time.sleep(0.003)  # a row that begins in the same millisecond takes the other's place
    reporter.gap(1, 2, "cursor too old")
    for row in rows:
        parts.upkeep().coverage.write(row)
    assert [(row.why, row.until) for row in rows] == [
        ("", None),
        ("no network", None),
        ("", None),
        ("cursor too old", 2),
    ]
    assert len(parts.store.coverage()) >= 3
    notices = parts.received()
    assert [one["state"] for one in notices if one["type"] == "source"] == [
        "starting",
        "live",
        "reconnecting",
        "down",
        "live",
    ]
    assert notices[-1] == {"type": "gap", "source": "demo", "from": 1, "to": 2, "why": "cursor too old"}
