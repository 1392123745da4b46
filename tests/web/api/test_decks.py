"""The routes of decks: revisions and conflicts, who may write, bounds, and what followers are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from pipeline.decks.deck_notice import deck_notice
from tests.web.browser import Browser
from tests.web.conftest import Answer, Product, Server, make_product
from tests.web.live.events import Events

DECK = {"version": 1, "title": "Harbour", "columns": [{"id": "a", "query": "storm"}]}


def _send(server: Server, method: str, path: str, value: Any = None, **headers: str) -> Answer:
    body = None if value is None else msgspec.json.encode(value)
    return server.ask(method, path, body, Content_Type="application/json", **headers)


def _made(server: Server, deck_id: str) -> int:
    made = _send(server, "PUT", f"/api/decks/{deck_id}", {"revision": None, "deck": DECK})
    assert made.status == 200
    return int(made.json["revision"])


def test_a_deck_is_made_saved_and_deleted_by_revision(server: Server) -> None:
    path = "/api/decks/by-revision"
    missing = server.get(path)
    assert (missing.status, missing.json["error"]["code"]) == (404, "not_found")
    made = _send(server, "PUT", path, {"revision": None, "deck": DECK})
    assert (made.status, made.json["revision"]) == (200, 1)
    whole = server.get(path).json
    assert (whole["id"], whole["revision"], whole["read"], whole["pins"]) == ("by-revision", 1, {}, {})
    assert whole["changed_at"] == made.json["changed_at"]
    other = {**DECK, "title": "Pier"}
    assert _send(server, "PUT", path, {"revision": 1, "deck": other}).json["revision"] == 2
    conflict = _send(server, "PUT", path, {"revision": 1, "deck": DECK})
    assert (conflict.status, conflict.json["error"]["code"]) == (409, "deck_conflict")
    assert conflict.json["current"] == server.get(path).json
    assert conflict.json["current"]["deck"]["title"] == "Pier"
    listed = {one["id"]: one for one in server.get("/api/decks").json["decks"]}
    assert listed["by-revision"].items() >= {"title": "Pier", "revision": 2, "columns": 1}.items()
    assert _send(server, "DELETE", path, {"revision": 1}).status == 409
    assert _send(server, "DELETE", path).status == 200
    assert server.get(path).status == 404
    late = _send(server, "PUT", path, {"revision": 2, "deck": DECK})
    assert (late.status, late.json["current"]) == (409, None)


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("/api/decks/Bad!", {"revision": None, "deck": DECK}, "The id of a deck"),
        ("/api/decks/x", {"revision": "1", "deck": DECK}, "revision must be"),
        ("/api/decks/x", {"revision": None}, "A deck is a JSON object."),
        ("/api/decks/x", {"deck": {**DECK, "columns": [{"id": "a"}]}}, "columns[0]: Object missing"),
        ("/api/decks/x", [], "The body must be a JSON object"),
        ("/api/decks/kept/read", {"read": {"a": "1"}}, "read: "),
        ("/api/decks/kept/pins/demo:1", {"note": 7}, "note: Expected"),
    ],
)
def test_a_wrong_request_names_its_fault(server: Server, path: str, body: Any, fault: str) -> None:
    refused = _send(server, "PUT", path, body)
    assert refused.status == 400
    assert refused.json["error"]["message"].startswith(fault)


def test_bodies_and_decks_are_bounded(server: Server) -> None:
    words = {"words": [f"{n:03}" + "x" * 190 for n in range(200)]}
    columns = [{"id": f"c{n}", "query": "*", "mutes": words} for n in range(2)]
    for value in ({"deck": {**DECK, "columns": columns}}, {"deck": DECK, "more": "x" * 100_000}):
        refused = _send(server, "PUT", "/api/decks/large", value)
        assert (refused.status, refused.json["error"]["code"]) == (413, "too_large")


def test_markers_merge_and_pins_follow_their_posts(shared: Product, server: Server) -> None:
    _made(server, "desk")
    odd = "demo:https://example.org/@ada//1?x=1#top"
    shared.feed(shared.post("a pier"), {**shared.post("a mole"), "id": odd})
    assert _send(server, "PUT", "/api/decks/desk/read", {"read": {"a": 9}}).json == {"read": {"a": 9}}
    assert _send(server, "PUT", "/api/decks/desk/read", {"read": {"a": 4, "b": 1}}).json == {"read": {"a": 9, "b": 1}}
    pin = _send(server, "PUT", f"/api/decks/desk/pins/{quote(odd, safe='')}", {"note": "call"})
    assert pin.json.items() >= {"note": "call", "handled": False, "pinned": True, "gone_at": None}.items()
    assert server.get("/api/decks/desk").json["pins"] == {odd: pin.json}
    assert _send(server, "PUT", "/api/decks/desk/pins/demo:99999", {}).status == 404
    assert _send(server, "PUT", "/api/decks/none/pins/demo:1", {}).status == 404
    assert _send(server, "DELETE", f"/api/decks/desk/pins/{quote(odd, safe='')}").status == 200
    assert server.get("/api/decks/desk").json["pins"] == {}


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"X_Forwarded_For": "198.51.100.7"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Origin": "http://127.0.0.1:{port}"}, True),
        ({"Authorization": "Bearer other"}, True),
    ],
)
def test_only_the_own_page_or_a_program_of_this_machine_writes(
    server: Server, headers: dict[str, str], allowed: bool
) -> None:
    sent = {name: value.format(port=server.port) for name, value in headers.items()}
    for method, path, body in (
        ("PUT", "/api/decks/mine", {"deck": DECK, "revision": 10**6}),
        ("DELETE", "/api/decks/mine", None),
        ("PUT", "/api/decks/mine/read", {"read": {}}),
        ("PUT", "/api/decks/mine/pins/demo:1", {}),
        ("DELETE", "/api/decks/mine/pins/demo:1", None),
    ):
        answer = _send(server, method, path, body, **sent)
        assert (answer.json["error"]["code"] != "bad_origin") is allowed, (method, path, answer.body)
        assert answer.status in ((404, 409) if allowed else (403,))


@pytest.fixture(scope="module")
def guarded(valkey_server: str) -> Iterator[Server]:
    for product in make_product(valkey_server, ACCESS_TOKEN="open", SECRET_KEY="s" * 32):
        yield product.serve()


def test_with_an_access_token_the_sign_in_is_needed_and_other_pages_stay_out(guarded: Server) -> None:
    path, body = "/api/decks/mine", {"deck": DECK}
    own = {"Origin": f"http://127.0.0.1:{guarded.port}"}
    assert _send(guarded, "PUT", path, body, **own).json["error"]["code"] == "signed_out"
    signed = guarded.ask("POST", "/login", b"access_token=open", Content_Type="application/x-www-form-urlencoded")
    cookie = signed.headers["Set-Cookie"].split(";")[0]
    assert _send(guarded, "PUT", path, body, Cookie=cookie, Origin="http://evil.example").status == 403
    assert _send(guarded, "PUT", path, body, Cookie=cookie, **own).status == 200
    assert _send(guarded, "DELETE", path, Authorization="Bearer open").status == 200
    assert guarded.get("/api/decks").status == 401


def _decks(browser: Browser) -> list[tuple[str, int, str]]:
    """Return the changes with a revision. Frames without one come more than once where the process just connected."""
    found = [(one["deck"], one["revision"], one["part"]) for one in browser.frames if one["type"] == "deck"]
    return [one for one in found if one[1]]


def _hears(browser: Browser, shared: Product) -> bool:
    """Publish a tick, and tell whether one was received: from then on the process hears every notice."""
    shared.tick(indexed=4_242)
    return any(one.get("indexed") == 4_242 for one in browser.frames)


def test_who_follows_a_deck_is_told_of_each_change_by_every_process(shared: Product, server: Server) -> None:
    first = _made(server, "followed")
    other = shared.serve()
    socket, stream = Browser(other.port), Events(other.port, "deck=followed")
    socket.send({"type": "follow", "deck": "followed"})
    socket.until(lambda: any(one["type"] == "deck" and one["revision"] == 0 for one in socket.frames))
    socket.until(lambda: _hears(socket, shared))
    shared.feed(shared.post("a quay", 4_001))
    _send(server, "PUT", "/api/decks/followed", {"revision": first, "deck": {**DECK, "title": "Quay"}})
    _send(server, "PUT", "/api/decks/followed/read", {"read": {"a": 9}})
    _send(server, "PUT", "/api/decks/followed/read", {"read": {"a": 9}})
    _send(server, "PUT", "/api/decks/followed/pins/demo:4001", {})
    shared.process.order.announce(deck_notice("another", 1, "columns"))
    _send(server, "DELETE", "/api/decks/followed")
    told = [("followed", first + 1, part) for part in ("columns", "read", "pins", "deleted")]
    socket.until(lambda: _decks(socket) == told)
    heard: list[tuple[str, int, str]] = []
    while len(heard) < 4:
        kind, data = stream.next()
        if kind == "deck" and data["revision"]:
            heard.append((str(data["deck"]), int(str(data["revision"])), str(data["part"])))
    assert heard == told
    socket.send({"type": "unfollow", "deck": "followed"})
    socket.send({"type": "follow", "deck": "Bad!"})
    socket.until(lambda: any(one["type"] == "error" for one in socket.frames))
    _made(server, "followed")
    for number in range(9):
        socket.send({"type": "follow", "deck": f"deck-{number}"})
    socket.until(lambda: any(one.get("error", {}).get("code") == "too_many_decks" for one in socket.frames))
    assert [one for one in _decks(socket)[4:] if one[0] == "followed"] == []
    stream.close()
    socket.drop()
    assert server.get("/api/stream?deck=Bad!").status == 400
