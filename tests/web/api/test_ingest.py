"""`POST /api/ingest` and `/api/track`, on gunicorn and over the whole product."""

from __future__ import annotations

import gzip
import json
import re
import socket
from typing import Any

import msgspec
import pytest

from pipeline.queue.batch import decode_batch
from tests.web.conftest import Product, Server, wait_until

pytestmark = pytest.mark.redis
TOKEN = "open sesame"
BEARER = f"Bearer {TOKEN}"


def send(server: Server, body: bytes, path: str = "/api/ingest", **headers: str) -> Any:
    return server.ask("POST", path, body, **({"Authorization": BEARER} | headers))


def open_records(product: Product) -> list[bytes]:
    """Return the records of all open batches, as a worker gets them."""
    claims, redis = product.process.claims, product.process.redis
    ids: Any = redis.zrange(product.process.names.open, 0, -1)
    taken = [claims.take(batch_id.decode()) for batch_id in ids]
    return [record.data for claim in taken if claim for record in decode_batch(claim.data).records]


def lines(product: Product, count: int, text: str = "sent by a script") -> bytes:
    return b"\n".join(msgspec.json.encode(product.post(text)) for _ in range(count))


@pytest.fixture(scope="module")
def writable(shared: Product) -> Server:
    """A web server that takes posts: for tests of what it refuses."""
    return shared.serve(INGEST_TOKEN=TOKEN)


@pytest.mark.parametrize("path", ["/api/track", "/api/ingest"])
@pytest.mark.parametrize("chunks", [b"\r\n", b"zz\r\n", b"5\r\nabcdeXX", b"5;\x00\r\nabcde\r\n", b"5\r\nab"])
def test_body_with_malformed_chunks_is_refused(writable: Server, path: str, chunks: bytes) -> None:
    head = f"PUT {path} HTTP/1.1" if path == "/api/track" else f"POST {path} HTTP/1.1"
    lines = (head, "Host: 127.0.0.1", f"Authorization: {BEARER}", "Transfer-Encoding: chunked", "", "")
    with socket.create_connection(("127.0.0.1", writable.port), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode() + chunks)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4_096), b""))
    assert answer.split(b" ", 2)[1] == b"400", answer
    assert b'{"error":{"code":"' in answer


def test_without_a_token_nobody_may_write(product: Product) -> None:
    server = product.serve()
    for path in ("/api/ingest", "/api/track"):
        answer = send(server, b"{}", path)
        assert (answer.status, answer.json["error"]["code"]) == (403, "writing_off")


def test_ingest_requires_its_token_which_opens_no_other_route(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN, ACCESS_TOKEN="people")
    assert server.ask("POST", "/api/ingest", b"{}").json["error"]["code"] == "signed_out"
    assert send(server, b"{}", Authorization="Bearer wrong").json["error"]["code"] == "bad_token"
    assert server.get("/api/stats", Authorization=BEARER).status == 401
    assert server.get("/api/track", Authorization=BEARER).status == 401
    assert send(server, lines(product, 1)).status == 202
    assert send(server, lines(product, 1), Authorization="Bearer people").status == 202


@pytest.mark.parametrize("shape", ["lines", "mark", "UTF-16", "array", "gzip", "two members"])
def test_sent_records_are_in_redis_before_they_are_acknowledged(product: Product, shape: str) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN)
    listed = lines(product, 1_200)
    body, headers = listed, dict[str, str]()
    if shape == "array":
        body = b"[" + listed.replace(b"\n", b",") + b"]"
    elif shape in ("mark", "UTF-16"):
        body = b"\xef\xbb\xbf" + listed if shape == "mark" else listed.decode().encode("utf-16")
    elif shape != "lines":
        half = listed.index(b"\n") + 1
        parts = [listed] if shape == "gzip" else [listed[:half], listed[half:]]
        body, headers = b"".join(gzip.compress(part) for part in parts), {"Content-Encoding": "gzip"}
    answer = send(server, body, **headers)
    assert (answer.status, answer.json) == (202, {"accepted": 1_200, "dead": 0})
    assert sorted(open_records(product)) == sorted(listed.split(b"\n"))
    assert len(product.process.claims.unannounced()) == 3, "upkeep finds them, and each once"
    assert product.process.claims.unannounced() == []


