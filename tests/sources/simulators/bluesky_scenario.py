"""Bluesky scenario: generated authors write, delete and answer, and two servers publish that with faults now and
then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.generated_posts import generated
from tests.sources.simulators.jetstream import Jetstream, commit, say, stall

RATE = 4.0
HELD = 20_000


def begin(stack: ExitStack, ending: threading.Event) -> tuple[dict[str, str], Iterator[Callable[[], str]]]:
    """Start the servers; return the settings that lead to them, and the faults."""
    servers = [stack.enter_context(Jetstream()) for _ in range(2)]
    api = stack.enter_context(BlueskyApi())
    threading.Thread(target=_write, args=(servers, api, ending), daemon=True).start()
    settings = {
        "SOURCE": "bluesky",
        "BLUESKY_URL": ",".join(server.url for server in servers),
        "BLUESKY_API": api.url,
    }
    return settings, (partial(trouble, servers) for trouble in TROUBLES)


def _hang_up(servers: list[Jetstream]) -> str:
    for server in servers:
        server.drop()
    return "both servers hung up in mid-message; the reader goes on at its cursor"


def _break_down(servers: list[Jetstream]) -> str:
    for server in servers:
        server.refusals.extend([(503, {}, b"bootstrapping")] * 2)
        server.drop()
    return "both servers answer 503 twice; the reader tries them in turn"


def _ask_for_patience(servers: list[Jetstream]) -> str:
    for server in servers:
        server.refusals.append((429, {"Retry-After": "5"}, b"slow down"))
        server.drop()
    return "both servers answer 429 and want 5 seconds; the reader waits"


def _tear(servers: list[Jetstream]) -> str:
    for server in servers:
        server.faults.append(say(b'{"did":"did:plc:torn","time_us":17', b"\xff\xfe\x00"))
        server.drop()
    return "a torn message and one of broken bytes; both are set aside"


def _forget(servers: list[Jetstream]) -> str:
    for server in servers:
        server.floor_us = int(time.time() * 1e6) + 3_000_000
        server.drop()
    return "both servers lost their events; the time between is reported as a gap"


def _fall_silent(servers: list[Jetstream]) -> str:
    for server in servers:
        server.faults.append(stall)
    for server in servers:
        server.drop()
    return "the next server sends nothing more; after 45 s of silence the reader turns to the other"


def _let_be(servers: list[Jetstream]) -> str:
    return "nothing new: the silence is waited out"


TROUBLES = (_hang_up, _tear, _break_down, _ask_for_patience, _forget, _fall_silent, _let_be, _let_be, _let_be)


def _write(servers: list[Jetstream], api: BlueskyApi, ending: threading.Event) -> None:
    """Publish the generated posts as events of Bluesky."""
    dids: dict[str, str] = {}
    for one in generated(RATE, ending):
        event = _event(one, dids, api)
        for server in servers:
            if event is not None:
                server.publish(event)
            if len(server.held) > HELD:
                server.forget(HELD // 2)


def _event(post: dict[str, Any], dids: dict[str, str], api: BlueskyApi) -> dict[str, Any] | None:
    at = int(time.time() * 1e6)
    rkey = post["id"].replace(":", "_")
    if post["kind"] == "delete":
        did = dids.get(post["id"])
        return commit(at, did=did, rkey=rkey, operation="delete") if did else None
    if post.get("repost_of") or not post.get("text"):
        return None
    author = post["author"]
    did = f"did:plc:{author['handle'].lower()}"
    dids[post["id"]] = did
    if did not in api.accounts:
        api.know(
            did,
            f"{author['handle'].lower()}.example",
            displayName=author.get("name"),
            description=author.get("bio"),
            followersCount=author.get("followers"),
        )
    more: dict[str, Any] = {"langs": [post["lang"]] if post.get("lang") else []}
    answered = (post.get("reply_to") or {}).get("id", "")
    if answered in dids:
        uri = f"at://{dids[answered]}/app.bsky.feed.post/{answered.replace(':', '_')}"
        more["reply"] = {"parent": {"uri": uri, "cid": "c"}, "root": {"uri": uri, "cid": "c"}}
    return commit(at, post["text"], did=did, rkey=rkey, **more)
