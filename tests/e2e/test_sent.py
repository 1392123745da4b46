"""Withdrawn and forgotten over the whole product: within a minute a word is nowhere on disk, nowhere in Redis."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from websockets.sync.client import connect

from tests.e2e.conftest import Start
from tests.e2e.product import Product, until
from tests.paths import PROJECT
from web.pictures.picture_cache import PictureCache

pytestmark = pytest.mark.e2e
WORD = "xylophonequark"
AUTHOR = "zitherlepton"
PROMISED_S = 60.0


def record(number: str, text: str, author: str = "7") -> dict[str, Any]:
    now_ms = int(time.time() * 1000)
    told = {"murmur": 1, "id": f"demo:{number}", "version": now_ms, "created_at": now_ms, "text": text}
    return told | {"author": {"id": author, "handle": f"h{author}", "name": f"Name of {author}"}}


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


@pytest.mark.timeout(240)
def test_withdrawn_post_leaves_no_trace_and_open_pages_are_told(start: Start) -> None:
    product = start(INGEST_TOKEN="t", DEMO_RATE="0.01").wait_ready()
    torn = b'{"murmur":1,"id":"demo:4711k","text":"half of ' + WORD.encode()
    send(product, record("4711k", f"a {WORD} sings"), record("4712k", "a cat sings"), torn)
    until(lambda: stored(product, "sings") == 2)
    until(lambda: WORD in murmur(product, "dead", "list"))
    PictureCache(product.data_dir / "images", 10**6).put("demo:4711k", "https://a.example/1", WORD.encode() * 9)
    with connect(f"ws://127.0.0.1:{product.port}/ws") as page:
        page.send('{"type":"subscribe","id":"a","query":"sings","history":10,"after":null}')
        heard: list[dict[str, Any]] = []

        def told(kind: str) -> bool:
            heard.append(json.loads(page.recv(timeout=30)))
            return bool(heard[-1]["type"] == kind)

        until(lambda: told("history"))
        assert any(WORD in post["text"] for frame in heard for post in frame.get("posts", []))
        assert len(traces(product, WORD)) >= 3, "store, picture, dead letter"

        send(product, {"murmur": 1, "kind": "delete", "id": "demo:4711k", "at": int(time.time() * 1000)})
        until(lambda: told("deleted"))
        assert heard[-1]["ids"] == ["demo:4711k"]
    until(lambda: not traces(product, WORD), PROMISED_S, 1.0)
    assert stored(product, "sings") == 1

    send(product, record("4711k", f"a {WORD} sings again"), record("4713k", "a dog sings"))
    until(lambda: stored(product, "sings") == 2)
    assert stored(product, WORD) == 0
    with pytest.raises(urllib.error.HTTPError, match="404"):
        product.get("/api/posts/demo:4711k")


@pytest.mark.timeout(240)
def test_forgotten_author_leaves_no_trace_and_does_not_return(start: Start) -> None:
    product = start(INGEST_TOKEN="t", DEMO_RATE="0.01").wait_ready()
    send(
        product,
        *(record(f"9{number}k", f"zugzwangs {number}", AUTHOR) for number in range(5)),
        record("8k", "zugzwangs nobody"),
    )
    until(lambda: stored(product, "zugzwangs") == 6)
    assert traces(product, AUTHOR)

    lines = murmur(product, "forget", f"demo:h{AUTHOR}").splitlines()
    assert lines[0] == "5 posts of 1 account are stored."
    assert lines[1].startswith("Forgotten: open pages have been told, and none will be taken in again.")
    until(lambda: stored(product, "zugzwangs") == 1)  # charts may be two seconds old
    until(lambda: not traces(product, AUTHOR), PROMISED_S, 1.0)

    send(product, record("99k", "zugzwangs more", AUTHOR), record("98k", "zugzwangs somebody"))
    until(lambda: stored(product, "zugzwangs") == 2)
    with urllib.request.urlopen(f"{product.url}/api/export?q=*&format=jsonl", timeout=15) as export:
        assert AUTHOR.encode() not in export.read()
    until(lambda: not traces(product, AUTHOR), PROMISED_S, 1.0)


def test_author_forgotten_until_now_may_speak_again_and_nonsense_is_refused(start: Start) -> None:
    product = start(INGEST_TOKEN="t", DEMO_RATE="0.01").wait_ready()
    send(product, record("1k", "zugzwangs this", AUTHOR))
    until(lambda: stored(product, "zugzwangs") == 1)
    assert "later ones are taken in" in murmur(product, "forget", "--until-now", f"demo:{AUTHOR}")
    until(lambda: stored(product, "zugzwangs") == 0)
    send(product, record("2k", "zugzwangs that", AUTHOR))
    until(lambda: stored(product, "zugzwangs") == 1)
    assert "Nothing of demo:nobody is stored" in murmur(product, "forget", "demo:nobody")
    for wrong in ("nobody", "nowhere:x", "demo:", 'demo:"x'):
        with pytest.raises(AssertionError, match="must be source:handle"):
            murmur(product, "forget", wrong)
