"""Recorded events of Bluesky: brings Jetstream's first wire, Tap's events and other recorders' forms into today's form.

Jetstream's first wire (until September 2024) says `"type":"com"` for a commit, "acc" for an account, and "c", "u", "d"
for what a commit does. Tap (indigo `cmd/tap`, June 2026) puts a record or an identity beside a number and has no time:
the time of the repository's revision stands for it. Recorders write `time_us` as text, or a time in ISO 8601 in `time`.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise.bluesky.jetstream_wire import (
    JetstreamAccount,
    JetstreamCommit,
    JetstreamEvent,
    JetstreamIdentity,
    decode_event,
)
from pipeline.normalise.bluesky.record_ids import tid_us
from pipeline.normalise.timestamps import iso_to_ms

FIRST_EVENT_US = 1_640_995_200_000_000
"""Time (µs) before which no event of Bluesky can lie: the beginning of 2022."""

_KINDS = {"com": "commit", "acc": "account", "id": "identity"}
_OPERATIONS = {"c": "create", "u": "update", "d": "delete"}


class TapRecord(msgspec.Struct):
    """A change of a record. `live` is false for one that Tap read from the whole repository."""

    did: str
    live: bool = True
    rev: str = ""
    collection: str = ""
    rkey: str = ""
    action: str = ""
    record: Raw = msgspec.field(default_factory=Raw)


class TapIdentity(msgspec.Struct):
    """The state of an account, by the name of its field in Tap's code and in its documentation."""

    did: str
    handle: str | None = None
    is_active: bool | None = None
    isActive: bool | None = None  # noqa: N815 - Tap's documentation has this name
    status: str | None = None


class TapEvent(msgspec.Struct):
    """One event of Tap."""

    record: TapRecord | None = None
    identity: TapIdentity | None = None


decode_tap = msgspec.json.Decoder(TapEvent).decode
_decode_lax = msgspec.json.Decoder(JetstreamEvent, strict=False).decode


def recorded_event(raw: bytes) -> JetstreamEvent:
    """Return a recorded event of Jetstream in today's form.

    Raises:
        msgspec.MsgspecError: it cannot be decoded.
        RecordError: it is no such event.
    """
    try:
        event = decode_event(raw)
    except msgspec.ValidationError:
        event = _decode_lax(raw)  # numbers as texts
    event.kind = event.kind or _KINDS.get(event.type, event.type)
    if not event.kind and event.commit is None:
        raise RecordError(
            "no known format: a record of Bluesky without kind or commit; the nearest is Jetstream's event"
        )
    if event.commit is not None and not event.commit.operation:
        event.commit.operation = _OPERATIONS.get(event.commit.type, event.commit.type)
    if event.time_us is None or event.time_us < FIRST_EVENT_US:
        event.time_us = _stated_us(event)
    return event


def _stated_us(event: JetstreamEvent) -> int | None:
    """Return the time (µs) that an event states elsewhere: in `time`, or in the revision of its commit."""
    at_ms = iso_to_ms(event.time) if isinstance(event.time, str) else None
    if at_ms is not None:
        return at_ms * 1000
    return tid_us(event.commit.rev) if event.commit is not None else None


def tap_events(event: TapEvent) -> list[JetstreamEvent]:
    """Return an event of Tap as Jetstream's: of an identity its account and its handle.

    A record that Tap read from a whole repository has the time of its key: when it was written is not known otherwise.
    """
    record, identity = event.record, event.identity
    if record is not None:
        by_key = not record.live and tid_us(record.rkey) is not None
        revision = record.rkey if by_key else record.rev
        commit = JetstreamCommit(record.action, record.collection, record.rkey, revision, record.record)
        return [JetstreamEvent(record.did, tid_us(revision), "commit", commit)]
    if identity is not None:
        active = identity.is_active if identity.is_active is not None else identity.isActive
        status = None if identity.status == "active" else identity.status
        state = JetstreamAccount(active is not False, status, identity.did)
        return [
            JetstreamEvent(identity.did, None, "account", account=state),
            JetstreamEvent(identity.did, None, "identity", identity=JetstreamIdentity(identity.handle)),
        ]
    return []
