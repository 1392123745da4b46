"""Which format a raw record is in, among those that its label permits; then its adapter. No field of a post is decided
here.

The wires that come by the thousand are known by a few bytes and decoded once; anything else is probed: one pass that
notes which names stand at the top, without reading what is under them. A format that the label does not permit is never
tried, so what a record looks like decides nothing that its source may not say (`source_permissions.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise import murmur_json, surrogate_repair
from pipeline.normalise.bluesky import jetstream_adapter, jetstream_wire
from pipeline.normalise.mastodon import status_adapter, stream_adapter
from pipeline.normalise.mastodon import wire as mastodon_wire
from pipeline.normalise.source_permissions import CANONICAL, JETSTREAM, MASTODON, SourcePermissions, X, permissions_of
from pipeline.normalise.x import stream_messages as x_stream_messages
from pipeline.normalise.x import v1_adapter as x_v1
from pipeline.normalise.x import v1_wire as x_v1_wire
from pipeline.normalise.x import v2_adapter as x_v2
from pipeline.normalise.x import v2_wire as x_v2_wire
from pipeline.post import Event, Notice, Upsert

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)
"""All that decoding bytes from outside may raise (ValueError: broken UTF-8)."""

_EVENT_STREAM = (b"event:", b"data:", b":", b"id:", b"retry:")

_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode


_Reader = Callable[[bytes, int, str, SourcePermissions], list[Event]]


def normalise(raw: bytes, source: str, received_at: int, instance: str = "") -> list[Event]:
    """Return what a raw record says, in order: originals before the posts that carry them; [] where it says nothing.

    `source` is the label of the record's batch and decides which formats are tried and whom the record may speak of;
    `instance` is the server it came from, where the batch names one. `received_at` is in ms UTC.

    Raises:
        RecordError: the record cannot be read, or says what its source may not; the message is the reason.
    """
    grammar = _grammar(source)
    try:
        found = grammar.events(raw, received_at, instance)
        return grammar.permissions.check_events(found, instance) if grammar.checks else found
    except _MALFORMED as error:
        mended = surrogate_repair.without_lone_surrogates(raw)
        if mended is None:
            raise RecordError(_reason(raw, error)) from error
    try:
        found = grammar.events(mended, received_at, instance)
        return grammar.permissions.check_events(found, instance) if grammar.checks else found
    except _MALFORMED as error:
        raise RecordError(_reason(raw, error)) from error


def _reason(raw: bytes, error: Exception) -> str:
    if not raw.lstrip().startswith((b"{", b"[", *_EVENT_STREAM)):
        return f"no JSON and no event stream: {raw[:40]!r}"
    return f"malformed: {error}"[:500]


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The formats that one label permits, the busiest wires (`leads`) by how their records begin."""

    permissions: SourcePermissions
    leads: tuple[tuple[bytes, _Reader], ...]
    needed: tuple[tuple[frozenset[str], _Reader], ...]
    x: bool
    mastodon: bool
    checks: bool

    def events(self, raw: bytes, received_at: int, instance: str) -> list[Event]:
        """Return what a record says, unchecked; raises `RecordError` and any of `_MALFORMED`."""
        for lead, read in self.leads:
            if raw.startswith(lead):
                return read(raw, received_at, instance, self.permissions)
        if self.x and raw.startswith(b"{") and b'"screen_name":' in raw:
            status = x_v1_wire.decode_status(raw)
            if status.user is not None and status.created_at is not None:
                return x_v1.events(status, raw, received_at)
        stripped = raw.strip()
        if stripped.startswith(_EVENT_STREAM):
            if not self.mastodon:
                raise RecordError(f"a record of {self.permissions.label} may not be an event stream")
            return stream_adapter.event_stream_events(raw, received_at, instance)
        if stripped.startswith(b"["):
            return self._listed(_decode_list(stripped), received_at, instance)
        return self._probed(raw, received_at, instance) if stripped else []  # an empty line keeps a connection alive

    def _probed(self, raw: bytes, received_at: int, instance: str) -> list[Event]:
        record = _decode_object(raw)
        for needed, read in self.needed:
            if record.keys() >= needed:
                return read(raw, received_at, instance, self.permissions)
        if "statuses" in record:
            return self._listed(_decode_list(record["statuses"]), received_at, instance)
        if self.x and "for_user" in record and "message" in record:
            return self.events(bytes(record["message"]), received_at, instance)
        for name in record if self.x else ():
            if name in x_stream_messages.MESSAGE_NAMES:
                return x_stream_messages.events(name, record[name], received_at)
        for format_name, needed, _ in _NEEDED:
            if format_name not in self.permissions.formats and record.keys() >= needed:
                raise RecordError(f"a record of {self.permissions.label} may not be in the format {format_name}")
        raise RecordError(f"no known format: {', '.join(list(record)[:8]) or 'an empty object'}"[:200])

    def _listed(self, items: list[Raw], received_at: int, instance: str) -> list[Event]:
        """Return the events of a list of records, as REST calls answer; one that cannot be read costs no other."""
        found: list[Event] = []
        troubles: list[str] = []
        for item in items:
            part = bytes(item).strip()
            try:
                if part.startswith(b"["):
                    raise RecordError("no known format: a list of lists")
                found += self.events(part, received_at, instance)
            except (RecordError, *_MALFORMED) as error:
                troubles.append(str(error))
        if troubles and len(troubles) == len(items):
            raise RecordError(f"a list without a readable record: {troubles[0]}"[:500])
        network = next((event.post.source for event in found if isinstance(event, Upsert)), "")
        return [*found, *(Notice(network, "warning", f"one of a list cannot be read: {one}"[:300]) for one in troubles)]


