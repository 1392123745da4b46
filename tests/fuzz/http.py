"""HTTP fuzzing: mutated paths, parameters, headers and bodies cause no internal error, and the web process lives on."""

from __future__ import annotations

import gzip
import random
import socket
from urllib.parse import quote_from_bytes

from tests.fuzz.mutate import ODD, mutated_bytes, mutated_text, shrunk
from tests.fuzz.product import web
from tests.fuzz.records import record
from tests.fuzz.running import Fault, Memory, Run
from tests.fuzz.samples import SEARCHES
from tests.web.conftest import Server

TOKEN = "open sesame"
ROUTES = (
    *("/", "/d/x", "/static/x", "/api/search", "/api/posts/demo:1", "/api/timeline", "/api/top", "/api/coverage"),
    *("/api/track", "/api/explain", "/api/language", "/api/export", "/api/stats", "/api/page", "/img/demo:1/avatar"),
    *("/healthz", "/readyz", "/metrics", "/login", "/logout", "/ws", "/api/ingest"),
)
PARAMETERS = (
    "q",
    "limit",
    "before",
    "sort",
    "from",
    "to",
    "interval",
    "field",
    "format",
    "id",
    "instance",
    "next",
    "after",
)
VALUES = (
    "cats",
    "*",
    "0",
    "1",
    "500",
    "-1",
    "1790000000000",
    "9223372036854775808",
    "likes",
    "hashtags",
    "csv",
    "jsonl",
)
HEADERS = (
    *("Host", "Origin", "Cookie", "Authorization", "Content-Type", "Content-Encoding", "Accept-Encoding", "Range"),
    *(
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Last-Event-ID",
        "If-None-Match",
        "If-Modified-Since",
        "Connection",
        "Expect",
    ),
)
LIVING_S = 30.0


def request(chance: random.Random) -> bytes:
    """Return the bytes of a request; its connection is closed after the response."""
    method = chance.choice(("GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "X"))
    path = chance.choice(ROUTES)
    if chance.random() < 0.2:
        path = "/" + quote_from_bytes(mutated_bytes(chance, path.encode()), safe="/:%")
    pairs = [f"{chance.choice(PARAMETERS)}={_value(chance)}" for _ in range(chance.randrange(5))]
    target = path + ("?" + "&".join(pairs) if pairs else "")
    if path in ("/api/stream",) and method == "GET":
        method = "HEAD"
    body = b""
    headers = [f"Host: 127.0.0.1:{chance.randrange(1, 70_000)}", "Connection: close"]
    if method in ("POST", "PUT", "PATCH"):
        body = b"\n".join(record(chance) for _ in range(chance.randrange(6)))
        if chance.random() < 0.3:
            headers.append("Content-Encoding: gzip")
            body = gzip.compress(body)
            body = mutated_bytes(chance, body) if chance.random() < 0.5 else body
        headers.append(f"Content-Length: {len(body)}" if chance.random() < 0.9 else "Transfer-Encoding: chunked")
    if chance.random() < 0.7:
        headers.append(f"Authorization: Bearer {TOKEN}")
    headers += [f"{chance.choice(HEADERS)}: {_header(chance)}" for _ in range(chance.randrange(3))]
    head = f"{method} {target} HTTP/1.1\r\n" + "\r\n".join(headers) + "\r\n\r\n"
    whole = head.encode(errors="replace") + body
    return mutated_bytes(chance, whole) if chance.random() < 0.1 else whole


def _value(chance: random.Random) -> str:
    text = chance.choice((*SEARCHES, *VALUES, *(one for one in ODD if isinstance(one, str))))
    text = mutated_text(chance, text) if chance.random() < 0.3 else text
    return quote_from_bytes(text.encode(errors="surrogatepass"))


def _header(chance: random.Random) -> str:
    text = chance.choice(
        ("*", "gzip", "a" * 300, "\xb2", "9" * 5_000, "bytes=0-", "http://evil.example", "127.0.0.1", "text/html")
    )
    return mutated_text(chance, text).replace("\r", "").replace("\n", "")


def status_of(server: Server, data: bytes) -> int:
    """Send bytes and return the status that comes, 0 where none does."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=LIVING_S) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while b"\r\n" not in answer and (block := connection.recv(4_096)):
                answer += block
    except OSError:  # it was refused while more was being sent
        pass
    first = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0


def run(run: Run) -> None:
    """Send requests until the time is over."""
    with web(INGEST_TOKEN=TOKEN, IMAGES="off") as product:
        product.feed(*(product.post(f"cats {number}", number) for number in range(1, 30)))
        server = product.serve()
        pids = tuple(server.workers)
        with run.watched(Memory(pids)) as after:
            for chance in run.cases():
                data = request(chance)
                if status_of(server, data) == 500:
                    raise Fault("status 500", shrunk(data, lambda one: status_of(server, one) == 500, tries=400))
                if run.done % 50 == 0:
                    alive(server, pids, data)
                    _drain(product)
                after()
            alive(server, pids, b"")


def alive(server: Server, pids: tuple[int, ...], data: bytes) -> None:
    """Check that the web processes are those that began, and answer.

    Raises:
        Fault: they are not, or do not.
    """
    if tuple(server.workers) != pids:
        raise Fault(f"the web process {pids} has ended: {server.workers}\n{server.log.read_text()[-2_000:]}", data)
    try:
        status = server.get("/healthz").status
    except OSError as error:
        raise Fault(f"the web process does not answer: {error}", data) from error
    if status != 200:
        raise Fault(f"/healthz answers {status}", data)


def _drain(product: object) -> None:
    """Process the batches sent to `/api/ingest`, as workers would: a full queue would refuse more."""
    process, ingest = product.process, product._ingest  # type: ignore[attr-defined]
    for batch_id in process.redis.zrange(process.names.open, 0, -1):
        ingest.run(batch_id.decode())
