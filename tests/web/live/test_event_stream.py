"""The event stream resumes at its id, sends no id too early, and has limits of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import pytest
import requests

from tests.web.conftest import Product, Server, wait_until
from tests.web.live.events import Events
from tests.web.live.test_socket import NEWER


def test_no_sign_of_a_post_cuts_a_line_of_an_export_or_an_event(shared: Product, server: Server) -> None:
    """`requests` cuts text like `str.splitlines`, and so do event-stream clients that build on it."""
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


def test_several_searches_share_a_stream_and_resume_by_one_id(shared: Product, stocked: Server) -> None:
    shared.feed(shared.post("wombats", 900), shared.post("quokkas", 901))
    query = "q=wombats&q=quokkas&id=second&q=wombats&history=0&q=re:zero"
    events = Events(stocked.port, query)
    got: dict[str, list[tuple[str, list[str]]]] = {}
    while len([one for one in got.values() if one[-1][0] == "done"]) < 3 or "stream-4" not in got:
        kind, data = events.next()
        if "id" in data:
            posts: list[dict[str, str]] = data.get("posts") or []  # type: ignore[assignment]
            state = "done" if data.get("done") else kind
            got.setdefault(str(data["id"]), []).append((state, [post["id"] for post in posts]))
    ids = {name: [post_id for _, posts in steps for post_id in posts] for name, steps in got.items()}
    assert ids == {"stream": ["demo:900"], "second": ["demo:901"], "stream-3": [], "stream-4": []}
    assert got["stream-4"] == [("error", [])], "one search that is not understood leaves the others"
    shared.feed(shared.post("wombats again", 902))
    shared.tick()
    live: list[str] = []
    while (event := events.next())[0] != "stats":
        live += [post["id"] for post in event[1].get("posts") or []]  # type: ignore[attr-defined]
    assert live == ["demo:902"], "live posts come once for both subscriptions of a search"
    assert events.last_id
    events.close()
    shared.feed(shared.post("quokkas again", 903))
    again = Events(stocked.port, query, Last_Event_ID=events.last_id)
    assert again.ids_until("demo:903") == ["demo:903"]
    again.close()


def test_a_stream_watches_as_many_searches_as_a_socket(product: Product) -> None:
    events = Events(product.serve(SEARCHES_PER_SOCKET="2").port, "q=one&q=two&q=three")
    while (event := events.next())[0] != "error":
        pass
    assert event[1]["id"] == "stream-3"
    assert event[1]["error"]["code"] == "too_many_searches"  # type: ignore[index]
    events.close()


def test_a_stream_without_a_search_carries_messages_for_every_client(product: Product) -> None:
    server = product.serve()
    events = Events(server.port, "")
    assert events.status == 200
    assert events.next()[0] == "stats"
    kinds: set[str] = set()
    for number in range(60):  # a process that has just started may not hear of the first ones
        product.feed(product.post("soon deleted", number))
        product.feed(product.deletion(number))
        kinds.add(events.next()[0])  # `stats` arrive once a second
        if "deleted" in kinds:
            break
    assert "deleted" in kinds
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
