"""X stream messages that are no posts: turns v1.1 control messages and compliance events into deletions and notices.

Deleted posts and accounts become deletions; protected and suspended accounts are hidden until they are back. Messages
about limits and warnings become notices, and so do those about likes, direct messages, places or single countries:
posts hold none of these, and readers' countries are unknown.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import numeric_id
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import MAX_TIME_MS, AccountChange, AuthorDeletion, Deletion, Event, Notice

NOTICE_KINDS = {
    "limit": "limit",
    "disconnect": "disconnect",
    "warning": "warning",
    "status_withheld": "withheld",
    "user_withheld": "withheld",
    "withheld": "withheld",
    "scrub_geo": "info",
    "friends": "info",
    "friends_str": "info",
    "control": "info",
    "direct_message": "info",
    "drop": "info",
    "undrop": "info",
    "user_update": "info",
    "user_profile_modification": "info",
    "user_undelete": "info",
    "tweet_edit": "info",
}
"""Messages that delete nothing → the kind of `Notice` each becomes."""

ACCOUNT_MESSAGES: dict[str, bool | None] = {
    "user_delete": None,
    "user_protect": True,
    "user_suspend": True,
    "user_unprotect": False,
    "user_unsuspend": False,
}
"""Messages about all posts of an account: whether they are hidden from then on, None where they are deleted."""

MESSAGE_NAMES = frozenset({"delete", *NOTICE_KINDS, *ACCOUNT_MESSAGES})


class _StatusRef(msgspec.Struct):
    id: int | str | None = None
    id_str: str | None = None


class _Delete(msgspec.Struct):
    status: _StatusRef | None = None
    tweet: _StatusRef | None = None
    timestamp_ms: str | int | None = None
    event_at: str | None = None


class _AccountRef(msgspec.Struct):
    id: int | str | None = None
    id_str: str | None = None
    user: _StatusRef | None = None
    timestamp_ms: str | int | None = None
    event_at: str | None = None


class ComplianceLine(msgspec.Struct):
    """One line of a batch compliance job's result: a post for which something is to be done."""

    id: int | str = ""
    action: str = ""
    reason: str = ""
    redacted_at: str | None = None


decode_compliance = msgspec.json.Decoder(ComplianceLine).decode
_decode_delete = msgspec.json.Decoder(_Delete).decode
_decode_account = msgspec.json.Decoder(_AccountRef).decode


def events(name: str, body: bytes | msgspec.Raw, received_at: int) -> list[Event]:
    """Return the events of one message. `body` is the JSON under its name.

    Raises:
        RecordError: a deletion has no usable id.
    """
    if name in NOTICE_KINDS:
        return [Notice("x", NOTICE_KINDS[name], f"{name}: {_shortened(msgspec.json.decode(body))}")]
    if name in ACCOUNT_MESSAGES:
        account = _decode_account(body)
        owner = account.user or account
        number = numeric_id(owner.id_str, owner.id)
        if not number:
            raise RecordError(f"X {name} without a usable id")
        at, hidden = _time_ms(account.timestamp_ms or account.event_at, received_at), ACCOUNT_MESSAGES[name]
        return [AuthorDeletion("x", number, at) if hidden is None else AccountChange("x", number, at, hidden=hidden)]
    delete = _decode_delete(body)
    status = delete.status or delete.tweet
    if status is None:  # a like or a direct message was deleted
        return [Notice("x", "info", "delete of what is no post")]
    number = numeric_id(status.id_str, status.id)
    if not number:
        raise RecordError("X delete without a usable id")
    return [Deletion(f"x:{number}", _time_ms(delete.timestamp_ms or delete.event_at, received_at))]


def compliance_events(line: ComplianceLine, received_at: int) -> list[Event]:
    """Return the events of one line of a compliance job's result.

    Every reason but `scrub_geo` (deleted, deactivated, protected, suspended, bounced) withdraws the post. A place that
    was removed changes nothing here: posts hold none.

    Raises:
        RecordError: the line has no usable id, or an action that X does not document.
    """
    number = numeric_id(None, line.id)
    if line.action not in ("delete", "scrub_geo"):
        raise RecordError(f"X compliance line with the unknown action {line.action[:40]!r}")
    if not number:
        raise RecordError("X compliance line without a usable id")
    if "scrub_geo" in (line.action, line.reason):
        return [Notice("x", "info", f"scrub_geo of {number}")]
    return [Deletion(f"x:{number}", _time_ms(line.redacted_at, received_at))]


def _time_ms(stamp: str | int | None, received_at: int) -> int:
    """Return the time of a message (ms as number or text, or ISO 8601), at the latest `received_at`."""
    text = str(stamp) if stamp is not None and not (isinstance(stamp, int) and stamp > MAX_TIME_MS) else ""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return min(int(text), received_at)
    at_ms = iso_to_ms(text) if text else None
    return min(at_ms, received_at) if at_ms is not None else received_at


def _shortened(body: Any) -> str:
    """Return a body as JSON of at most 200 characters."""
    text = msgspec.json.encode(body).decode()
    return text if len(text) <= 200 else text[:199] + "…"
