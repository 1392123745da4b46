"""Recognition of archive members: tells by a file's first bytes which part of which owner archive it is.

Names help only where the content cannot: for media, and for a Mastodon member whose first bytes are taken up by its
JSON-LD context. Sources: X's archives ("Your X data", their README of 2022 to 2025) and their forms of 2012 (Grailbird)
and 2018 (`tweet.js`); Mastodon 4.x, `app/services/backup_service.rb`; the CAR format, version 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.sources.archive.archive_contract import MemberKind, OwnerArchive
from pipeline.sources.archive.bluesky_repository import BlueskyRepository
from pipeline.sources.archive.mastodon_archive import MastodonArchive
from pipeline.sources.archive.x_archive import XArchive

MEMBER_HEAD_BYTES = 4096
"""Bytes of a member's beginning by which its kind is told."""

_X_PART = re.compile(rb"\s*(?:window\.)?YTD\.(\w{1,60})\.part\d{1,6}\s*=")
_X_MANIFEST = re.compile(rb"\s*window\.__THAR_CONFIG\s*=")
_GRAILBIRD_MONTH = re.compile(rb"\s*Grailbird\.data\.tweets_\w{1,20}\s*=")
_GRAILBIRD_OTHER = re.compile(rb"\s*var (?:user_details|payload_details|tweet_index)\s*=")
_X_POSTS = frozenset({"tweet", "tweets", "community_tweet", "community_tweets"})
_X_CONTEXT = frozenset({"account", "profile", "note_tweet", "note_tweets"})
_X_LEFT_OUT = {
    "deleted_tweet": "posts that their author deleted",
    "deleted_tweets": "posts that their author deleted",
    "deleted_note_tweet": "posts that their author deleted",
    "twitter_circle_tweet": "posts to a circle, which are not public",
    "twitter_circle_tweets": "posts to a circle, which are not public",
}
_X_MEDIA = re.compile(r"(?:^|/)(?:deleted_|community_|twitter_circle_)?tweets?_media/[^/]+$")

_COLLECTION = re.compile(rb'"type"\s*:\s*"OrderedCollection"')
_COLLECTION_ID = re.compile(rb'"id"\s*:\s*"(?:[^"]*/)?(outbox|likes|bookmarks)(?:\.json)?"')
_ACTOR = re.compile(rb'"type"\s*:\s*"(?:Person|Service|Group|Application|Organization)"')
_ACTIVITYSTREAMS = b"://www.w3.org/ns/activitystreams"
_MASTODON_MEDIA = re.compile(r"(?:^|/)media_attachments/files/[^?]+$|(?:^|/)(?:avatar|header)\.\w{3,4}$")
_MASTODON_FILES = {"outbox.json": "outbox", "likes.json": "likes", "bookmarks.json": "bookmarks", "actor.json": "actor"}

_ARCHIVES: dict[str, Callable[[], OwnerArchive]] = {
    "x": XArchive,
    "mastodon": MastodonArchive,
    "bluesky": BlueskyRepository,
}


def member_kind(name: str, head: bytes) -> MemberKind | None:
    """Return what a member is by its name and its first `MEMBER_HEAD_BYTES` bytes; None for one of no owner archive."""
    return _x_kind(name, head) or _mastodon_kind(name, head) or _bluesky_kind(head)


def owner_archive(archive: str) -> OwnerArchive:
    """Return the empty context of an archive; `archive` is that of `MemberKind`."""
    return _ARCHIVES[archive]()


def _x_kind(name: str, head: bytes) -> MemberKind | None:
    if _X_MANIFEST.match(head):
        return MemberKind("x", "manifest", "context")
    if _GRAILBIRD_MONTH.match(head):
        return MemberKind("x", "tweets", "posts", "list")
    if _GRAILBIRD_OTHER.match(head):
        return MemberKind("x", "index", "left out", note="holds no posts")
    found = _X_PART.match(head)
    if found is not None:
        return _x_part_kind(found[1].decode())
    return MemberKind("x", "media", "media") if _X_MEDIA.search(name) else None


def _x_part_kind(part: str) -> MemberKind:
    if part in _X_POSTS:
        return MemberKind("x", part, "posts", "list")
    if part in _X_CONTEXT:
        return MemberKind("x", part, "context")
    return MemberKind("x", part, "left out", note=_X_LEFT_OUT.get(part, "holds no posts of the owner"))


def _mastodon_kind(name: str, head: bytes) -> MemberKind | None:
    by_name = _MASTODON_FILES.get(name.rpartition("/")[2].lower(), "") if _ACTIVITYSTREAMS in head else ""
    collection = _COLLECTION_ID.search(head) if _COLLECTION.search(head) else None
    part = collection[1].decode() if collection is not None else by_name
    if not part and _ACTOR.search(head) and (b'"preferredUsername"' in head or b'"inbox"' in head):
        part = "actor"
    if part == "outbox":
        return MemberKind("mastodon", "outbox", "posts", "orderedItems")
    if part == "actor":
        return MemberKind("mastodon", "actor", "context")
    if part:
        return MemberKind("mastodon", part, "left out", note="names posts of others by address only")
    return MemberKind("mastodon", "media", "media") if _MASTODON_MEDIA.search(name) else None


def _bluesky_kind(head: bytes) -> MemberKind | None:
    if b"eroots" in head[:64] and b"gversion\x01" in head[:512]:
        return MemberKind("bluesky", "repository", "posts", "car")
    return None
