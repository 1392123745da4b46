"""Adapter of Mastodon's account archive: makes canonical posts of the activities in its `outbox.json`.

A Create becomes its Note or Question, an Announce a repost of an address, a Delete a deletion. The activity is written
as the status that Mastodon's own API would answer, and read like that one. Only public and unlisted posts are read,
told by `to` and `cc`. The owner's own archive is the owner's consent: "indexable" is not asked for. The version is the
time of writing or of the last edit. A server writes of its own posts only: ids of another host are refused.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise.mastodon.activity_wire import (
    ActivityAttachment,
    ActivityCollection,
    ActivityNote,
    ActivityTag,
    ArchiveActor,
    ArchivedActivity,
    ArchivedMember,
    decode_address,
    decode_note,
)
from pipeline.normalise.mastodon.status_adapter import Observation, observed_events
from pipeline.normalise.mastodon.status_ids import checked_id, id_from_uri
from pipeline.normalise.mastodon.wire import MastodonStatus
from pipeline.post import Deletion, Event, Notice, Post, ReplyTo, Upsert

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_POST_TYPES = frozenset({"Note", "Question", "Article", "Page"})
_BOT_TYPES = frozenset({"Service", "Application"})
_MEDIA_PATH = re.compile(r"media_attachments/files/((?:\d{3}/)+)original/")
_PROFILE_NAME = re.compile(r"^/(?:@|users/)([A-Za-z0-9_.-]{1,100})(?:/|$)")


def activity_events(member: ArchivedMember, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of one activity.

    Raises:
        RecordError: the activity is of another host than its actor, or lacks time, address or author.
    """
    activity = member.activity
    if activity.type == "Delete":
        return [Deletion(_own_id(_object_address(activity), activity), received_at)]
    if activity.type not in ("Create", "Announce"):
        return [Notice("mastodon", "info", f"{activity.type or 'an activity without a type'} in an archive"[:100])]
    if not _visibility(activity.to, activity.cc):
        return [Notice("mastodon", "withheld", "a status its author did not make public")]
    if activity.type == "Announce":
        return _repost(member, raw, received_at)
    note = decode_note(activity.object)
    if note.type not in _POST_TYPES:
        return [Notice("mastodon", "info", f"{note.type or 'an object without a type'} in an archive"[:100])]
    _own_id(note.id, activity)
    found = observed_events(_status(note, member), raw, Observation(received_at, ""))
    for event in found:
        if isinstance(event, Upsert):
            _complete(event.post, note)
    return found


def _own_id(uri: str, activity: ArchivedActivity) -> str:
    """Return the post id of an address on the actor's own host.

    Raises:
        RecordError: it is no such address.
    """
    found = id_from_uri(uri)
    host = urlsplit(activity.actor).netloc.lower()
    if not host or found.partition("/")[0] != host:
        raise RecordError(f"activity of {activity.actor[:60]!r} about {uri[:60]!r}, which is of another host")
    return f"mastodon:{checked_id(found)}"


def _object_address(activity: ArchivedActivity) -> str:
    """Return the address of an activity's object, which is the address itself or an object with it."""
    if bytes(activity.object).strip().startswith(b'"'):
        return decode_address(activity.object)
    return decode_note(activity.object).id


def _repost(member: ArchivedMember, raw: bytes, received_at: int) -> list[Event]:
    activity = member.activity
    original = id_from_uri(_object_address(activity))
    _own_id(activity.id, activity)
    if not original:
        raise RecordError("an Announce of no address")
    note = ActivityNote(id=activity.id, published=activity.published, to=activity.to, cc=activity.cc)
    found = observed_events(_status(note, member), raw, Observation(received_at, ""))
    for event in found:
        if isinstance(event, Upsert):
            event.post.repost_of, event.post.conversation_id = f"mastodon:{checked_id(original)}", ""
            event.post.url = ""
    return found


