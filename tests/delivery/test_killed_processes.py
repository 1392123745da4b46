"""Real processes that are killed, with a real Valkey and store: no post is lost and none is doubled."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.assembly import Process
from pipeline.broker.counters import by_process, totals
from pipeline.errors import BrokerUnavailable
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import new_batch_id
from pipeline.reader.source_status import read_statuses
from tests.delivery.celery_processes import ROLES, Broker, Processes, eventually, processes
from tests.delivery.conftest import STREAM, expected_ids, process_of, records_in, stored_versions
from tests.records import also_shared, path_of
from tests.records.record_files import packed, streamed
from tests.sources.simulators.mastodon import Mastodon, status

pytestmark = pytest.mark.redis


def _replayed(process: Process) -> bool:
    """Tell whether the reader has ended and no batch is open."""
    try:
        return _state(process) == "ended" and process.claims.backlog().batches == 0
    except BrokerUnavailable:
        return False


def _state(process: Process) -> str:
    return read_statuses(process.redis, process.names, ["replay"])[0].state


def _wait_for_more(process: Process) -> None:
    before = _indexed(process)
    eventually(lambda: _indexed(process) > before or _replayed(process))


def _indexed(process: Process) -> int:
    return process.store().indexed()


@pytest.fixture
def running(environ: dict[str, str], directory: Path) -> Iterator[Processes]:
    with processes(environ, directory / "logs") as started:
        yield started


@pytest.mark.parametrize("name", also_shared(STREAM))
def test_a_replay_ends_with_exactly_the_distinct_posts_stored(running: Processes, name: str) -> None:
    running.environ["REPLAY_PATH"] = str(path_of(name))
    process = process_of(running.environ)
    for role in ROLES:
        running.start(role)
    running.start("worker", 2)
    eventually(lambda: _replayed(process), 60)
    assert set(stored_versions(process)) == expected_ids(path_of(name))
    assert process.dead.size().letters == 0
    read = len(records_in(path_of(name)))
    eventually(lambda: totals(process.redis, process.names).get("records_read") == read)  # written every second


def test_worker_ends_in_seconds_in_the_midst_of_a_backlog_and_nothing_is_lost(running: Processes) -> None:
    process = process_of(running.environ)
    running.start("upkeep")
    running.start("reader")
    eventually(lambda: process.claims.backlog().batches >= 4)
    worker = running.start("worker")
    eventually(lambda: _indexed(process) > 0)
    running.end(worker, within_s=10)
    assert worker.returncode == 0
    running.start("worker", 2)
    eventually(lambda: _replayed(process), 60)
    assert set(stored_versions(process)) == expected_ids(path_of(STREAM))


def test_all_processes_end_on_sigterm(running: Processes) -> None:
    process = process_of(running.environ)
    started = [running.start(role) for role in ROLES]
    eventually(lambda: _indexed(process) > 0)
    for one in started:
        one.send_signal(signal.SIGTERM)
    for one in started:
        assert one.wait(10) == 0


def test_killed_workers_lose_nothing(running: Processes) -> None:
    """The batch of each killed worker comes again, from the broker or from upkeep."""
    running.visibility_s = 4
    process = process_of(running.environ)
    running.start("upkeep")
    running.start("reader")
    killed = 0
    for number in range(1, 4):
        worker = running.start("worker", number)
        _wait_for_more(process)
        running.end(worker, signal.SIGKILL)
        killed += 1
    running.start("worker", 9)
    eventually(lambda: _replayed(process), 60)
    assert killed == 3
    assert set(stored_versions(process)) == expected_ids(path_of(STREAM))


def test_a_killed_reader_loses_nothing_and_another_takes_over(running: Processes, tmp_path: Path) -> None:
    """The recording is larger than the queue may be."""
    recording = packed(streamed(2_000), tmp_path / "long.jsonl.gz")
    running.environ |= {"QUEUE_MAX_MB": "1", "REPLAY_PATH": str(recording)}
    process = process_of(running.environ)
    running.start("upkeep")
    first = running.start("reader", 1)
    eventually(lambda: _state(process) == "paused")
    running.end(first, signal.SIGKILL)
    running.start("reader", 2)
    running.start("worker")
    eventually(lambda: _replayed(process), 60)
    assert set(stored_versions(process)) == expected_ids(recording)


def test_a_killed_broker_loses_nothing_that_was_enqueued(running: Processes, broker: Broker) -> None:
    running.visibility_s = 4
    process = process_of(running.environ)
    for role in ROLES:
        running.start(role)
    eventually(lambda: _indexed(process) > 0)
    broker.kill()
    time.sleep(1)
    broker.start()
    eventually(lambda: _replayed(process), 90)
    assert set(stored_versions(process)) == expected_ids(path_of(STREAM))


def test_batches_whose_messages_are_all_lost_are_still_done(running: Processes) -> None:
    """Upkeep finds the open batches: no post depends on the broker's list of ids."""
    running.visibility_s = 2
    process = process_of(running.environ)
    for n in range(9):
        line = b'{"murmur":1,"kind":"post","id":"demo:%d","created_at":1700000000000,"version":1,' % n
        line += b'"author":{"id":"1","handle":"a"},"text":"cats"}'
        batch = RawBatch("demo", [RawRecord(1_700_000_000_000, line)])
        process.claims.offer(new_batch_id("demo"), encode_batch(batch))
    running.start("worker")
    running.environ["SOURCE"] = "demo"
    running.start("upkeep")
    eventually(lambda: process.claims.backlog().batches == 0, 60)
    assert set(stored_versions(process)) == {f"demo:{n}" for n in range(9)}


