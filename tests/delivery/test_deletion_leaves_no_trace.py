"""Within a minute after a deletion the post's words are nowhere under DATA_DIR and nowhere in Redis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import new_batch_id
from pipeline.queue.dead_letters import DeadLetter
from tests.delivery.celery_processes import Broker, eventually, processes
from tests.delivery.conftest import process_of, stored_versions

pytestmark = pytest.mark.redis

WORD = b"xylophonequark"


@pytest.mark.timeout(150)
def test_a_deleted_post_leaves_no_trace_within_a_minute(directory: Path) -> None:
    data = directory / "data"
    (data / "broker").mkdir(parents=True)
    broker = Broker(data / "broker")
    broker.start()
    (data / "broker" / "url").write_text(broker.url)  # `murmur run` marks its own broker like this
    environ = {"REDIS_URL": broker.url, "DATA_DIR": str(data), "SOURCE": "demo"}
    try:
        with processes(environ, directory / "logs") as started:
            process = process_of(environ)

            def offer(*records: bytes) -> None:
                batch_id = new_batch_id("demo")
                listed = [RawRecord(1_700_000_000_000, record) for record in records]
                process.claims.offer(batch_id, encode_batch(RawBatch("demo", listed)))
                process.redis.zadd(process.names.open, {batch_id: 1})  # upkeep finds the batch without a message

            record = b'{"murmur":1,"kind":"post","id":"demo:%d","created_at":1700000000000,"version":1,"text":"a %b",'
            record += b'"author":{"id":"1","handle":"a"}}'
            offer(record % (4711, WORD), record % (4712, b"cat"))
            process.dead.add([DeadLetter("demo", "", 1, b'{"id":4711,"half of it":"%b' % WORD, "torn")])
            started.start("worker")
            started.start("upkeep")
            eventually(lambda: set(stored_versions(process)) == {"demo:4711", "demo:4712"}, 40)
            assert _traces(data)
            offer(b'{"murmur":1,"kind":"delete","id":"demo:4711","at":1700000000001}')
            eventually(lambda: set(stored_versions(process)) == {"demo:4712"}, 40)
            eventually(lambda: not _traces(data) and not _in_redis(process.redis), 60, every_s=1.0)
            offer(record % (4711, WORD))
            eventually(lambda: process.claims.backlog().batches == 0, 40)
            assert set(stored_versions(process)) == {"demo:4712"}
    finally:
        broker.kill()


def _traces(data: Path) -> list[str]:
    """Return the files under a directory that hold the word, as grep -r would."""
    found = []
    for path in data.rglob("*"):
        try:
            if path.is_file() and WORD in path.read_bytes():
                found.append(str(path))
        except FileNotFoundError:
            continue
    return found


def _in_redis(redis: Any) -> bool:
    return any(WORD in redis.dump(key) for key in redis.scan_iter() if redis.exists(key))
