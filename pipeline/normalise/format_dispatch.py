"""Format detection: finds a record's format among those that its batch's label permits, and calls its adapter.

`normalise` is the entry point. It also splits lists of records, repairs lone surrogates, checks the events against the
permissions of the source (`source_permissions.py`), and raises `RecordError` with the reason for a dead letter. The
most frequent formats are recognised by their first bytes; any other record by the names at its top level, read without
decoding what is under them. A format that the label does not permit is never tried, so the look of a record cannot
widen the permissions of its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise.foreign_formats import foreign_reason, unknown_reason
from pipeline.normalise.format_adapters import NEEDED_NAMES, PREFIXES, Adapter
from pipeline.normalise.mastodon.stream_adapter import event_stream_events
from pipeline.normalise.source_permissions import MASTODON, SourcePermissions, X, permissions_of
from pipeline.normalise.surrogate_repair import without_lone_surrogates
from pipeline.normalise.x import stream_messages as x_stream_messages
from pipeline.normalise.x import v1_adapter as x_v1
from pipeline.normalise.x import v1_wire as x_v1_wire
from pipeline.post import Event, Notice, Upsert

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)
"""All exceptions that decoding bytes from outside may raise (ValueError: broken UTF-8)."""

_EVENT_STREAM = (b"event:", b"data:", b":", b"id:", b"retry:")

LIST_NAMES = ("statuses", "posts", "feed", "records", "orderedItems")
"""Names of a page's list of records: Mastodon's and X v1.1's search, AppView's pages, ActivityPub's collections."""

_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode


def normalise(raw: bytes, source: str, received_at: int, instance: str = "") -> list[Event]:
    """Return the events of a raw record, originals before the posts that carry them; [] where the record has none.

    `source` is the label of the record's batch; it decides which formats are tried and what the record may be about.
    `instance` is the server it came from, where the batch names one. `received_at` is in ms UTC.

    Raises:
        RecordError: the record cannot be read, or its source does not permit its events. The message is the reason.
    """
    formats = _formats_of(source)
    try:
        found = formats.events(raw, received_at, instance)
        return formats.permissions.check_events(found, instance) if formats.needs_check else found
    except _MALFORMED as error:
        repaired = without_lone_surrogates(raw)
        if repaired is None:
            raise RecordError(_reason(raw, error)) from error
    try:
        found = formats.events(repaired, received_at, instance)
        return formats.permissions.check_events(found, instance) if formats.needs_check else found
    except _MALFORMED as error:
        raise RecordError(_reason(raw, error)) from error


def _reason(raw: bytes, error: Exception) -> str:
    if not raw.lstrip().startswith((b"{", b"[", *_EVENT_STREAM)):
        return f"no JSON and no event stream: {raw[:40]!r}"
    try:
        foreign = foreign_reason(_decode_object(raw))
    except _MALFORMED:
        foreign = ""
    if foreign:
        return foreign
    return f"malformed: {error}"[:500]


@dataclass(frozen=True, slots=True)
class _PermittedFormats:
    """The formats that one label permits.

    `by_prefix` has the most frequent wires by their first bytes, `by_names` all formats by the names they need.
    """

    permissions: SourcePermissions
    by_prefix: tuple[tuple[bytes, Adapter], ...]
    by_names: tuple[tuple[frozenset[str], Adapter], ...]
    permits_x: bool
    permits_mastodon: bool
    needs_check: bool

    def events(self, raw: bytes, received_at: int, instance: str) -> list[Event]:
        """Return the events of a record, not yet checked against the permissions.

        Raises:
            RecordError: the record is in no permitted format.
            _MALFORMED: the record cannot be decoded.
        """
        for prefix, adapt in self.by_prefix:
            if raw.startswith(prefix):
                return adapt(raw, received_at, instance, self.permissions)
        if self.permits_x and raw.startswith(b"{") and b'"screen_name":' in raw:
            status = x_v1_wire.decode_status(raw)
            if status.user is not None and status.created_at is not None:
                return x_v1.events(status, raw, received_at)
        stripped = raw.strip()
        if stripped.startswith(_EVENT_STREAM):
            if not self.permits_mastodon:
                raise RecordError(f"a record of {self.permissions.label} may not be an event stream")
            return event_stream_events(raw, received_at, instance)
        if stripped.startswith(b"["):
            return self._listed(_decode_list(stripped), received_at, instance)
        return self._probed(raw, received_at, instance) if stripped else []  # an empty line keeps a connection alive

    def _probed(self, raw: bytes, received_at: int, instance: str) -> list[Event]:
        record = _decode_object(raw)
        foreign = foreign_reason(record)
        if foreign:
            raise RecordError(foreign)
        for needed, adapt in self.by_names:
            if record.keys() >= needed:
                return adapt(raw, received_at, instance, self.permissions)
        listed = next((record[name] for name in LIST_NAMES if bytes(record.get(name, b"")).startswith(b"[")), None)
        if listed is not None:
            return self._listed(_decode_list(listed), received_at, instance)
        if self.permits_x and "for_user" in record and "message" in record:
            return self.events(bytes(record["message"]), received_at, instance)
        for name in record if self.permits_x else ():
            if name in x_stream_messages.MESSAGE_NAMES:
                return x_stream_messages.events(name, record[name], received_at)
        raise RecordError(self._refusal(record))

    def _refusal(self, record: dict[str, Raw]) -> str:
        """Return why a record of no permitted format is set aside."""
        for format_name, needed, _ in NEEDED_NAMES:
            if format_name not in self.permissions.formats and record.keys() >= needed:
                return f"a record of {self.permissions.label} may not be in the format {format_name}"
        return unknown_reason(record)

    def _listed(self, items: list[Raw], received_at: int, instance: str) -> list[Event]:
        """Return the events of a list of records, as REST calls answer. An unreadable record costs no other."""
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


@lru_cache(maxsize=256)
def _formats_of(label: str) -> _PermittedFormats:
    permissions = permissions_of(label)
    formats = permissions.formats
    return _PermittedFormats(
        permissions,
        tuple((prefix, adapt) for format_name, prefix, adapt in PREFIXES if format_name in formats),
        tuple((needed, adapt) for format_name, needed, adapt in NEEDED_NAMES if format_name in formats),
        permits_x=X in formats,
        permits_mastodon=MASTODON in formats,
        needs_check=permissions.own_host_only or not permissions.may_delete_accounts,
    )
