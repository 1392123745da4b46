"""Posts sent to the API of the whole product, of two web processes: stored whichever took them; once deleted or
forgotten, within a minute a word of theirs is nowhere on disk, nowhere in Redis."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from websockets.sync.client import connect

from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.paths import PROJECT
from web.pictures.disk_cache import PictureCache

pytestmark = pytest.mark.e2e
PROMISED_S = 60.0


def record(number: str, text: str, author: str = "7") -> dict[str, Any]:
    now_ms = int(time.time() * 1000)
    fields = {"murmur": 1, "id": f"demo:{number}", "version": now_ms, "created_at": now_ms, "text": text}
    return fields | {"author": {"id": author, "handle": f"h{author}", "name": f"Name of {author}"}}


def send(product: Product, *records: Any) -> None:
    body = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    request = urllib.request.Request(f"{product.url}/api/ingest", body, {"Authorization": "Bearer t"})
    urllib.request.urlopen(request, timeout=15).close()


def on_disk(data_dir: Path, word: str) -> list[str]:
    """Return the files that hold a word, in their bytes or their names, as grep -r and find would."""
    found = []
    for path in data_dir.rglob("*"):
        try:
            if word in path.name or (path.is_file() and word.encode() in path.read_bytes()):
                found.append(str(path))
        except OSError:
            continue
    return found


def in_redis(redis: Any, word: str) -> list[str]:
    """Return the keys that hold a word, each read as what it is."""
    readers = {
        b"string": redis.get,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": redis.xrange,
        b"none": lambda _: b"",
    }
    return [key.decode() for key in redis.scan_iter() if word in repr((key, readers[redis.type(key)](key)))]


def traces(product: Product, word: str) -> list[str]:
    url = (product.data_dir / "broker" / "url").read_text()
    with Redis.from_url(url) as redis:
        return on_disk(product.data_dir, word) + in_redis(redis, word)


def murmur(product: Product, *words: str) -> str:
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(product.data_dir)}
    command = [str(PROJECT / "bin" / "murmur"), *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(product: Product, query: str) -> int:
    total: int = product.get("/api/timeline", q=query)["total"]
    return total


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all of them: each test has words, ids and authors that are its `own`."""
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    directory = tmp_path_factory.mktemp("sent") / "data"
    made = Product(directory, INGEST_TOKEN="t", WEB_CONCURRENCY="2", DEMO_RATE="0.01")
    try:
        yield made.wait_ready()
    finally:
        made.end()


@pytest.fixture
def own() -> str:
    """Letters that no other test, and no earlier try of this one, used."""
    return "".join(random.choices(string.ascii_lowercase, k=8))


def test_sent_posts_are_stored_and_found_whichever_web_process_took_them(product: Product, own: str) -> None:
    now_ms = int(time.time() * 1000)
    for turn in range(12):
        records = [
            {"murmur": 1, "id": f"sent:{own}-{turn}-{number}", "source": "sent", "version": 1, "created_at": now_ms,
             "text": f"a {own} {number}", "author": {"id": "1", "handle": "a"}}
            for number in range(50)
        ]  # fmt: skip
        body = "\n".join(map(json.dumps, records)).encode()
        request = urllib.request.Request(f"{product.url}/api/ingest", body, {"Authorization": "Bearer t"})
        with urllib.request.urlopen(request, timeout=15) as answer:
            assert json.load(answer) == {"accepted": 50, "dead": 0}
    until(lambda: product.get("/api/timeline", q=own)["total"] == 600, 60)


@pytest.mark.timeout(240)
def test_deleted_post_leaves_no_trace_and_open_pages_receive_the_deletion(product: Product, own: str) -> None:
    word, sings, post = f"xylophone{own}", f"sings{own}", f"4711{own}"
    torn = f'{{"murmur":1,"id":"demo:{post}","text":"half of {word}'.encode()
    send(product, record(post, f"a {word} {sings}"), record(f"4712{own}", f"a cat {sings}"), torn)
    until(lambda: stored(product, sings) == 2)
    until(lambda: word in murmur(product, "dead", "list"))
    PictureCache(product.data_dir / "images", 10**6).put(f"demo:{post}", "https://a.example/1", word.encode() * 9)
    with connect(f"ws://127.0.0.1:{product.port}/ws") as page:
        page.send(json.dumps({"type": "subscribe", "id": "a", "query": sings, "history": 10, "after": None}))
        frames: list[dict[str, Any]] = []

        def arrived(kind: str) -> bool:
            frames.append(json.loads(page.recv(timeout=30)))
            return bool(frames[-1]["type"] == kind)

        until(lambda: arrived("history"))
        assert any(word in post["text"] for frame in frames for post in frame.get("posts", []))
        assert len(traces(product, word)) >= 3, "store, picture, dead letter"

        send(product, {"murmur": 1, "kind": "delete", "id": f"demo:{post}", "at": int(time.time() * 1000)})
        until(lambda: arrived("deleted"))
        assert frames[-1]["ids"] == [f"demo:{post}"]
    until(lambda: not traces(product, word), PROMISED_S, 1.0)
    assert stored(product, sings) == 1

    send(product, record(post, f"a {word} {sings} again"), record(f"4713{own}", f"a dog {sings}"))
    until(lambda: stored(product, sings) == 2)
    assert stored(product, word) == 0
    with pytest.raises(urllib.error.HTTPError, match="410"):
        product.get(f"/api/posts/demo:{post}")


@pytest.mark.timeout(240)
def test_forgotten_author_leaves_no_trace_and_does_not_return(product: Product, own: str) -> None:
    author, word = f"zither{own}", f"zugzwangs{own}"
    send(
        product,
        *(record(f"9{number}{own}", f"{word} {number}", author) for number in range(5)),
        record(f"8{own}", f"{word} nobody", f"n{own}"),
    )
    until(lambda: stored(product, word) == 6)
    assert traces(product, author)

    lines = murmur(product, "forget", f"demo:h{author}").splitlines()
    assert lines[0] == "5 posts of 1 account are stored."
    assert lines[1].startswith("Forgotten: open pages have been informed, and none will be taken in again.")
    until(lambda: stored(product, word) == 1)  # charts may be two seconds old
    until(lambda: not traces(product, author), PROMISED_S, 1.0)

    send(product, record(f"99{own}", f"{word} more", author), record(f"98{own}", f"{word} somebody", f"n{own}"))
    until(lambda: stored(product, word) == 2)
    with urllib.request.urlopen(f"{product.url}/api/export?q=*&format=jsonl", timeout=15) as export:
        assert author.encode() not in export.read()
    until(lambda: not traces(product, author), PROMISED_S, 1.0)


def test_author_forgotten_until_now_may_post_again_and_unknown_authors_are_refused(product: Product, own: str) -> None:
    author, word = f"zither{own}", f"zugzwangs{own}"
    send(product, record(f"1{own}", f"{word} this", author))
    until(lambda: stored(product, word) == 1)
    assert "later ones are taken in" in murmur(product, "forget", "--until-now", f"demo:{author}")
    until(lambda: stored(product, word) == 0)
    send(product, record(f"2{own}", f"{word} that", author))
    until(lambda: stored(product, word) == 1)
    assert "Nothing of demo:nobody is stored" in murmur(product, "forget", "demo:nobody")
    for wrong in ("nobody", "nowhere:x", "demo:", 'demo:"x'):
        with pytest.raises(AssertionError, match="must be source:handle"):
            murmur(product, "forget", wrong)
