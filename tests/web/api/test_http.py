"""The API, the event stream, signing in, headers, proxies, and two stores that are not one."""

from __future__ import annotations

import csv
import gzip
import html
import http.client
import io
import json
import re
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import requests

from tests.web.browser import Browser
from tests.web.conftest import Product, Server, wait_until
from tests.web.live.test_socket import NEWER
from web.site.sign_in import local_path


@pytest.fixture(scope="module")
def stocked(shared: Product, server: Server) -> Server:
    """A server with thirty posts of otters and one that would be a formula."""
    shared.feed(*[shared.post(f"otters {number} #river", 100 + number) for number in range(30)])
    shared.feed(
        shared.post('=HYPERLINK("http://evil") otters', 50, author={"id": "8", "handle": "bob", "name": "+Bob"})
    )
    shared.tick(indexed=31)
    return server


def test_a_search_pages_to_its_end_without_a_gap_or_a_double(stocked: Server) -> None:
    ids, before = [], ""
    while True:
        found = stocked.get(f"/api/search?q=otters&limit=7&before={before}").json
        ids += [post["id"] for post in found["posts"]]
        before = found["next"]
        if before is None:
            break
    assert ids == [*[f"demo:{number}" for number in range(129, 99, -1)], "demo:50"]
    assert found["query"] == "otters"
    assert found["terms"] == ["otters"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/search", 400, "bad_request"),
        ("/api/search?q=re:zero", 400, "unknown_operator"),
        ("/api/search?q=x&limit=0", 400, "bad_request"),
        ("/api/search?q=x&limit=501", 400, "bad_request"),
        ("/api/search?q=x&limit=99999999999999999999999", 400, "bad_request"),
        ("/api/search?q=x&sort=luck", 400, "bad_request"),
        ("/api/search?q=x&before=nonsense", 400, "bad_request"),
        ("/api/top?q=x&field=shoes", 400, "bad_request"),
        ("/api/stream?q=(", 400, "missing_term"),
        ("/api/export?q=x&format=xls", 400, "bad_request"),
        ("/api/posts/demo:nobody", 404, "not_found"),
        ("/api/explain?q=x&id=demo:nobody", 404, "not_found"),
        ("/img/demo:nobody/avatar", 404, "not_found"),
        ("/nowhere", 404, "not_found"),
        ("/static/../gunicorn.py", 404, "not_found"),
        ("/static/%2e%2e/gunicorn.py", 404, "not_found"),
        ("/ws", 400, ""),
    ],
)
def test_every_refusal_has_one_shape(stocked: Server, path: str, status: int, code: str) -> None:
    answer = stocked.get(path)
    if path == "/ws":  # the route exists for sockets only
        assert answer.status in (400, 404, 426)
    else:
        assert answer.status == status
        if code not in ("missing_term",):
            assert answer.json["error"]["code"] == code
    assert set(answer.json) == {"error"}
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/nowhere", None, "not_found"),
        ("DELETE", "/api/search?q=x", None, "method_not_allowed"),
        ("POST", "/login", b"access_token=" + b"x" * 70_000, "too_large"),
        ("GET", "/static/nothing", None, "not_found"),
    ],
)
def test_refusals_are_in_our_own_words(stocked: Server, method: str, path: str, body: bytes | None, code: str) -> None:
    error = stocked.ask(method, path, body, Content_Type="application/x-www-form-urlencoded").json["error"]
    assert error["code"] == code
    assert not re.search("requested URL|server|spelling|manually", error["message"])
    assert len(error["message"]) < 80


def test_a_method_that_is_not_taken_is_told(stocked: Server) -> None:
    answer = stocked.ask("POST", "/api/search?q=x", b"")
    assert answer.status == 405
    assert answer.json["error"]["code"] == "method_not_allowed"


