"""Which format a raw record is in, decided by the record itself; then its adapter. No field of a post is decided here.

The wires that come by the thousand are known by a few bytes and decoded once; anything else is probed: one pass that
notes which names stand at the top, without reading what is under them.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from pipeline.errors import RecordError
from pipeline.normalise import canonical, x_control, x_legacy
from pipeline.post import Event

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)
"""All that decoding bytes from outside may raise (ValueError: broken UTF-8)."""

Maybe = Raw | UnsetType


class _Probe(msgspec.Struct):
    """The names at the top of a record by which formats are told apart."""

    murmur: Maybe = UNSET
    version: Maybe = UNSET
    received_at: Maybe = UNSET


_probe = msgspec.json.Decoder(_Probe).decode
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode


def normalise(raw: bytes, source: str, received_at: int, instance: str = "") -> list[Event]:
    """Return what a raw record says, in order: originals before the posts that carry them; [] where it says nothing.

    `source` (the setting's name) and `instance` (a server) are hints; each record's format is recognised by itself.
    `received_at` is in ms UTC.

    Raises:
        RecordError: the record cannot be read; the message is the reason.
    """
    try:
        if raw.startswith(b'{"murmur":'):
            return canonical.events(canonical.decode_record(raw), raw, received_at)
        if b'"screen_name":' in raw:
            return x_legacy.events(x_legacy.decode_status(raw), raw, received_at)
        if not raw.strip():
            return []
        probe = _probe(raw)
        if probe.murmur is not UNSET or (probe.version is not UNSET and probe.received_at is not UNSET):
            return canonical.events(canonical.decode_record(raw), raw, received_at)
        record = _decode_object(raw)
        for name in record:
            if name in x_control.NAMES:
                return x_control.events(name, record[name], received_at)
    except _MALFORMED as error:
        raise RecordError(f"malformed: {error}") from error
    raise RecordError("no known format: " + ", ".join(list(record)[:8]))
