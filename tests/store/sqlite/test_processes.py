"""Several processes on one SQLite store, and a process killed in the middle of writing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

from pipeline.query.parser import parse
from pipeline.store.sqlite import SqliteStore
from tests.paths import PROJECT
from tests.store.builders import T0, now_found, post, put
from tests.store.sqlite.integrity import assert_whole

WRITER = """
import sys
from pathlib import Path
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import post, put, T0
from pipeline.post import Deletion
from pipeline.store.contract import Writes

store = SqliteStore(Path(sys.argv[1]))
first, batches = int(sys.argv[2]), int(sys.argv[3])
for batch in range(batches):
    numbers = range(first + batch * 50, first + batch * 50 + 50)
    put(store, batch + 1, *(post(n, f"cats number{n} " + "filler " * 20) for n in numbers), raw=b"r" * 2_000)
    if batch % 2:
        edited = [post(n, f"edited number{n}", version=T0 + 10**9) for n in numbers if n % 3 == 0]
        put(store, batch + 1, *edited)
        store.persist(Writes(deletions=[Deletion(f"x:{n}", T0) for n in numbers if n % 3 == 1]), batch + 1)
    print(batch, flush=True)
"""


def _start(directory: Path, first: int, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(directory), str(first), str(batches)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def test_two_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    writers = [_start(tmp_path, first, 20) for first in (0, 100_000)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    store = SqliteStore(tmp_path)
    # Every second batch of fifty deleted a third of its posts and edited another third.
    kept = [
        number
        for first in (0, 100_000)
        for number in range(first, first + 1_000)
        if not ((number - first) // 50 % 2 and number % 3 == 1)
    ]
    assert sorted(now_found(store, "*")) == sorted(f"x:{number}" for number in kept)
    assert store.indexed() == len(kept)
    assert_whole(store)
    store.close()


def test_killed_writer_leaves_an_intact_index(tmp_path: Path) -> None:
    rng = random.Random(5)
    for attempt in range(3):
        writer = _start(tmp_path, attempt * 100_000, 10_000)
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        time.sleep(rng.random() * 0.1)
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=10)
        writer.stdout.close()
        store = SqliteStore(tmp_path)
        assert_whole(store)
        assert store.indexed() == len(now_found(store, "*", limit=100_000))
        put(store, 1, post(900_000 + attempt, "still writable"))
        assert f"x:{900_000 + attempt}" in now_found(store, "writable")
        store.close()


def test_readers_in_many_threads_see_whole_batches_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    reader = SqliteStore(tmp_path)
    wrong: list[object] = []
    done = threading.Event()
    query = parse("cats")

    def read() -> None:
        while not done.is_set():
            with reader.reading() as reading:
                count, bodies = reading.count(query), reading.search(query, limit=10_000).bodies
                if count % 40 or count != len(bodies):
                    wrong.append((count, len(bodies)))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for batch in range(30):
        put(store, batch + 1, *(post(batch * 40 + n, "cats") for n in range(40)))
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    reader.close()
    store.close()


def test_same_posts_from_two_processes_are_stored_once(tmp_path: Path) -> None:
    writers = [_start(tmp_path, 0, 8) for _ in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    store = SqliteStore(tmp_path)
    with store.reading() as reading:
        bodies = list(reading.export(parse("*")))
    numbers = [msgspec.json.decode(body)["id"] for body in bodies]
    assert len(numbers) == len(set(numbers)) == store.indexed()
    assert_whole(store)
    store.close()


def test_reading_works_in_a_process_patched_by_gevent(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, *(post(n, "ice and then some cream", version=T0) for n in range(2_000)))
    store.close()
    script = f"""
from gevent import monkey; monkey.patch_all()
import gevent
from pathlib import Path
from pipeline.errors import QueryTimeout
from pipeline.query.parser import parse
from pipeline.store.sqlite import SqliteStore
store = SqliteStore(Path({str(tmp_path)!r}), create=False)
pool = gevent.get_hub().threadpool
def ask(text, timeout_s):
    try:
        with store.reading(timeout_s=timeout_s) as reading:
            return reading.count(parse(text))
    except QueryTimeout:
        return "stopped"
jobs = [pool.spawn(ask, "ice", 2.0) for _ in range(20)] + [pool.spawn(ask, '"cream ice"~9', 0.001)]
print([job.get() for job in jobs])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == str([2_000] * 20 + ["stopped"]), done.stderr