def test_one_post_charts_tops_and_explanations_come_from_the_store(stocked: Server) -> None:
    assert stocked.get("/api/posts/demo:101").json["text"] == "otters 1 #river"
    timeline = stocked.get("/api/timeline?q=otters").json
    assert timeline["total"] == 31 == sum(count for _, count in timeline["buckets"])
    top = stocked.get("/api/top?q=otters&field=hashtags").json
    assert top["based_on"]["matching"] == 31
    assert (top["items"][0]["value"].lstrip("#"), top["items"][0]["count"]) == ("river", 30)
    why = stocked.get("/api/explain?q=otters%20-foxes&id=demo:101").json
    assert why["matches"] is True
    assert [(part["part"], part["matched"]) for part in why["parts"]] == [("otters", True), ("foxes", False)]
    assert why["selected_by"]
    language = stocked.get("/api/language").json
    assert {"from", "lang", "is"} <= {row["name"] for row in language["operators"]}
    assert stocked.get("/api/coverage").json["rows"] == []


def test_the_page_is_told_what_it_needs(stocked: Server) -> None:
    facts = stocked.get("/api/page").json
    assert len(facts["examples"]) == 3
    assert facts["problem"] is None
    assert facts["depths"] == [500, 5000, 20000]
    for example in facts["examples"]:
        assert stocked.get("/api/search?q=" + urlquote(example)).status == 200
    stats = stocked.get("/api/stats").json
    assert set(stats) == {"indexed", "rate", "connected", "lag_s", "searches", "sources"}


def urlquote(text: str) -> str:
    """Return a text as it stands in a URL."""
    from urllib.parse import quote

    return quote(text, safe="")


def test_no_sign_of_a_post_cuts_a_line_of_an_export_or_an_event(shared: Product, server: Server) -> None:
    """requests cuts text as `str.splitlines` does, and so do clients of event streams that build on it."""
    text = "jackdaws\u2028one\u2029two\x85three"
    shared.feed(shared.post(text, 7_001))
    with requests.get(f"http://127.0.0.1:{server.port}/api/export?q=jackdaws&format=jsonl", timeout=20) as answer:
        answer.encoding = "utf-8"
        (line,) = answer.iter_lines(decode_unicode=True)
    assert json.loads(line)["text"] == text
    with requests.get(f"http://127.0.0.1:{server.port}/api/stream?q=jackdaws", timeout=20, stream=True) as answer:
        answer.encoding = "utf-8"
        lines = map(str, answer.iter_lines(decode_unicode=True))
        fields = [line.partition(": ") for line in _until(lines, '"done":true')]
    assert {field for field, _, _ in fields} <= {"retry", "event", "data", "id", ""}
    history = [json.loads(value) for field, _, value in fields if field == "data"]
    assert [post["text"] for one in history if one["type"] == "history" for post in one["posts"]] == [text]


def _until(lines: Iterable[str], mark: str) -> Iterator[str]:
    for line in lines:
        yield line
        if mark in line:
            return


@pytest.mark.parametrize("kind", ["jsonl", "csv", "ids"])
def test_an_export_holds_every_match(stocked: Server, kind: str) -> None:
    answer = stocked.get(f"/api/export?q=otters&format={kind}")
    text = answer.body.decode()
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        ids = [row["id"] for row in rows]
        assert rows[-1]["text"].startswith("'=HYPERLINK"), "no spreadsheet takes it for a formula"
        assert rows[-1]["author_name"] == "'+Bob"
    else:
        ids = [json.loads(line)["id"] if kind == "jsonl" else line for line in text.splitlines()]
    assert ids == [*[f"demo:{number}" for number in range(129, 99, -1)], "demo:50"]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_answers_are_compressed_for_who_takes_it(stocked: Server) -> None:
    packed = stocked.get("/api/search?q=otters&limit=30", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(packed.body))["posts"]) == 30
    exported = stocked.get("/api/export?q=otters&format=ids", Accept_Encoding="gzip")
    assert len(gzip.decompress(exported.body).splitlines()) == 31
    assert "Content-Encoding" not in stocked.get("/api/search?q=otters&limit=30").headers


