"""Mastodon streaming adapter: turns stream events, as JSON or as lines of server-sent events, into posts and deletions.

New and edited statuses pass `consent.py` and then `status_adapter.py`; events about anything else become notices. A
`delete` event names the status by its id on the server that sent it. That is the post's own id only for a status
written on that server. For others, the event must carry the status's `uri` (see `MastodonStreamEvent`).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.mastodon.consent import consented_status
from pipeline.normalise.mastodon.status_adapter import OPTED_OUT, Observation, observed_events
from pipeline.normalise.mastodon.status_ids import checked_id, id_from_uri, is_local_number
from pipeline.normalise.mastodon.wire import MastodonStatus, MastodonStreamEvent, decode_event, decode_status
from pipeline.post import Deletion, Event, Notice


class _StatusName(msgspec.Struct):
    id: str | int = ""
    uri: str | None = None
    url: str | None = None


_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_name = msgspec.json.Decoder(_StatusName).decode
_encode = msgspec.json.Encoder().encode


def stream_events(
    event: MastodonStreamEvent, raw: bytes, received_at: int, instance: str, *, consent: bool = True
) -> list[Event]:
    """Return the events of one event of a stream. With `consent`, authors who opted out of being found are left out.

    Raises:
        RecordError: its payload cannot be read.
    """
    payload = bytes(event.payload).strip()
    if payload.startswith(b'"'):
        payload = msgspec.json.decode(payload, type=str).encode()
    observation = Observation(received_at, instance, domain=event.account_domain or "")
    return _events(event.event, payload, event.uri, raw, observation, consent=consent)


def event_stream_events(raw: bytes, received_at: int, instance: str, *, consent: bool = True) -> list[Event]:
    """Return the events of some lines of a server-sent event stream.

    The lines are `event: …` and `data: …`, with a blank line between two events. The kind of a lone `data:` line is
    derived from what it holds: a status, or the id of a deleted one. Each post is kept with its own event alone.

    Raises:
        RecordError: a payload cannot be read.
    """
    found: list[Event] = []
    for name, payload in _lines_events(raw):
        if payload.startswith((b'{"event":', b'{"stream":')):
            found += stream_events(decode_event(payload), payload, received_at, instance, consent=consent)
        else:
            kind = name or kind_of_payload(payload)
            part = _encode({"event": kind, "payload": payload.decode(errors="replace")})
            found += _events(kind, payload, None, part, Observation(received_at, instance), consent=consent)
    return found


def _lines_events(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name ("": none) and data of each event in lines of an event stream."""
    name, data = "", []
    for line in [*raw.replace(b"\r\n", b"\n").split(b"\n"), b""]:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event" and value:
            name = value.decode(errors="replace").strip()
        elif field == b"data" and value:
            data.append(value)
        elif not line and data:
            yield name, b"\n".join(data).strip()
            name, data = "", []


def kind_of_payload(payload: bytes) -> str:
    """Return the name of an event that came without one, by its data: a status, or the id of a deleted one.

    Raises:
        msgspec.MsgspecError: the data is neither an id nor a JSON object.
    """
    if payload.isdigit():
        return "delete"
    return "update" if {"account", "content"} <= _decode_object(payload).keys() else "something without a name"


def _events(
    name: str, payload: bytes, uri: str | None, raw: bytes, observation: Observation, *, consent: bool
) -> list[Event]:
    if name == "message" and (payload.startswith(b"{") or payload.isdigit()):
        name = kind_of_payload(payload)  # what a server-sent event without a name is called
    if name in ("update", "status.update"):
        if name == "status.update":  # its counts and the state of its quote are those of now, also without an edit
            observation.observed_at = observation.received_at
        kept = consented_status(payload) if consent else payload
        if kept is None:
            return [_edit_without_consent(payload, observation)] if name == "status.update" else [OPTED_OUT]
        if kept is not payload:
            raw = _encode({"event": name, "payload": msgspec.Raw(kept), "account_domain": observation.domain or None})
        return observed_events(_as_streamed(decode_status(kept)), raw, observation)
    if name == "delete":
        return [_deletion(payload.decode(errors="replace").strip('" '), uri, observation)]
    return [Notice("mastodon", "info", name[:100])]  # conversation, notification, announcement, filters_changed, …


def _as_streamed(status: MastodonStatus) -> MastodonStatus:
    """Return a status with unknown numbers instead of zeros: an event has those of the moment when it was sent, which
    for a new status is its first second. An original inside keeps its own."""
    status.replies_count = status.replies_count or None
    status.reblogs_count = status.reblogs_count or None
    status.favourites_count = status.favourites_count or None
    status.quotes_count = status.quotes_count or None
    options = (status.poll.options or []) if status.poll is not None else []
    if not any(option.votes_count for option in options):
        for option in options:
            option.votes_count = None
    return status


def _edit_without_consent(payload: bytes, observation: Observation) -> Event:
    """Return the deletion of a status whose author opted out with, or before, this edit."""
    named = _decode_name(payload)
    uri = named.uri or named.url or ""
    return _deletion(str(named.id), uri if id_from_uri(uri) else None, observation)


def _deletion(number: str, uri: str | None, observation: Observation) -> Event:
    if uri:
        return Deletion(f"mastodon:{checked_id(id_from_uri(uri))}", observation.received_at)
    if not is_local_number(number):
        raise RecordError(f"Mastodon delete without a usable id: {number[:40]!r}")
    if not observation.instance:
        return Notice("mastodon", "warning", f"delete of {number} on a server that is not named")
    return Deletion(f"mastodon:{observation.instance.lower()}/{number}", observation.received_at)