def test_records_of_any_format_pass_and_unreadable_ones_are_counted_and_kept(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN)
    status = {
        "id": "1", "created_at": "2024-01-01T00:00:00.000Z", "url": "https://sea.example/@a/1",
        "uri": "https://sea.example/users/a/statuses/1", "content": "<p>by status</p>", "visibility": "public",
        "account": {"id": "7", "acct": "a", "username": "a", "url": "https://sea.example/@a"},
    }  # fmt: skip
    body = lines(product, 1) + b"\nno json\n" + json.dumps(status).encode() + b'\n{"half":'
    answer = send(server, body, "/api/ingest?instance=sea.example")
    assert answer.json == {"accepted": 2, "dead": 2}
    for batch_id in product.process.claims.unannounced():
        product._runner.run(batch_id)
    assert product.process.dead.size().letters == 2
    found = server.get("/api/search?q=*").json["posts"]
    assert {post["source"] for post in found} == {"demo", "mastodon"}


def test_body_too_large_is_refused_with_the_number_of_accepted_records(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN, INGEST_MAX_MB="1")
    answer = send(server, b" " * (1024 * 1024 + 1))
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    bomb = gzip.compress(lines(product, 500) + b"\n" + b" " * (64 * 1024 * 1024))
    assert len(bomb) < 200_000
    answer = send(server, bomb, Content_Encoding="gzip")
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    assert answer.json["error"]["hint"].startswith("500 records")
    assert len(open_records(product)) == 500
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"not gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"x" * 1000)[:-9], {"Content-Encoding": "gzip"}, 400),
        (b"{}", {"Content-Encoding": "br"}, 415),
    ],
    ids=["no gzip", "cut off", "another packing"],
)
def test_body_that_does_not_match_its_headers_is_refused(
    writable: Server, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = send(writable, body, **headers)
    assert (answer.status, answer.json["error"]["code"]) == (status, "bad_request")
    assert send(writable, b"{}", "/api/ingest?instance=a%20b").status == 400


def test_body_that_breaks_off_keeps_the_enqueued_batches(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN)
    body = lines(product, 1_200)
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        head = f"POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: {BEARER}\r\n"
        line.sendall(f"{head}Content-Length: {2 * len(body)}\r\n\r\n".encode() + body)
        wait_until(lambda: len(open_records(product)) >= 500)
    assert send(server, body).json == {"accepted": 1_200, "dead": 0}


def test_full_queue_is_refused_with_a_time_to_retry(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN, QUEUE_MAX_MB="1")
    product.process.redis.set(product.process.names.open_bytes, 2 * 1024 * 1024)
    answer = send(server, lines(product, 1))
    assert (answer.status, answer.json["error"]["code"]) == (503, "queue_full")
    assert int(answer.headers["Retry-After"]) > 0
    assert open_records(product) == []
    product.process.redis.delete(product.process.names.open_bytes)
    assert send(server, lines(product, 1)).status == 202


def test_track_is_changed_with_a_token_and_reset(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN)
    put = {"Authorization": BEARER}
    assert server.get("/api/track").json == {"track": "*", "setting": "*"}
    assert server.ask("PUT", "/api/track", b'{"track":"cats"}', **put).json["track"] == "cats"
    assert server.ask("PUT", "/api/track", b'{"track":"("}', **put).status == 400
    assert server.ask("PUT", "/api/track", b"cats", **put).json["error"]["code"] == "bad_request"
    product.feed(product.post("cats purr"), product.post("dogs bark"))
    assert len(server.get("/api/search?q=*").json["posts"]) == 1
    assert server.ask("POST", "/api/track", b'{"track":""}', **put).json == {"track": "*", "setting": "*"}


def test_metrics_count_the_sent_records(product: Product) -> None:
    server = product.serve(INGEST_TOKEN=TOKEN)
    send(server, lines(product, 3))
    assert re.search(rb"^murmur_web_ingested_total 3\.0$", server.get("/metrics").body, re.M)
