"""Mastodon streaming events: as a socket carries them, and recorded bodies of server-sent events.

Shapes: docs.joinmastodon.org, "Streaming API" (events, the socket's `{"stream":…,"event":…,"payload":"…"}`, server-sent
events with `:thump` heartbeats).
"""

from __future__ import annotations

import json
from typing import Any

from tests.records.drafts import Writer
from tests.records.mastodon_statuses import ERAS, Instance, moment


def events(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Return events as a socket carries them, their payload JSON as text."""
    writer.now_ms = ERAS[1]
    instance = Instance(writer)
    made: list[dict[str, Any]] = []
    for number in range(count):
        status = instance.any()
        drawn = number % 10
        if drawn == 3 and (other := instance.any_public()):
            edited = other | {"edited_at": moment(writer.now_ms), "content": other["content"] + "<p>edited</p>"}
            made.append(_event("status.update", edited))
        elif drawn == 5:
            made.append({"stream": ["public"], "event": "delete", "payload": status["id"]})
        elif drawn == 7:
            name = ("notification", "conversation", "announcement", "announcement.reaction")[number // 10 % 4]
            made.append(_event(name, {"id": str(number), "type": "mention", "created_at": moment(writer.now_ms)}))
        else:
            made.append(_event("update", status))
    return [*made, {"stream": ["user"], "event": "filters_changed"}]


def _event(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return {"stream": ["public"], "event": name, "payload": text}


def body(streamed: list[dict[str, Any]]) -> bytes:
    """Return events as a recorded body of server-sent events, with heartbeats between them."""
    made = [b":)\n"]
    for event in streamed:
        made.append(f"event: {event['event']}\ndata: {event.get('payload', '')}\n\n".encode())
        made.append(b":thump\n")
    return b"".join(made)