def _visibility(to: list[str] | str | None, cc: list[str] | str | None) -> str:
    """Return "public" or "unlisted"; "" for a post that its author did not make public."""
    if _PUBLIC & set(_listed(to)):
        return "public"
    return "unlisted" if _PUBLIC & set(_listed(cc)) else ""


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _status(note: ActivityNote, member: ArchivedMember) -> MastodonStatus:
    """Return a post as the status that Mastodon's API would answer."""
    tags = _listed(note.tag)
    url = _page(note)
    account = _account(member.mastodon_archive, member.activity, url)
    fields = {
        "id": note.id,
        "uri": note.id,
        "url": url,
        "account": account,
        "content": note.content or "",
        "created_at": note.published or member.activity.published or "",
        "edited_at": note.updated,
        "visibility": _visibility(note.to or member.activity.to, note.cc or member.activity.cc) or "private",
        "sensitive": note.sensitive,
        "spoiler_text": note.summary,
        "language": next(iter(note.content_map), None) if note.content_map and len(note.content_map) == 1 else None,
        "reblogs_count": _size(note.shares),
        "favourites_count": _size(note.likes),
        "mentions": [
            {"acct": (tag.name or "").lstrip("@"), "url": tag.href, "id": tag.href or ""}
            for tag in tags
            if tag.type == "Mention" and tag.name
        ],
        "tags": [{"name": (tag.name or "").lstrip("#")} for tag in tags if tag.type == "Hashtag" and tag.name],
        "emojis": _emojis(tags),
        "media_attachments": [_attachment(item, note.id) for item in _listed(note.attachment)],
    }
    options = note.one_of or note.any_of
    if options:
        fields["poll"] = {
            "options": [{"title": option.name, "votes_count": _size(option.replies)} for option in options],
            "expires_at": note.end_time,
            "multiple": note.any_of is not None,
        }
    return msgspec.convert(fields, MastodonStatus)


def _page(note: ActivityNote) -> str:
    """Return the address of a post's page, "" where the note has none as a plain text."""
    raw = bytes(note.url).strip()
    return decode_address(raw) if raw.startswith(b'"') else ""


def _account(actor: ArchiveActor, activity: ArchivedActivity, page: str) -> dict[str, Any]:
    """Return the account of the archive's owner, as far as the archive describes it.

    Raises:
        RecordError: there is no name for it.
    """
    known = actor if actor.id == activity.actor else ArchiveActor()
    named = _PROFILE_NAME.search(urlsplit(page or activity.actor).path)
    name = known.preferred_username or (named[1] if named else "")
    if not name:
        raise RecordError("an activity without its author: import the whole archive (actor.json is missing)")
    return {
        "acct": known.webfinger or name,
        "id": activity.actor,
        "display_name": known.name,
        "note": known.summary,
        "uri": activity.actor,
        "url": known.url or activity.actor,
        "bot": known.type in _BOT_TYPES,
        "emojis": _emojis(_listed(known.tag)),
    }


def _emojis(tags: list[ActivityTag]) -> list[dict[str, str]]:
    """Return the custom emoji among some tags as Mastodon's API names them."""
    return [
        {"shortcode": tag.name.strip(":"), "url": tag.icon.url, "static_url": tag.icon.url}
        for tag in tags
        if tag.type == "Emoji" and tag.name and tag.icon is not None and tag.icon.url
    ]


def _attachment(item: ActivityAttachment, note_id: str) -> dict[str, Any]:
    """Return a file as Mastodon's API names it.

    An archive gives its path only. `/media/<id>` of the server leads to the file wherever it is stored (Mastodon's
    `MediaController`); the id stands in the path, three digits a folder.
    """
    kind = (item.media_type or "").partition("/")[0]
    url = item.url or ""
    found = _MEDIA_PATH.search(url)
    if found is not None and not url.startswith("https://"):
        url = f"https://{urlsplit(note_id).netloc}/media/{found[1].replace('/', '').lstrip('0')}"
    return {
        "type": kind if kind in ("image", "video", "audio") else "unknown",
        "url": url if url.startswith("https://") else None,
        "description": item.name,
    }


def _size(collection: ActivityCollection | str | None) -> int | None:
    return collection.total_items if isinstance(collection, ActivityCollection) else None


def _complete(post: Post, note: ActivityNote) -> None:
    """Give a post the addresses that a status has no room for: the answered post and the quoted one."""
    if note.in_reply_to:
        answered = id_from_uri(note.in_reply_to)
        handle = _handle(note.in_reply_to)
        post.reply_to = ReplyTo(f"mastodon:{answered}" if answered else "", handle.lower(), handle)
        post.conversation_id = ""
    quoted = id_from_uri(note.quote or note.quote_uri or note.quote_url or "")
    is_own = quoted.partition("/")[0] == urlsplit(note.id).netloc.lower()
    if quoted and (note.quote_authorization or not note.quote or is_own):
        post.quote_of = f"mastodon:{quoted}"


def _handle(uri: str) -> str:
    """Return the handle of the author of an address, where the address has the name."""
    parts = urlsplit(uri)
    named = _PROFILE_NAME.search(parts.path)
    return f"{named[1]}@{parts.netloc.lower()}" if named else ""
