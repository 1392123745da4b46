"""What must be seen of a status while it passes: its id here and everywhere, and whether its author wants to be found.

A deletion names an id of the server asked only, so which status that was everywhere is remembered for as many as
`REMEMBERED`. What a status says is for `normalise`. Records are made by the encoder, of an event's name and of one JSON
value, or one text, of the server's: nothing that it sends can stand beside them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

REMEMBERED = 50_000


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


STATUS = (
    *("id", "account", "content", "created_at", "uri", "url", "edited_at", "visibility", "sensitive", "spoiler_text"),
    *("language", "in_reply_to_id", "in_reply_to_account_id", "replies_count", "reblogs_count", "favourites_count"),
    *("quotes_count", "mentions", "tags", "media_attachments", "card", "reblog", "quote"),
)
"""The names of a status that its record keeps; no other can stand at the top of one that was asked for."""

_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode = msgspec.json.Decoder(_Status).decode
_encode = msgspec.json.Encoder().encode


class Statuses:
    """The statuses of one server as they pass. `consent` false: also of authors who do not want to be found."""

    def __init__(self, instance: str, *, consent: bool) -> None:
        self._instance = instance
        self._consent = consent
        self._uris: dict[str, str] = {}
        self.newest = ""
        self.withheld = 0

    def record(self, name: str, data: bytes) -> bytes | None:
        """Return the record to hand over for an event, None where there is none."""
        if name == "delete":
            number = data.strip().strip(b'"').decode(errors="replace")[:100]
            return _encode(_Record("delete", number, self._uris.pop(number, None)))
        if name not in ("update", "status.update"):
            return None
        try:
            status = _decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _encode(_Record(name, data.decode(errors="replace")))  # set aside by whoever reads it
        number = str(status.id)
        if name == "update":
            self.newest = _later(self.newest, number)
        if self._consent and not _agreed(status):
            self.withheld += 1
            if name == "update":
                return None
            return self.record("delete", number.encode())  # its author has changed their mind
        self._remember(number, status.uri or "")
        return _encode(_Record(name, msgspec.Raw(data.replace(b"\n", b" "))))  # decoded: it is one JSON object

    def answered(self, status: bytes) -> bytes | None:
        """Return the record of a status that was asked for, None if its author does not want to be found."""
        try:
            seen = _decode(status)
            names = _decode_names(status)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _encode(_Record("update", status.decode(errors="replace")))  # set aside by whoever reads it
        self.newest = _later(self.newest, str(seen.id))
        if self._consent and not _agreed(seen):
            self.withheld += 1
            return None
        self._remember(str(seen.id), seen.uri or "")
        return _encode({name: names[name] for name in STATUS if name in names})

    def _remember(self, number: str, uri: str) -> None:
        if not uri or len(uri) > 1000 or urlsplit(uri).netloc.lower() == self._instance:
            return  # a status of this very server: its number is its own everywhere
        self._uris.pop(number, None)
        self._uris[number] = uri
        if len(self._uris) > REMEMBERED:
            del self._uris[next(iter(self._uris))]


def _agreed(status: _Status) -> bool:
    """Tell whether nobody whose words these are has said that they do not want to be found."""
    account = status.account
    if account is not None and (account.indexable is False or account.discoverable is False or account.noindex is True):
        return False
    return status.reblog is None or _agreed(status.reblog)


def _later(one: str, other: str) -> str:
    """Return the greater of two ids: numbers by length first, as Mastodon's grow."""
    return max(one, other, key=lambda text: (len(text), text))
