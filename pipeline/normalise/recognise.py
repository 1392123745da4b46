"""Which format a raw record is in, decided by the record itself; then its adapter. No field of a post is decided here.

The wires that come by the thousand are known by a few bytes and decoded once; anything else is probed: one pass that
notes which names stand at the top, without reading what is under them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise import (
    canonical,
    jetstream,
    jetstream_wire,
    mastodon,
    mastodon_wire,
    repair,
    x_control,
    x_legacy,
    x_legacy_wire,
    x_v2,
    x_v2_wire,
)
from pipeline.post import Event, Notice, Upsert

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)
"""All that decoding bytes from outside may raise (ValueError: broken UTF-8)."""

_EVENT_STREAM = (b"event:", b"data:", b":", b"id:", b"retry:")

_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode


def normalise(raw: bytes, source: str, received_at: int, instance: str = "") -> list[Event]:  # noqa: ARG001 - a hint none of the formats needs so far
    """Return what a raw record says, in order: originals before the posts that carry them; [] where it says nothing.

    `source` (the setting's name) and `instance` (a server) are hints; each record's format is recognised by itself.
    `received_at` is in ms UTC.

    Raises:
        RecordError: the record cannot be read; the message is the reason.
    """
    try:
        return _read(raw, received_at, instance)
    except _MALFORMED as error:
        mended = repair.without_lone_surrogates(raw)
        if mended is None:
            raise RecordError(_reason(raw, error)) from error
    try:
        return _read(mended, received_at, instance)
    except _MALFORMED as error:
        raise RecordError(_reason(raw, error)) from error


def _reason(raw: bytes, error: Exception) -> str:
    if not raw.lstrip().startswith((b"{", b"[", *_EVENT_STREAM)):
        return f"no JSON and no event stream: {raw[:40]!r}"
    return f"malformed: {error}"[:500]


def _read(raw: bytes, received_at: int, instance: str) -> list[Event]:
    for lead, read in _LEADS:
        if raw.startswith(lead):
            return read(raw, received_at, instance)
    if raw.startswith(b"{") and b'"screen_name":' in raw:
        status = x_legacy_wire.decode_status(raw)
        if status.user is not None and status.created_at is not None:
            return x_legacy.events(status, raw, received_at)
    stripped = raw.strip()
    if stripped.startswith(_EVENT_STREAM):
        return mastodon.body_events(raw, received_at, instance)
    if stripped.startswith(b"["):
        return _listed(_decode_list(stripped), received_at, instance)
    return _probed(raw, received_at, instance) if stripped else []  # an empty line keeps a connection alive


def _probed(raw: bytes, received_at: int, instance: str) -> list[Event]:
    record = _decode_object(raw)
    for needed, read in _NEEDED:
        if record.keys() >= needed:
            return read(raw, received_at, instance)
    if "statuses" in record:
        return _listed(_decode_list(record["statuses"]), received_at, instance)
    if "for_user" in record and "message" in record:
        return _read(bytes(record["message"]), received_at, instance)
    for name in record:
        if name in x_control.NAMES:
            return x_control.events(name, record[name], received_at)
    raise RecordError(f"no known format: {', '.join(list(record)[:8]) or 'an empty object'}"[:200])


def _canonical(raw: bytes, received_at: int, _: str) -> list[Event]:
    return canonical.events(canonical.decode_record(raw), raw, received_at)


def _jetstream(raw: bytes, received_at: int, _: str) -> list[Event]:
    return jetstream.events(jetstream_wire.decode_event(raw), raw, received_at)


def _jetstream_frame(raw: bytes, received_at: int, _: str) -> list[Event]:
    return jetstream.frame_events(jetstream_wire.decode_frame(raw), raw, received_at)


def _x_v2(raw: bytes, received_at: int, _: str) -> list[Event]:
    return x_v2.events(x_v2_wire.decode_envelope(raw), raw, received_at)


def _x_v2_flat(raw: bytes, received_at: int, _: str) -> list[Event]:
    return x_v2.flat_events(x_v2_wire.decode_tweet(raw), raw, received_at)


def _x_legacy(raw: bytes, received_at: int, _: str) -> list[Event]:
    return x_legacy.events(x_legacy_wire.decode_status(raw), raw, received_at)


def _mastodon_event(raw: bytes, received_at: int, instance: str) -> list[Event]:
    return mastodon.stream_events(mastodon_wire.decode_event(raw), raw, received_at, instance)


def _mastodon_status(raw: bytes, received_at: int, instance: str) -> list[Event]:
    return mastodon.status_events(mastodon_wire.decode_status(raw), raw, received_at, instance)


_Reader = Callable[[bytes, int, str], list[Event]]

_LEADS: tuple[tuple[bytes, _Reader], ...] = (
    (b'{"murmur":', _canonical),
    (b'{"did":', _jetstream),
    (b'{"$type":"message"', _jetstream_frame),
    (b'{"data":', _x_v2),
)
"""How records of the busiest wires begin."""

_NEEDED: tuple[tuple[frozenset[str], _Reader], ...] = (
    (frozenset({"murmur"}), _canonical),
    (frozenset({"version", "received_at", "author"}), _canonical),
    (frozenset({"did", "commit"}), _jetstream),
    (frozenset({"did", "kind"}), _jetstream),
    (frozenset({"$type", "payload"}), _jetstream_frame),
    (frozenset({"$type", "error"}), _jetstream_frame),
    (frozenset({"event", "payload"}), _mastodon_event),
    (frozenset({"event", "stream"}), _mastodon_event),
    (frozenset({"account", "content"}), _mastodon_status),
    (frozenset({"user", "created_at"}), _x_legacy),
    (frozenset({"data"}), _x_v2),
    (frozenset({"includes"}), _x_v2),
    (frozenset({"errors"}), _x_v2),
    (frozenset({"meta"}), _x_v2),
    (frozenset({"title", "type"}), _x_v2),
    (frozenset({"id", "text"}), _x_v2_flat),
)
"""Names that must stand at the top for each format, the surer first."""


def _listed(items: list[Raw], received_at: int, instance: str) -> list[Event]:
    """Return the events of a list of records, as REST calls answer; one that cannot be read costs no other."""
    found: list[Event] = []
    troubles: list[str] = []
    for item in items:
        part = bytes(item).strip()
        try:
            if part.startswith(b"["):
                raise RecordError("no known format: a list of lists")
            found += _read(part, received_at, instance)
        except (RecordError, *_MALFORMED) as error:
            troubles.append(str(error))
    if troubles and len(troubles) == len(items):
        raise RecordError(f"a list without a readable record: {troubles[0]}"[:500])
    network = next((event.post.source for event in found if isinstance(event, Upsert)), "")
    return [*found, *(Notice(network, "warning", f"one of a list cannot be read: {one}"[:300]) for one in troubles)]