def test_a_reader_that_was_paused_beyond_its_lease_enqueues_nothing(running: Processes) -> None:
    """After SIGSTOP another reader takes over; after SIGCONT only the holder's batches and cursor are accepted."""
    running.environ |= {"SOURCE": "demo", "DEMO_RATE": "40"}
    process = process_of(running.environ)
    running.start("upkeep")
    first = running.start("reader", 1)
    eventually(lambda: process.redis.get(process.names.cursor("demo")))
    first.send_signal(signal.SIGSTOP)
    token = process.redis.get(process.names.reader("demo"))
    running.start("reader", 2)
    eventually(lambda: process.redis.get(process.names.reader("demo")) not in (None, token), 30)
    holder = process.redis.get(process.names.reader("demo"))
    first.send_signal(signal.SIGCONT)
    eventually(lambda: totals(process.redis, process.names).get("leases_lost"), 10)
    assert process.redis.get(process.names.reader("demo")) == holder
    running.end(first, within_s=10)


FAILOVER_MS = 15_000


def test_one_reader_reads_despite_two_beats_and_a_restarted_broker(running: Processes, broker: Broker) -> None:
    """Two upkeeps request readers, two readers stand by, the broker restarts, and the active reader is killed."""
    running.environ |= {"SOURCE": "demo", "DEMO_RATE": "40"}
    process = process_of(running.environ)
    for number in (1, 2):
        running.start("upkeep", number)
    readers = {running.start("reader", number).pid: number for number in (1, 2)}

    def read() -> dict[str, int]:
        try:
            counters = by_process(process.redis, process.names).items()
        except BrokerUnavailable:
            return {}
        return {name: values.get("records_read", 0) for name, values in counters if name.startswith("reader-")}

    def active() -> str:
        """Return the reader that reads, having checked that no other does."""
        eventually(lambda: any(read().values()), 40)
        before, name = read(), ""

        def somebody() -> bool:
            nonlocal name
            now = read()
            more = [one for one, count in now.items() if count > before.get(one, 0) + 40]
            name = more[0] if more else ""
            return bool(more)

        eventually(somebody, 40)
        after = read()
        assert [one for one in after if after[one] > before.get(one, 0)] == [name]
        return name

    active()
    broker.kill()
    time.sleep(1)
    broker.start()
    survivor = active()
    pid = int(survivor.split("-")[1])
    assert pid in readers
    lease, read_at = process.names.reader("demo"), process.names.read_at("demo")
    token = process.redis.get(lease)
    os.kill(pid, signal.SIGKILL)
    last_ms = int(process.redis.get(read_at) or 0)
    eventually(lambda: process.redis.get(lease) not in (None, token), 40)
    eventually(lambda: int(process.redis.get(read_at) or 0) > last_ms, 40)
    assert int(process.redis.get(read_at) or 0) - last_ms <= FAILOVER_MS, "by Redis's clock"
    assert active() != survivor


def test_records_that_a_killed_reader_had_spooled_are_stored(running: Processes, directory: Path) -> None:
    """No worker runs, the queue is full, the source cannot be read again: only the spool has the records."""
    with Mastodon() as server:
        running.environ |= {"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "QUEUE_MAX_MB": "1"}
        process = process_of(running.environ)
        running.start("upkeep")
        first = running.start("reader", 1)
        eventually(lambda: server.streams)
        server.timeline_status = 500
        bulky = [status(number, secrets.token_urlsafe(3_000)) for number in range(1, 1_001)]
        for start in range(0, len(bulky), 50):
            server.publish(*bulky[start : start + 50])
            time.sleep(0.02)
        spool = directory / "data" / "spool" / "mastodon"
        eventually(lambda: totals(process.redis, process.names).get("records_read", 0) >= len(bulky), 40)
        time.sleep(2.0)  # the last records are spooled with the next empty chunk, half a second later
        assert spool.stat().st_size > 500_000
        running.end(first, signal.SIGKILL)
        running.start("reader", 2)
        running.start("worker")
        eventually(lambda: _indexed(process) == len(bulky), 60)
        eventually(lambda: spool.stat().st_size < 100)


def test_a_record_over_which_workers_hang_is_set_aside_and_its_neighbours_are_stored(running: Processes) -> None:
    running.application, running.visibility_s = "tests.delivery.app_with_hanging_record", 1
    running.environ["SOURCE"] = "demo"
    process = process_of(running.environ)
    record = b'{"murmur":1,"kind":"post","id":"demo:%d","created_at":1700000000000,"version":1,"text":"%b",'
    record += b'"author":{"id":"1","handle":"a"}}'
    records = [RawRecord(1_700_000_000_000, record % (n, b"hang here" if n == 1 else b"cats")) for n in range(3)]
    process.claims.offer(new_batch_id("demo"), encode_batch(RawBatch("demo", records)))
    running.start("upkeep")
    deaths = 0
    worker = running.start("worker", 1)
    while process.claims.backlog().batches and deaths < 9:  # as a supervisor does
        if worker.poll() is not None:
            assert worker.returncode == -signal.SIGALRM
            deaths += 1
            worker = running.start("worker", deaths + 1)
        time.sleep(0.05)
    assert set(stored_versions(process)) == {"demo:0", "demo:2"}
    assert [letter.raw for letter in process.dead.letters()] == [records[1].data]
    assert deaths == 5, "three over the whole batch, two over the record"