def test_a_packed_file_of_the_page_keeps_its_own_name_and_kind(stocked: Server) -> None:
    packed = stocked.get("/static/icon.svg", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"].startswith("image/svg+xml")
    assert packed.headers["Content-Disposition"] == "inline; filename=icon.svg", "who saves it gets no .gz"
    plain = stocked.get("/static/icon.svg")
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body


def test_every_answer_carries_the_security_headers(stocked: Server) -> None:
    for path in ("/", "/api/stats", "/nowhere", "/api/search?q=("):
        headers = stocked.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_metrics_are_prometheus_text_of_all_processes(shared: Product, stocked: Server) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    shared.process.counters.flush()
    families = {family.name: family for family in text_string_to_metric_families(stocked.get("/metrics").body.decode())}
    assert families["murmur_posts_inserted"].samples[0].value >= 31
    assert families["murmur_web_sockets"].samples[0].value >= 0
    assert "murmur_latency_ms" in families


# -- the event stream
class Events:
    """A reader of `/api/stream`."""

    def __init__(self, port: int, query: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", f"/api/stream?{query}", headers=names)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last_id = ""

    def next(self) -> tuple[str, dict[str, object]]:
        """Return the next event's type and data."""
        kind = data = ""
        while raw := self.answer.readline():
            line = raw.decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
            elif not line and kind:
                return kind, json.loads(data)
        raise EOFError

    def ids_until(self, wanted: str) -> list[str]:
        """Read until a post came; return the ids of all posts on the way."""
        found: list[str] = []
        while wanted not in found:
            _kind, data = self.next()
            found += [post["id"] for post in data.get("posts", []) if isinstance(post, dict)]  # type: ignore[attr-defined]
        return found

    def close(self) -> None:
        """Go."""
        self.answer.close()
        self.connection.close()


def test_an_event_stream_takes_up_where_it_stood(shared: Product, stocked: Server) -> None:
    events = Events(stocked.port, "q=badgers&history=10")
    while events.next()[0] != "history":
        pass
    assert events.last_id
    shared.feed(shared.post("badgers", 700))
    assert events.ids_until("demo:700") == ["demo:700"]
    shared.tick()
    while events.next()[0] != "stats":
        pass
    events.close()
    shared.feed(shared.post("badgers again", 701), shared.post("no more", 700, version=NEWER))
    again = Events(stocked.port, "q=badgers&history=10", Last_Event_ID=events.last_id)
    seen = []
    while "history" not in seen:
        kind, data = again.next()
        seen.append(kind)
        if kind == "gone":
            assert data["posts"] == [["demo:700", NEWER]]
        if kind == "history":
            assert [post["id"] for post in data["posts"]] == ["demo:701"]  # type: ignore[attr-defined]
    assert "gone" in seen
    again.close()


def test_an_event_stream_gives_no_id_before_its_history_is_whole(shared: Product, stocked: Server) -> None:
    events = Events(stocked.port, "q=otters&history=30")
    while True:
        kind, data = events.next()
        if kind == "history" and data["done"]:
            break
        assert not events.last_id
    assert events.last_id == str(data["after"])
    events.close()


def test_a_stream_without_a_search_tells_what_goes_to_everybody(product: Product) -> None:
    server = product.serve()
    events = Events(server.port, "")
    assert events.status == 200
    assert events.next()[0] == "stats"
    gone = product.post("soon withdrawn", 1)
    product.feed(gone)
    product.feed(product.deletion(1))
    kinds: set[str] = set()
    while "deleted" not in kinds:  # figures come once a second, so that how many come before depends on the machine
        kinds.add(events.next()[0])
    assert "posts" not in kinds
    events.close()


def test_streams_over_the_limit_are_refused_and_one_that_ends_makes_room(product: Product) -> None:
    server = product.serve(STREAMS_MAX="1")
    events = Events(server.port, "q=x")
    events.next()
    refused = server.get("/api/stream?q=x")
    assert (refused.status, refused.json["error"]["code"]) == (503, "too_many_streams")
    events.close()
    product.tick()

    def room() -> bool:
        product.tick()
        return b"murmur_web_streams 0.0" in server.get("/metrics").body

    wait_until(room, 30)


def test_one_address_leaves_event_streams_to_others(product: Product) -> None:
    server = product.serve(STREAMS_MAX="8")
    events = [Events(server.port, "q=x") for _ in range(2)]
    for one in events:
        one.next()
    assert server.get("/api/stream?q=x").json["error"]["code"] == "too_many_streams"
    browser = server.get("/api/stream?q=x", Accept="text/event-stream")
    assert browser.status == 200, "any other status ends an EventSource for good"
    assert b"retry: " in browser.body
    for one in events:
        one.close()


@pytest.mark.parametrize("given", ["9" * 5_000, "-1", "9" * 19, "abc"])
def test_an_event_id_that_is_no_number_of_ours_is_refused_by_name(server: Server, given: str) -> None:
    answer = server.get("/api/stream?q=x", Last_Event_ID=given)
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    assert "Last-Event-ID" in answer.json["error"]["message"]


# -- signing in
def test_with_a_token_nothing_is_open_but_health(product: Product) -> None:
    server = product.serve(ACCESS_TOKEN="sesame", SECRET_KEY="k")
    for path in ("/api/search?q=x", "/api/stats", "/metrics", "/img/demo:1/avatar", "/api/stream?q=x"):
        answer = server.get(path)
        assert (answer.status, answer.json["error"]["code"]) == (401, "signed_out"), path
    assert server.get("/healthz").status == 200
    assert server.get("/?q=cats").headers["Location"] == "/login?next=%2F%3Fq%3Dcats"
    assert server.get("/login").status == 200
    assert server.get("/api/stats", Authorization="Bearer sesame").status == 200
    assert server.get("/api/stats", Authorization="Bearer wrong").status == 401
    assert Browser(server.port).until_closed() == 4401
    Browser(server.port, additional_headers={"Authorization": "Bearer sesame"}).drop()


def sign_in(server: Server, token: str, **headers: str) -> str:
    """Send the form; return the cookie."""
    body = f"access_token={token}&next=https://evil.example/".encode()
    answer = server.ask("POST", "/login", body, Content_Type="application/x-www-form-urlencoded", **headers)
    assert answer.status == (303 if token == "sesame" else 401)
    if answer.status == 303:
        assert answer.headers["Location"] == "/", "never to another site"
    return str(answer.headers.get("Set-Cookie", ""))


@pytest.mark.parametrize(
    "search", ["/?q=%23storm&sort=likes", "/d/a%2Fb?q=a%2Bb%26c+d&x=%E6%97%A5", "/?q=%22a%20b%22", "/d/caf%C3%A9"]
)
def test_signing_in_leads_back_to_the_search(product: Product, search: str) -> None:
    server = product.serve(ACCESS_TOKEN="sesame")
    form = server.get(search).headers["Location"]
    assert form.startswith("/login?next=")
    hidden = re.search(r'name="next" value="([^"]*)"', server.get(form).body.decode())
    assert hidden
    body = urllib.parse.urlencode({"access_token": "sesame", "next": html.unescape(hidden[1])}).encode()
    answer = server.ask("POST", "/login", body, Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 303
    assert urllib.parse.urlsplit(answer.headers["Location"]).query == urllib.parse.urlsplit(search).query
    assert urllib.parse.unquote(answer.headers["Location"]) == urllib.parse.unquote(search)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tx",
        "javascript:alert(1)",
        "evil",
        "",
        "//[",
        "http://[::1",
    ],
)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    assert local_path(target) == "/"


def test_the_cookie_is_taken_by_any_process_after_any_restart(product: Product) -> None:
    first = product.serve(ACCESS_TOKEN="sesame")
    assert not sign_in(first, "wrong")
    cookie = sign_in(first, "sesame")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    value = cookie.split(";")[0]
    first.end()
    second = product.serve(ACCESS_TOKEN="sesame")
    assert second.get("/api/stats", Cookie=value).status == 200
    Browser(second.port, additional_headers={"Cookie": value}).drop()
    forged = value[:-9] + ("a" if value[-9] == "b" else "b") + value[-8:]
    assert second.get("/api/stats", Cookie=forged).status == 401
    third = product.serve(ACCESS_TOKEN="another")
    assert third.get("/api/stats", Cookie=value).status == 401


# -- proxies
def test_forwarded_headers_count_only_from_trusted_proxies(product: Product) -> None:
    trusting = product.serve(TRUSTED_PROXIES="1", ACCESS_TOKEN="sesame", SOCKETS_PER_ADDRESS="1")
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1", "X_Forwarded_Host": "murmur.example"}
    assert "Strict-Transport-Security" in trusting.get("/healthz", **forwarded).headers
    assert "Secure" in sign_in(trusting, "sesame", **forwarded)
    headers = {"Authorization": "Bearer sesame", "X-Forwarded-Host": "murmur.example", "X-Forwarded-Proto": "https"}
    kept = [
        Browser(
            trusting.port,
            additional_headers=headers | {"X-Forwarded-For": f"{address}"},
            origin="https://murmur.example",
        )
        for address in ("203.0.113.9, 192.0.2.1", "192.0.2.2")
    ]
    third = Browser(trusting.port, additional_headers=headers | {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"})
    assert third.until_closed() == 4029, "the last entry counts, not what the client wrote before it"
    for browser in kept:
        assert browser.read(1.0) is not None
    wary = product.serve()
    assert "Strict-Transport-Security" not in wary.get("/healthz", **forwarded).headers
    with pytest.raises(Exception, match="403"):
        Browser(wary.port, additional_headers={"X-Forwarded-Host": "evil.example"}, origin="https://evil.example")


# -- two stores
def test_two_stores_that_are_not_one_are_told_everywhere(product: Product, tmp_path: Path) -> None:
    product.feed(product.post("otter"))
    server = product.serve(DATA_DIR=str(tmp_path / "elsewhere"))
    sentence = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["message"]) == (
        503,
        "not_ready",
        sentence,
    )
    assert server.get("/api/page").json["problem"] == sentence
    assert sentence in server.log.read_text()
    together = product.serve()
    assert together.get("/readyz").status == 200
    assert together.get("/api/page").json["problem"] is None


def test_an_outage_that_workers_meet_is_told_although_reading_works(product: Product) -> None:
    server = product.serve()
    browser = Browser(server.port)
    told = {"since": 5, "why": "the disk is full"}

    def stats_say(outage: dict[str, object] | None) -> bool:
        product.tick(outage=outage)  # upkeep does so every second; who listens later hears the next one
        return bool(browser.of("stats")) and browser.of("stats")[-1]["outage"] == outage

    browser.until(lambda: stats_say(told))
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["message"]) == (503, "workers wait for the store: the disk is full")
    where = "Elasticsearch at https://user:pw@es.internal:9200 cannot be reached: 10.1.2.3:9200, /var/lib/es is full"
    product.tick(outage={"since": 5, "why": where})
    told = {"since": 5, "why": "Elasticsearch at … cannot be reached: …, … is full"}
    browser.until(lambda: stats_say(told))
    assert "internal" not in server.get("/readyz").body.decode()
    browser.until(lambda: stats_say(None))
    assert server.get("/readyz").status == 200


def test_ready_is_not_said_without_a_broker(product: Product) -> None:
    server = product.serve(REDIS_URL="unix:///nowhere/at/all.sock")
    began = time.monotonic()
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["message"]) == (503, "Redis cannot be reached")
    assert server.get("/api/search?q=x").status == 200, "what is stored can still be searched"
    assert time.monotonic() - began < 60