def _canonical(raw: bytes, received_at: int, _: str, permissions: SourcePermissions) -> list[Event]:
    return murmur_json.events(murmur_json.decode_record(raw), raw, received_at, permissions)


def _jetstream(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return jetstream_adapter.events(jetstream_wire.decode_event(raw), raw, received_at)


def _jetstream_frame(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return jetstream_adapter.frame_events(jetstream_wire.decode_frame(raw), raw, received_at)


def _x_v2(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_v2.events(x_v2_wire.decode_envelope(raw), raw, received_at)


def _x_v2_flat(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_v2.flat_events(x_v2_wire.decode_tweet(raw), raw, received_at)


def _x_v1(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_v1.events(x_v1_wire.decode_status(raw), raw, received_at)


def _mastodon_event(raw: bytes, received_at: int, instance: str, _: SourcePermissions) -> list[Event]:
    return stream_adapter.stream_events(mastodon_wire.decode_event(raw), raw, received_at, instance)


def _mastodon_status(raw: bytes, received_at: int, instance: str, _: SourcePermissions) -> list[Event]:
    return status_adapter.status_events(mastodon_wire.decode_status(raw), raw, received_at, instance)


_LEADS: tuple[tuple[str, bytes, _Reader], ...] = (
    (CANONICAL, b'{"murmur":', _canonical),
    (JETSTREAM, b'{"did":', _jetstream),
    (JETSTREAM, b'{"$type":"message"', _jetstream_frame),
    (X, b'{"data":', _x_v2),
)
"""How records of the busiest wires begin."""

_NEEDED: tuple[tuple[str, frozenset[str], _Reader], ...] = (
    (CANONICAL, frozenset({"murmur"}), _canonical),
    (CANONICAL, frozenset({"version", "received_at", "author"}), _canonical),
    (JETSTREAM, frozenset({"did", "commit"}), _jetstream),
    (JETSTREAM, frozenset({"did", "kind"}), _jetstream),
    (JETSTREAM, frozenset({"$type", "payload"}), _jetstream_frame),
    (JETSTREAM, frozenset({"$type", "error"}), _jetstream_frame),
    (MASTODON, frozenset({"event", "payload"}), _mastodon_event),
    (MASTODON, frozenset({"event", "stream"}), _mastodon_event),
    (MASTODON, frozenset({"account", "content"}), _mastodon_status),
    (X, frozenset({"user", "created_at"}), _x_v1),
    (X, frozenset({"data"}), _x_v2),
    (X, frozenset({"includes"}), _x_v2),
    (X, frozenset({"errors"}), _x_v2),
    (X, frozenset({"meta"}), _x_v2),
    (X, frozenset({"title", "type"}), _x_v2),
    (X, frozenset({"id", "text"}), _x_v2_flat),
)
"""Names that must stand at the top for each format, the surer first."""


@lru_cache(maxsize=256)
def _grammar(label: str) -> _Grammar:
    permissions = permissions_of(label)
    formats = permissions.formats
    return _Grammar(
        permissions,
        tuple((lead, read) for format_name, lead, read in _LEADS if format_name in formats),
        tuple((needed, read) for format_name, needed, read in _NEEDED if format_name in formats),
        x=X in formats,
        mastodon=MASTODON in formats,
        checks=permissions.own_host_only or not permissions.may_delete_accounts,
    )
