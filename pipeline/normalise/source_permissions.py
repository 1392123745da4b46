"""Permissions of a source: the formats its records may use, and the posts and accounts they may write or delete.

The label of a batch selects the permissions. This product writes the label on the batch itself; nothing inside a record
changes it. Bytes from outside can therefore not become a record of another network, nor one of our own control records.
`check_subject` and `check_events` raise `RecordError` for what is not permitted. docs/design/security.md has the table
in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import RecordError
from pipeline.post import AccountChange, Author, AuthorDeletion, AuthorRecheck, Deletion, Event, Notice, Upsert
from pipeline.queue.batch import FORGET, IMPORT, INGEST, LOOKUP, RECHECK

CANONICAL, JETSTREAM, X, MASTODON = "canonical", "jetstream", "x", "mastodon"
"""Names of the formats: our own JSON, and those of the three networks' streams and interfaces."""

X_ARCHIVE, ACTIVITYPUB, APPVIEW, TAP = "x archive", "activitypub", "appview", "tap"
"""Names of the formats that only recordings have: archives of one owner, and what other tools collect."""

_POSTS = frozenset({"post", "delete"})
_ALL = frozenset({CANONICAL, JETSTREAM, X, MASTODON, X_ARCHIVE, ACTIVITYPUB, APPVIEW, TAP})


@dataclass(frozen=True, slots=True)
class SourcePermissions:
    """Permissions of the records of one label.

    `record_kinds` and `network` restrict our own JSON: the kinds of record, and the only network they may be about
    ("": any). `may_delete_accounts`: a record may delete or hide all posts of an account, and rename it.
    `own_host_only`: a record may be about statuses of the batch's instance only. `consent`: Mastodon statuses of
    authors who opted out are left out.
    """

    label: str
    formats: frozenset[str]
    record_kinds: frozenset[str] = _POSTS
    network: str = ""
    may_delete_accounts: bool = True
    own_host_only: bool = False
    consent: bool = True

    def check_subject(self, source: str, post_id: str) -> None:
        """Check the network that a record of our own JSON is about.

        Raises:
            RecordError: the record is about another network than the label's.
        """
        if self.network and (source != self.network or not post_id.startswith(f"{self.network}:")):
            raise RecordError(f"a record of {self.label} may not be about {source[:30]!r} and {post_id[:60]!r}")

    def check_events(self, events: list[Event], instance: str) -> list[Event]:
        """Return the permitted events of one record: all of them, or those without originals of other hosts.

        Raises:
            RecordError: the record contains an event that its label does not permit.
        """
        if not self.may_delete_accounts:
            if any(type(event) is AuthorDeletion for event in events):
                raise RecordError(f"a record of {self.label} may not delete an account")
            if any(type(event) in (AccountChange, AuthorRecheck) for event in events):
                raise RecordError(f"a record of {self.label} may not change an account")
        return _of_own_host(events, instance.lower()) if self.own_host_only else events


def _of_own_host(events: Sequence[Event], host: str) -> list[Event]:
    """Return the events without originals of other hosts. A server is trusted for its own statuses only."""
    found: list[Event] = []
    for event in events:
        if type(event) is Notice or _is_own(event, host):
            found.append(event)
        elif type(event) is not Upsert or event.raw:
            raise RecordError(f"{host or 'a server without a name'} may send its own statuses only")
    return found


def _is_own(event: Event, host: str) -> bool:
    if type(event) is Deletion:
        return bool(host) and event.id.startswith(f"mastodon:{host}/")
    if type(event) is not Upsert or not host:
        return False
    author = event.post.author
    return event.post.id.startswith(f"mastodon:{host}/") and author.id.endswith(f"@{host}") and _may_name(author, host)


def _may_name(author: Author, host: str) -> bool:
    """Return whether a server may give its account this handle: its own host or a domain above it."""
    domain = author.handle.rpartition("@")[2].lower()
    return domain == host or host.endswith(f".{domain}")


_PERMISSIONS = {
    permissions.label: permissions
    for permissions in (
        SourcePermissions("bluesky", frozenset({JETSTREAM})),
        SourcePermissions("x", frozenset({X})),
        SourcePermissions("mastodon", frozenset({MASTODON})),
        SourcePermissions("demo", frozenset({CANONICAL}), network="demo"),
        SourcePermissions("replay", _ALL),
        SourcePermissions("stdin", _ALL),
        SourcePermissions(IMPORT, _ALL),
        SourcePermissions(INGEST, _ALL, may_delete_accounts=False),
        SourcePermissions(LOOKUP, frozenset({MASTODON}), own_host_only=True),
        SourcePermissions(RECHECK, frozenset({CANONICAL}), record_kinds=frozenset({"delete"})),
        SourcePermissions(FORGET, frozenset({CANONICAL}), record_kinds=frozenset({"forget"})),
    )
}


@lru_cache(maxsize=256)
def permissions_of(label: str) -> SourcePermissions:
    """Return the permissions of a label.

    A label that is not ours belongs to an installed package, which may send our own JSON about its own network.
    """
    known = _PERMISSIONS.get(label)
    return known or SourcePermissions(
        label, frozenset({CANONICAL}), network=label or "a nameless source", may_delete_accounts=False
    )
