"""Mastodon's account archive: completes each activity of `outbox.json` with the account that `actor.json` describes.

Mastodon 4.x writes both (`app/services/backup_service.rb`), Pleroma and Akkoma in the same form. Of the actor only the
fields of a profile are taken over; keys and addresses of inboxes are not.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.sources.archive.archive_contract import MemberKind, whole_member

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)
_PROFILE = ("id", "type", "preferredUsername", "name", "summary", "url", "webfinger", "tag")
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode


class MastodonArchive:
    """The context of one account archive: its owner's profile."""

    def __init__(self) -> None:
        self._actor = b"{}"

    def learn(self, kind: MemberKind, blocks: Iterable[bytes]) -> None:
        """Take in `actor.json`, as `OwnerArchive.learn` describes."""
        try:
            found = _decode_object(whole_member(kind, blocks))
        except _MALFORMED as error:
            raise RecordError(f"{kind.part} of a Mastodon archive cannot be read: {error}"[:200]) from error
        self._actor = msgspec.json.encode({name: found[name] for name in _PROFILE if name in found})

    def record(self, item: bytes) -> bytes | None:
        """Return an activity with its actor beside it, as `OwnerArchive.record` describes."""
        try:
            activity = msgspec.json.format(item, indent=-1)
        except _MALFORMED:
            return item
        return b'{"mastodon_archive":' + self._actor + b',"activity":' + activity + b"}"
