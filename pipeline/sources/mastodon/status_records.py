"""Records of Mastodon's events: checks the author's consent, and remembers ids so that deletions find their status.

A deletion carries the server's own id of a status. The URI, which identifies the status everywhere, is therefore
remembered for the last `REMEMBERED` statuses of other servers. An edit whose author has revoked the consent becomes a
deletion. `newest` is the greatest id, from which missed statuses are requested. `normalise` decodes the status itself.
Records are built by the encoder from an event's name and one JSON value or text of the server, so nothing that a server
sends can add fields to a record.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

STATUS_CACHE_SIZE = 50_000
"""Statuses of other servers whose URI is remembered for a deletion."""


class _Account(msgspec.Struct):
    indexable: bool | None = None
    discoverable: bool | None = None
    noindex: bool | None = None


class _Status(msgspec.Struct):
    id: str | int = ""
    uri: str | None = None
    account: _Account | None = None
    reblog: _Status | None = None


class _Record(msgspec.Struct, omit_defaults=True):
    event: str
    payload: msgspec.Raw | str
    uri: str | None = None


STATUS_FIELDS = (
    *("id", "account", "content", "created_at", "uri", "url", "edited_at", "visibility", "sensitive", "spoiler_text"),
    *("language", "in_reply_to_id", "in_reply_to_account_id", "replies_count", "reblogs_count", "favourites_count"),
    *("quotes_count", "mentions", "tags", "media_attachments", "card", "poll", "emojis", "reblog", "quote"),
)
"""Fields of a requested status that its record keeps; a record has no other field at its top level."""

_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode = msgspec.json.Decoder(_Status).decode
_encode = msgspec.json.Encoder().encode


class StatusRecords:
    """Maker of the records of one server. With `consent` false, authors who do not want to be found are included."""

    def __init__(self, instance: str, *, consent: bool) -> None:
        self._instance = instance
        self._consent = consent
        self._uris: dict[str, str] = {}
        self.newest = ""
        self.withheld = 0

    def record(self, name: str, data: bytes) -> bytes | None:
        """Return the record of an event, None if the event becomes none."""
        if name == "delete":
            number = data.strip().strip(b'"').decode(errors="replace")[:100]
            return _encode(_Record("delete", number, self._uris.pop(number, None)))
        if name not in ("update", "status.update"):
            return None
        try:
            status = _decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _encode(_Record(name, data.decode(errors="replace")))  # the worker makes it a dead letter
        number = str(status.id)
        if name == "update":
            self.newest = _later(self.newest, number)
        if self._consent and not _has_consent(status):
            self.withheld += 1
            if name == "update":
                return None
            return self.record("delete", number.encode())  # the author has revoked the consent
        self._remember(number, status.uri or "")
        return _encode(
            _Record(name, msgspec.Raw(data.replace(b"\n", b" ")))
        )  # it was decoded above, so it is one JSON object

    def requested(self, status: bytes) -> bytes | None:
        """Return the record of a requested status, None if its author does not want to be found."""
        try:
            found = _decode(status)
            names = _decode_names(status)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _encode(_Record("update", status.decode(errors="replace")))  # the worker makes it a dead letter
        self.newest = _later(self.newest, str(found.id))
        if self._consent and not _has_consent(found):
            self.withheld += 1
            return None
        self._remember(str(found.id), found.uri or "")
        return _encode({name: names[name] for name in STATUS_FIELDS if name in names})

    def _remember(self, number: str, uri: str) -> None:
        if not uri or len(uri) > 1000 or urlsplit(uri).netloc.lower() == self._instance:
            return  # a status of this server: its id is known without the URI
        self._uris.pop(number, None)
        self._uris[number] = uri
        if len(self._uris) > STATUS_CACHE_SIZE:
            del self._uris[next(iter(self._uris))]


def _has_consent(status: _Status) -> bool:
    """Tell whether neither the author nor, for a reblog, the original's author has opted out of being found."""
    account = status.account
    if account is not None and (account.indexable is False or account.discoverable is False or account.noindex is True):
        return False
    return status.reblog is None or _has_consent(status.reblog)


def _later(one: str, other: str) -> str:
    """Return the greater of two ids: numbers by length first, as Mastodon's grow."""
    return max(one, other, key=lambda text: (len(text), text))
