"""The API and the page: searches, charts, exports, errors of one shape, headers and metrics."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import time

import pytest

from tests.web.conftest import Product, Server


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


def test_ranking_of_originals_has_each_once_and_counts_them_all(shared: Product, server: Server) -> None:
    posts = [shared.post(f"walrus {number}", 300 + number, counts={"likes": number % 4}) for number in range(9)]
    shared.feed(*posts, shared.post("", 320, repost_of="demo:300", original=posts[0]))
    shared.tick(indexed=10)
    likes: list[tuple[str, int]] = []
    matching: list[int | None] = []
    before: str | None = ""
    while before is not None:
        page = server.get(f"/api/search?q=walrus&sort=likes&originals=true&limit=4&before={before}").json
        likes += [(post["id"], post["counts"]["likes"]) for post in page["posts"]]
        matching.append(page["matching"])
        assert page["values"] == [one for _, one in likes[-len(page["posts"]) :]]
        before = page["next"]
    assert [one for _, one in likes] == [3, 3, 2, 2, 1, 1, 0, 0, 0]
    assert len(dict(likes)) == 9
    assert matching == [9, None, None]
    assert len(server.get("/api/search?q=walrus&limit=20").json["posts"]) == 10


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
        ("/api/search?q=x&originals=perhaps", 400, "bad_request"),
        ("/api/top?q=x&field=shoes", 400, "bad_request"),
        ("/api/stream?q=(", 400, "missing_term"),
        ("/api/export?q=x&format=xls", 400, "bad_request"),
        ("/api/posts/demo:nobody", 404, "not_found"),
        ("/api/posts/demo:nobody/versions", 404, "not_found"),
        ("/api/unread", 400, "bad_request"),
        ("/api/unread?q=(", 400, "missing_term"),
        ("/api/unread?q=x&read=-1", 400, "bad_request"),
        ("/api/unread?q=x&limit=10001", 400, "bad_request"),
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


def test_a_wrong_method_is_refused_with_its_code(stocked: Server) -> None:
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


def test_a_post_has_a_conversation_neighbours_and_a_page(shared: Product, server: Server) -> None:
    answer = {"reply_to": {"id": "demo:8000", "author": "7", "handle": "ada"}}
    shared.feed(shared.post("begin", 8_000), shared.post("answer", 8_001, **answer), shared.post("after", 8_002))
    found = server.get("/api/posts/demo:8001/conversation").json
    assert (found["root"], [post["id"] for post in found["posts"]], found["more"]) == (
        "demo:8000",
        ["demo:8000", "demo:8001"],
        False,
    )
    page = server.get("/api/posts/demo:8001/conversation?limit=1&skip=1").json
    assert ([post["id"] for post in page["posts"]], page["more"]) == (["demo:8001"], False)
    assert server.get("/api/posts/demo:8001/conversation?limit=1").json["more"]
    beside = server.get("/api/posts/demo:8001/around?limit=1").json
    sides = {name: [post["id"] for post in beside["source"][name]] for name in ("before", "after")}
    assert sides == {"before": ["demo:8000"], "after": ["demo:8002"]}
    assert beside["author"] == beside["source"]
    shared.feed(shared.deletion(8_001))
    for path in ("", "/conversation", "/around", "/versions"):
        gone = server.get(f"/api/posts/demo:8001{path}")
        assert (gone.status, gone.json["error"]["code"]) == (410, "deleted")
        assert abs(gone.json["deleted_at"] - time.time() * 1000) < 600_000
        assert b"answer" not in gone.body
        assert server.get(f"/api/posts/demo:nobody{path}").status == 404
    assert [post["id"] for post in server.get("/api/posts/demo:8000/conversation").json["posts"]] == ["demo:8000"]
    assert server.get("/p/mastodon:host.example/1").headers["Content-Type"].startswith("text/html")


def test_the_page_gets_the_facts_that_it_needs(stocked: Server) -> None:
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


def test_responses_are_compressed_for_clients_that_accept_it(stocked: Server) -> None:
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
