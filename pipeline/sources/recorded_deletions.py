"""Deletions in recordings of Mastodon's streams: gives each the `uri` of the status that it means.

A deletion names the id that the recorded server gave a status, and a recording does not say which server that was. So
whatever takes recorded records in (replay, standard input, a body of `/api/ingest`) remembers the statuses that pass,
as the live source does. A deletion of an id that did not pass, or that two statuses bear, stays without a `uri`, and
`normalise` then deletes nothing unless the server is named.
"""

from __future__ import annotations

import msgspec

from pipeline.normalise.mastodon.stream_adapter import kind_of_payload
from pipeline.sources.mastodon.status_memory import StatusMemory

_TIMED_ID_CHARS = 15
"""Characters from which on an id holds a time, so that two servers hardly give out the same."""
_SIGNS = (b"acct", b"delete", b'"message"')
"""One of these is in every record that matters here: a status, a deletion, a server-sent event without a name."""
_OTHER_FORMATS = (b'{"did"', b'{"$type"', b'{"murmur"', b'{"data"')
_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)


class _Record(msgspec.Struct):
    event: str = ""
    payload: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    id: str | int = ""
    uri: str | None = None
    account: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


_decode = msgspec.json.Decoder(_Record).decode
_decode_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class RecordedDeletions:
    """The deletions of one recording. `instance`: the recorded server, where it is known."""

    def __init__(self, instance: str = "") -> None:
        self._memory = StatusMemory(instance.lower())
        self._named = bool(instance)

    def resolved(self, record: bytes) -> bytes:
        """Return a record: a deletion with the `uri` of its status where that is known, any other as it is.

        A status whose deletion came first is returned as that deletion.
        """
        if record.startswith(_OTHER_FORMATS) or not (
            record.startswith(b"data:") or any(sign in record for sign in _SIGNS)
        ):
            return record
        try:
            return self._resolved(record)
        except _MALFORMED:
            return record  # `normalise` says what is wrong with it

    def _resolved(self, record: bytes) -> bytes:
        if record.startswith(b"data:"):
            payload = record[len(b"data:") :].strip()
            name = kind_of_payload(payload)
        else:
            found = _decode(record)
            payload = bytes(found.payload).strip()
            if payload.startswith(b'"'):
                payload = _decode_text(payload).encode()
            name = found.event
            if name == "message":  # a server-sent event without a name
                name = kind_of_payload(payload)
            if not name and bytes(found.account):
                self._memory.remember(str(found.id), found.uri or "")
            if found.uri and name == "delete":
                return record
        if name == "delete":
            number = payload.decode(errors="replace").strip('" ')[:100]
            uri = self._memory.deleted(number)
            return _deletion(number, uri) if uri else record
        if name in ("update", "status.update"):
            status = _decode(payload)
            number = str(status.id)
            sure = self._named or len(number) >= _TIMED_ID_CHARS
            if sure and status.uri and self._memory.is_deleted(number):
                return _deletion(number, status.uri)
            self._memory.remember(number, status.uri or "")
        return record


def _deletion(number: str, uri: str) -> bytes:
    return _encode({"event": "delete", "payload": number, "uri": uri})
