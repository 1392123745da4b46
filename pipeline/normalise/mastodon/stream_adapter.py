"""Mastodon streaming adapter: turns stream events, as JSON or as lines of server-sent events, into posts and deletions.

New and edited statuses pass to `status_adapter.py`; events about anything else become notices. A `delete` event names
the status by its id on the server that sent it. That is the post's own id only for a status written on that server. For
others, the event must carry the status's `uri` (see `MastodonStreamEvent`).
"""

from __future__ import annotations

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.mastodon.status_adapter import Observation, observed_events
from pipeline.normalise.mastodon.status_ids import checked_id, id_from_uri, is_local_number
from pipeline.normalise.mastodon.wire import MastodonStreamEvent, decode_event, decode_status
from pipeline.post import Deletion, Event, Notice

_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def stream_events(event: MastodonStreamEvent, raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return the events of one event of a stream.

    Raises:
        RecordError: its payload cannot be read.
    """
    payload = bytes(event.payload).strip()
    if payload.startswith(b'"'):
        payload = msgspec.json.decode(payload, type=str).encode()
    observation = Observation(received_at, instance, domain=event.account_domain or "")
    return _events(event.event, payload, event.uri, raw, observation)


def event_stream_events(raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return the events of some lines of a server-sent event stream.

    The lines are `event: …` and `data: …`, with a blank line between two events. The kind of a lone `data:` line is
    derived from what it holds: a status, or the id of a deleted one.

    Raises:
        RecordError: a payload cannot be read.
    """
    found: list[Event] = []
    name, data = "", []
    for line in [*raw.replace(b"\r\n", b"\n").split(b"\n"), b""]:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event" and value:
            name = value.decode(errors="replace").strip()
        elif field == b"data" and value:
            data.append(value)
        elif not line and data:
            payload = b"\n".join(data).strip()
            if payload.startswith((b'{"event":', b'{"stream":')):
                found += stream_events(decode_event(payload), raw, received_at, instance)
            else:
                kind = name or _kind_of_payload(payload)
                found += _events(kind, payload, None, raw, Observation(received_at, instance))
            name, data = "", []
    return found


def _kind_of_payload(payload: bytes) -> str:
    if payload.isdigit():
        return "delete"
    return "update" if {"account", "content"} <= _decode_object(payload).keys() else "something without a name"


def _events(name: str, payload: bytes, uri: str | None, raw: bytes, observation: Observation) -> list[Event]:
    if name in ("update", "status.update"):
        return observed_events(decode_status(payload), raw, observation)
    if name == "delete":
        return [_deletion(payload.decode(errors="replace").strip('" '), uri, observation)]
    return [Notice("mastodon", "info", name[:100])]  # conversation, notification, announcement, filters_changed, …


def _deletion(number: str, uri: str | None, observation: Observation) -> Event:
    if uri:
        return Deletion(f"mastodon:{checked_id(id_from_uri(uri))}", observation.received_at)
    if not is_local_number(number):
        raise RecordError(f"Mastodon delete without a usable id: {number[:40]!r}")
    if not observation.instance:
        return Notice("mastodon", "warning", f"delete of {number} on a server that is not named")
    return Deletion(f"mastodon:{observation.instance.lower()}/{number}", observation.received_at)
