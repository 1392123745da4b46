"""Records of Mastodon's events: checks the consent of authors, and lets deletions name the status that they mean.

What an author does not want found is left out before it is enqueued (`pipeline/normalise/mastodon/consent.py`); an edit
whose author has revoked the consent becomes a deletion. `status_memory.py` finds the status of a deletion, and the
statuses whose deletion came first. `newest` is the greatest id, from which missed statuses are requested. `normalise`
decodes the status itself. Records are built by the encoder from an event's name and one JSON value or text of the
server, so nothing that a server sends can add fields to a record.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.normalise.mastodon.consent import consented_status
from pipeline.sources.mastodon.status_memory import StatusMemory


class _Status(msgspec.Struct):
    id: str | int = ""
    uri: str | None = None


class _Record(msgspec.Struct, omit_defaults=True):
    event: str
    payload: msgspec.Raw | str
    uri: str | None = None
    account_domain: str | None = None


STATUS_FIELDS = (
    *("id", "account", "content", "created_at", "uri", "url", "edited_at", "visibility", "sensitive", "spoiler_text"),
    *("language", "in_reply_to_id", "in_reply_to_account_id", "replies_count", "reblogs_count", "favourites_count"),
    *("quotes_count", "mentions", "tags", "media_attachments", "card", "poll", "emojis", "tagged_collections"),
    *("reblog", "quote"),
)
"""Fields of a requested status that its record keeps; a record has no other field at its top level."""

_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode = msgspec.json.Decoder(_Status).decode
_encode = msgspec.json.Encoder().encode
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)


class StatusRecords:
    """Maker of the records of one server. With `consent` false, authors who do not want to be found are included.

    `passed` takes the name and the status's id of each new status and each deletion that becomes a record.
    `account_domain` is the domain of the server's accounts, where it is known and not the server's host: records carry
    it, because the server names its own accounts without.
    """

    def __init__(self, instance: str, *, consent: bool, passed: Callable[[str, str], None] = lambda *_: None) -> None:
        self._consent = consent
        self._passed = passed
        self._memory = StatusMemory(instance)
        self.newest = ""
        self.withheld = 0
        self.account_domain = ""

    def record(self, name: str, data: bytes) -> bytes | None:
        """Return the record of an event, None if the event becomes none."""
        if name == "delete":
            number = data.strip().strip(b'"').decode(errors="replace")[:100]
            self._passed(name, number)
            return _encode(_Record("delete", number, self._memory.deleted(number)))
        if name not in ("update", "status.update"):
            return None
        try:
            status = _decode(data)
            kept = consented_status(data) if self._consent else data
        except _BROKEN:
            return _encode(_Record(name, data.decode(errors="replace")))  # the worker makes it a dead letter
        number = str(status.id)
        if name == "update":
            self.newest = later_id(self.newest, number)
        if self._memory.is_deleted(number):
            return _encode(_Record("delete", number, status.uri))  # the deletion came first
        if kept is None:
            self.withheld += 1
            return None if name == "update" else self._revoked(number, status.uri)
        self._memory.remember(number, status.uri or "")
        if name == "update":
            self._passed(name, number)
        payload = msgspec.Raw(kept.replace(b"\n", b" "))  # it was decoded: it is one JSON object
        return _encode(_Record(name, payload, account_domain=self.account_domain or None))

    def requested(self, status: bytes) -> bytes | None:
        """Return the record of a requested status, None if its author does not want to be found."""
        try:
            found = _decode(status)
            kept = consented_status(status) if self._consent else status
            names = _decode_names(kept or b"{}")
        except _BROKEN:
            return _encode(_Record("update", status.decode(errors="replace")))  # the worker makes it a dead letter
        self.newest = later_id(self.newest, str(found.id))
        if kept is None:
            self.withheld += 1
            return None
        self._memory.remember(str(found.id), found.uri or "")
        record: dict[str, object] = {name: names[name] for name in STATUS_FIELDS if name in names}
        if self.account_domain:
            record["account_domain"] = self.account_domain
        return _encode(record)

    def requested_again(self, status: bytes) -> bytes | None:
        """Return the record of a status that passed before and was requested again: its deletion if its author has
        opted out since."""
        record = self.requested(status)
        if record is not None:
            return record
        found = _decode(status)
        return self._revoked(str(found.id), found.uri)

    def _revoked(self, number: str, uri: str | None) -> bytes:
        return _encode(_Record("delete", number, uri or self._memory.deleted(number)))


def later_id(one: str, other: str) -> str:
    """Return the greater of two ids: numbers by length first, as Mastodon's grow."""
    return max(one, other, key=lambda text: (len(text), text))
