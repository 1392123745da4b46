"""The socket: history, live posts, retractions and deletions, resuming, and frames of a bounded size."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from websockets.sync.client import connect

from pipeline.query.parser import parse
from tests.web.browser import Browser, Search
from tests.web.conftest import NOW_MS, Product, Server
from tests.web.frames import frames_of, valid
from web.live.clients.client import Client
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch
from web.live.session import FIRST_POSTS
from web.protocol.frames import MAX_FRAME_BYTES, Frame, frames, parts_of
from web.protocol.server_messages import Deleted, Gone


def test_history_comes_newest_first_then_live_posts_follow(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post(f"otters number {number}", 100 + number) for number in range(30)])
    browser = Browser(server.port)
    search = browser.subscribe("a", "otters", history=20)
    browser.until_live()
    history = [post["id"] for received in browser.of("history") for post in received["posts"]]
    assert history == [f"demo:{number}" for number in range(129, 109, -1)]
    shared.feed(shared.post("another of the otters", 200), shared.post("no such animal", 201))
    browser.until(lambda: "demo:200" in search.watcher.have)
    assert "demo:201" not in search.watcher.have
    shared.tick()
    browser.until(lambda: [received for received in browser.of("stats") if received["rate"] == 2.5])
    for received in browser.frames:
        valid(received)


def test_a_newer_version_replaces_and_one_that_no_longer_matches_goes(shared: Product, server: Server) -> None:
    shared.feed(shared.post("badgers here", 300), shared.post("badgers there", 301))
    browser = Browser(server.port)
    search = browser.subscribe("a", "badgers")
    browser.until_live()
    shared.feed(shared.post("badgers and more", 300, version=NEWER), shared.post("foxes only", 301, version=NEWER))
    browser.until(lambda: search.watcher.have == {"demo:300": NEWER})
    assert browser.of("gone")
    shared.feed(shared.deletion(300))
    browser.until(lambda: search.watcher.have == {})
    assert ["demo:300"] in [received["ids"] for received in browser.of("deleted")]
    for received in browser.frames:
        valid(received)


NEWER = NOW_MS - 1_000
"""A version above that of other posts here, and not ahead of their receipt, which no version may be."""


def test_post_that_began_to_match_later_names_its_number_wherever_it_is_read(shared: Product, server: Server) -> None:
    shared.feed(shared.post("herons here", 310), shared.post("egrets here", 311))
    browser = Browser(server.port)
    browser.subscribe("a", "egrets")
    browser.until_live()
    shared.feed(shared.post("herons and egrets", 310, version=NEWER))
    browser.until(lambda: browser.of("posts"))
    (received,) = browser.of("posts")
    (post,) = received["posts"]
    number = post["seq"]
    assert received["entered"] == {"demo:310": number}
    assert number > post["first_seq"] > 0
    again = Browser(server.port)
    again.subscribe("b", "egrets")
    again.until_live("b")
    assert [one["entered"] for one in again.of("history") if "entered" in one] == [{"demo:310": number}]
    returning = Browser(server.port)
    returning.searches["c"] = missed = Search("egrets", history=9)
    missed.after = post["first_seq"]
    returning.again("c")
    returning.until_live("c")
    assert [one["entered"] for one in returning.of("history") if "entered" in one] == [{"demo:310": number}]
    for frame in [*browser.frames, *again.frames]:
        valid(frame)
    found = server.get("/api/search?q=egrets&limit=5").json
    assert (found["entered"], len(found["posts"])) == ({"demo:310": number}, 2)
    assert "entered" not in server.get("/api/search?q=herons").json
    counted = [server.get(f"/api/unread?q=egrets&read={read}").json for read in (0, post["first_seq"], number)]
    assert [(one["unread"], one["more"]) for one in counted] == [(2, False), (1, False), (0, False)]
    assert counted[0]["after"] >= number
    assert server.get("/api/unread?q=egrets&read=0&limit=1").json["more"]
    seen = server.get("/api/posts/demo:310/versions").json["versions"]
    assert [one["post"]["text"] for one in seen] == ["herons and egrets", "herons here"]
    assert [one["seen_at"] for one in seen] == [number // 1000, post["first_seq"] // 1000]


def test_two_ids_of_one_search_share_it_and_leave_it_one_by_one(shared: Product, server: Server) -> None:
    browser = Browser(server.port)
    first = browser.subscribe("a", "stoats  weasels")
    second = browser.subscribe("b", "weasels AND stoats")
    browser.until_live("a")
    browser.until_live("b")
    assert first.key == second.key
    assert {received["id"] for received in browser.of("history")} == {"a", "b"}
    shared.feed(shared.post("weasels before stoats", 399))
    browser.until(lambda: "demo:399" in first.watcher.have and "demo:399" in second.watcher.have)
    sent = [post["id"] for received in browser.of("posts") for post in received["posts"]]
    assert sent == ["demo:399"], "once for both"
    for received in browser.frames:
        valid(received)
    browser.send({"type": "unsubscribe", "id": "a"})
    time.sleep(0.2)
    shared.feed(shared.post("stoats and weasels", 400))
    browser.until(lambda: "demo:400" in second.watcher.have)
    browser.send({"type": "unsubscribe", "id": "b"})
    time.sleep(0.2)
    shared.feed(shared.post("more stoats, weasels", 401))
    browser.drain()
    assert "demo:401" not in second.watcher.have


def test_a_returning_client_gets_what_it_missed_and_no_more(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post("voles", 500 + number) for number in range(5)])
    browser = Browser(server.port)
    search = browser.subscribe("a", "voles")
    browser.until_live()
    browser.drop()
    shared.feed(shared.post("voles again", 510), shared.post("mice now", 501, version=NEWER), shared.deletion(502))
    browser.frames.clear()
    browser.open()
    browser.until_live()
    expected = {"demo:500", "demo:503", "demo:504", "demo:510"}
    assert set(search.watcher.have) == expected
    assert [post["id"] for received in browser.of("history") for post in received["posts"]] == ["demo:510"]


def test_too_much_missed_starts_anew(shared: Product, server: Server) -> None:
    browser = Browser(server.port)
    search = browser.subscribe("a", "lemmings", history=50)
    browser.until_live()
    browser.drop()
    shared.feed(*[shared.post("lemmings", 10_000 + number) for number in range(2_100)])
    browser.open()
    browser.until_live()
    assert browser.of("reset")
    assert set(search.watcher.have) == {f"demo:{10_000 + number}" for number in range(2_050, 2_100)}


def test_too_much_changed_starts_anew_whatever_matches(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post("stoats", 20_000 + number) for number in range(2_100)], shared.post("martens", 25_000))
    browser = Browser(server.port)
    search = browser.subscribe("a", "martens")
    browser.until_live()
    browser.drop()
    shared.feed(*[shared.post("stoats again", 20_000 + number, version=NEWER) for number in range(2_100)])
    browser.open()
    browser.until_live()
    assert browser.of("reset")
    assert set(search.watcher.have) == {"demo:25000"}
    assert not browser.of("error")


def test_deep_history_arrives_whole_and_in_order(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post("hamsters", 40_000 + number) for number in range(2_100)])
    browser = Browser(server.port)
    browser.subscribe("a", "hamsters", history=5_000)
    browser.until_live()
    ids = [post["id"] for received in browser.of("history") for post in received["posts"]]
    assert ids == [f"demo:{40_000 + number}" for number in range(2_099, -1, -1)]
    assert [received["done"] for received in browser.of("history")].count(True) == 1
    assert len(browser.of("history")[0]["posts"]) == FIRST_POSTS, "what is seen first waits for nothing below it"


def test_clients_with_a_read_limit_take_everything_as_they_come(product: Product) -> None:
    """Python's default limit (1 MiB), and the default of Go's coder/websocket."""
    server = product.serve(OUTBOX_MAX_KB="65536")
    product.feed(*[product.post("otter " * 500, number) for number in range(400)])
    address = f"ws://127.0.0.1:{server.port}/ws"
    plain = connect(address, proxy=None, legacy=True)
    strict = connect(address, proxy=None, legacy=True, max_size=32_768)
    request = {"type": "subscribe", "id": "a", "query": "otter", "history": 1_000}
    seen: list[dict[str, int]] = []
    for client in (plain, strict):
        client.send(json.dumps(request))
        have: dict[str, int] = {}
        seen.append(have)
        while not (received := json.loads(client.recv(timeout=20))).get("done"):
            take(have, received)
        assert len(have) == 400
    product.feed(*[product.post("otter " * 500, 400 + number) for number in range(300)])
    product.feed(*[product.post("no more", number, version=NEWER) for number in range(400)])
    product.feed(*[product.deletion(400 + number) for number in range(299)])
    for client, have in zip((plain, strict), seen, strict=True):
        while have != {"demo:699": 1}:
            take(have, json.loads(client.recv(timeout=20)))
        client.close()


def take(have: dict[str, int], received: dict[str, Any]) -> None:
    """Apply a frame: ids and versions."""
    have.update(
        {post["id"]: post["version"] for post in received["posts"]} if received["type"] in ("history", "posts") else {}
    )
    for post_id, _version in received["posts"] if received["type"] == "gone" else ():
        have.pop(post_id, None)
    for post_id in received.get("ids", ()):
        have.pop(post_id, None)


def test_lists_without_posts_come_in_as_many_messages_as_their_size_wants() -> None:
    retracted = [(f"mastodon:{'host' * 10}.example/{number}", number) for number in range(5_000)]
    deleted = [post_id for post_id, _ in retracted]
    for message, name, items in ((Gone("k", retracted), "posts", retracted), (Deleted(deleted), "ids", deleted)):
        received = frames(message)
        assert max(len(frame.payload) for frame in received) <= MAX_FRAME_BYTES
        assert len(received) < 20
        decoded = [json.loads(frame.payload) for frame in received]
        for one in decoded:
            valid(one)
        assert [tuple(item) if name == "posts" else item for one in decoded for item in one[name]] == items
    assert json.loads(frames(Deleted([]))[0].payload) == {"type": "deleted", "ids": []}


def test_live_frames_are_bounded_and_none_has_a_later_after_than_its_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    unused: Any = None
    broadcaster = Broadcaster((), LeaseClock())
    search = LiveSearch(parse("otter"), "t:live")
    sent: list[Frame] = []
    search.watchers[Client("", 0, on_full=unused, on_end=unused)] = 1
    monkeypatch.setattr(Client, "send", lambda _client, frame: sent.append(frame))
    for number in range(5):
        broadcaster.add(search, number, b'"%s"' % (b"%d" % number * 14_000))
    broadcaster.add(search, 5, b'"%s"' % (b"5" * 50_000))
    broadcaster.flush()
    (bundle,) = sent
    received = [json.loads(frame.payload) for frame in parts_of(bundle)]
    assert [(one["after"], [post[0] for post in one["posts"]]) for one in received] == [
        (1, ["0", "1"]), (3, ["2", "3"]), (4, ["4"]), (5, ["5"]),
    ]  # fmt: skip
    assert [payload for _, payload in frames_of(bundle.socket)] == [frame.payload for frame in parts_of(bundle)]


def test_a_search_that_cannot_be_parsed_is_refused_with_the_position(server: Server) -> None:
    browser = Browser(server.port)
    browser.subscribe("a", "cats re:zero")
    received = browser.until(lambda: browser.of("error"))[0]
    assert received["id"] == "a"
    assert received["error"]["code"] == "unknown_operator"
    assert received["error"]["position"] == 5
    valid(received)
