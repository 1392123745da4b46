"""X scenario: generated authors write and delete, and an API delivers what the rules match, with faults now and then.

`TRACK` may be set, to `searches` as well; otherwise a few words are tracked.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.sources.simulators.generated_posts import generated
from tests.sources.simulators.x import TOKEN, XApi, operational_disconnect, post, say, say_and_close, stall

RATE = 30.0
HELD = 20_000
TRACK = "rain OR train OR coffee OR starlings OR lighthouse OR harbour OR football OR bread OR cat OR night"


def begin(stack: ExitStack, ending: threading.Event) -> tuple[dict[str, str], Iterator[Callable[[], str]]]:
    """Start the API; return the settings that lead to it, and the faults."""
    api = stack.enter_context(XApi(cap=25))
    api.matching = api.one_at_a_time = True
    api.hold("somebody else's rule", "theirs")
    threading.Thread(target=_write, args=(api, ending), daemon=True).start()
    settings = {
        "SOURCE": "x",
        "X_BEARER_TOKEN": TOKEN,
        "X_API_URL": api.url,
        "TRACK": os.environ.get("TRACK", TRACK),
    }
    return settings, (partial(trouble, api) for trouble in TROUBLES)


def _hang_up(api: XApi) -> str:
    api.drop()
    return "X hung up within a line; the reader opens the stream anew and tells the gap"


def _tear(api: XApi) -> str:
    api.faults.append(say(b'{"data":{"id":"1","text":"\xff\xfe"}}\r\n', b"not json\r\n"))
    api.drop()
    return "a line of broken bytes and one that is no JSON; both are set aside"


def _disconnect(api: XApi) -> str:
    api.faults.append(say_and_close(operational_disconnect()))
    api.drop()
    return "X says that it disconnects for operational reasons; the reader comes again"


def _ask_for_patience(api: XApi) -> str:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 8), "x-rate-limit-remaining": "0"}
    api.refusals.append((429, reset, b'{"title":"Too Many Requests"}'))
    api.drop()
    return "X answers 429; the reader leaves it alone for a minute, as X asks"


def _break_down(api: XApi) -> str:
    api.refusals.append((503, {}, b"over capacity"))
    api.drop()
    return "X answers 503; the reader waits five seconds"


def _fall_silent(api: XApi) -> str:
    api.faults.append(stall)
    api.drop()
    return "X sends nothing more; after 22 s of silence the reader opens the stream anew"


def _let_be(api: XApi) -> str:
    return f"nothing new; X holds {len(api.rules)} rules: {', '.join(rule['value'] for rule in api.rules)[:200]}"


TROUBLES = (
    _let_be,
    _hang_up,
    _tear,
    _disconnect,
    _break_down,
    _ask_for_patience,
    *[_let_be] * 4,
    _fall_silent,
    _let_be,
)


def _write(api: XApi, ending: threading.Event) -> None:
    """Publish the generated posts as lines of X."""
    numbers: dict[str, str] = {}
    for one in generated(RATE, ending):
        if one["kind"] == "delete":
            api.lookups.posts.pop(numbers.pop(one["id"], ""), None)
        elif one.get("text") and not one.get("repost_of"):
            envelope = _envelope(len(numbers) + 1, one, numbers)
            numbers[one["id"]] = envelope["data"]["id"]
            api.publish(envelope)
        while len(numbers) > HELD:
            numbers.pop(next(iter(numbers)))


def _envelope(number: int, one: dict[str, Any], numbers: dict[str, str]) -> dict[str, Any]:
    author = one["author"]
    user = {
        "id": str(sum(map(ord, author["handle"])) * 1000 + len(author["handle"])),
        "username": author["handle"][:15],
        "name": author.get("name", ""),
        "description": author.get("bio", ""),
        "public_metrics": {"followers_count": author.get("followers") or 0},
    }
    more: dict[str, Any] = {"lang": one["lang"]} if one.get("lang") else {}
    answered = numbers.get((one.get("reply_to") or {}).get("id", ""))
    if answered:
        more["referenced_tweets"] = [{"type": "replied_to", "id": answered}]
    return post(number, one["text"], user=user, data=more)
