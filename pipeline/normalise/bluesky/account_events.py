"""Account events of Bluesky: an account is off or back, deleted, renamed, or has lost the chain of its commits.

An account that is not active must not be redistributed (https://atproto.com/specs/account, "Hosting Status"), whatever
the reason, so its posts are hidden until it is active again; those of a deleted account are removed. The event's inner
time decides between two changes, because it is the same on every server; the server's own time serves where it is
missing.
"""

from __future__ import annotations

from pipeline.normalise.bluesky.jetstream_wire import JetstreamAccount, JetstreamIdentity, JetstreamSync
from pipeline.normalise.timestamps import truncated_ms
from pipeline.post import AccountChange, AuthorDeletion, AuthorRecheck, Event

HOST_STATES = frozenset({"desynchronized", "throttled"})
"""States that tell of a host's trouble to follow a repository, and not of the account: its posts stay."""

INVALID_HANDLE = "handle.invalid"
"""Handle that the network writes for an account whose own handle cannot be verified; it names nobody."""

_HANDLE_CHARS_MAX = 253
"""Characters of the longest handle: a handle is a host name (https://atproto.com/specs/handle)."""


def account_events(did: str, account: JetstreamAccount, event_ms: int) -> list[Event]:
    """Return what a change of an account's hosting state means for its posts."""
    at = _changed_ms(account.time, event_ms)
    if account.active:
        return [AccountChange("bluesky", did, at, hidden=False)]
    if account.status in HOST_STATES:
        return []
    off = AccountChange("bluesky", did, at, hidden=True)
    return [off, AuthorDeletion("bluesky", did, at)] if account.status == "deleted" else [off]


def identity_events(did: str, identity: JetstreamIdentity, event_ms: int) -> list[Event]:
    """Return the new handle of an account; [] where the event names none."""
    handle = identity.handle or ""
    if not handle or handle == INVALID_HANDLE or not handle.isprintable():
        return []
    return [AccountChange("bluesky", did, _changed_ms(identity.time, event_ms), handle=handle[:_HANDLE_CHARS_MAX])]


def sync_events(did: str, sync: JetstreamSync | None, event_ms: int) -> list[Event]:
    """Return the request to look up an account's stored posts again, because deletions of them may be missing."""
    return [AuthorRecheck("bluesky", did, _changed_ms(sync.time if sync is not None else "", event_ms))]


def _changed_ms(inner: str, event_ms: int) -> int:
    at = truncated_ms(inner)
    return event_ms if at is None else at
