"""Mastodon's statuses (REST) and streaming events, as JSON or as the lines of its event stream: the adapter.

A post's id is made of its `uri`, the same on every server. A delete tells the id on the server asked, which is the
post's own only for what was written there; for others it must come with the `uri` (see `MastodonStreamEvent`). Only public
and unlisted statuses become posts.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from pipeline.errors import RecordError
from pipeline.language_codes import primary_subtag
from pipeline.normalise.field_validation import checked_text, valid_count
from pipeline.normalise.mastodon.wire import (
    MastodonAccount,
    MastodonAttachment,
    MastodonQuote,
    MastodonStatus,
    MastodonStreamEvent,
    decode_event,
    decode_quote,
    decode_status,
)
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.html_to_text import Anchor, html_to_text
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.timestamps import future_claim, iso_to_ms
from pipeline.post import Author, Counts, Deletion, Entity, Event, Link, Media, Notice, Post, ReplyTo, Upsert

OPEN = frozenset({"public", "unlisted", ""})
MEDIA = {"image": "image", "gifv": "gif", "video": "video", "audio": "video", "unknown": "image"}
MAX_ID_CHARS = 512

_OWN_PAGE = re.compile(r"/(?:(?:users/[^/]+|ap/users/\d+)/statuses|@[^/]+)/(\d+)(?:/activity)?/?")
_TAG_URI = re.compile(r"tag:([^,]+),[\d-]+:objectId=(\d+):objectType=Status")


_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _Seen(msgspec.Struct):
    """When and where a status was seen. `version` None: as of its own writing."""

    received_at: int
    instance: str
    version: int | None = None


def status_events(status: MastodonStatus, raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return the events of a status that was asked for: its numbers are as of now.

    Raises:
        RecordError: it has no id that counts everywhere, or no time.
    """
    return _events(status, raw, _Seen(received_at, instance, received_at))


def stream_events(event: MastodonStreamEvent, raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return what one event of a stream says.

    Raises:
        RecordError: its payload cannot be read.
    """
    payload = bytes(event.payload).strip()
    if payload.startswith(b'"'):
        payload = msgspec.json.decode(payload, type=str).encode()
    return _event(event.event, payload, event.uri, raw, _Seen(received_at, instance))


def body_events(raw: bytes, received_at: int, instance: str) -> list[Event]:
    """Return what some lines of an event stream say (`event: …`, `data: …`, a blank line between two events).

    A lone `data:` line is read as what it holds: a status, or the id of one that was deleted.
    """
    found: list[Event] = []
    name, data = "", []
    for line in [*raw.replace(b"\r\n", b"\n").split(b"\n"), b""]:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event" and value:
            name = value.decode(errors="replace").strip()
        elif field == b"data" and value:
            data.append(value)
        elif not line and data:
            payload = b"\n".join(data).strip()
            if payload.startswith((b'{"event":', b'{"stream":')):
                found += stream_events(decode_event(payload), raw, received_at, instance)
            else:
                kind = name or _kind(payload)
                found += _event(kind, payload, None, raw, _Seen(received_at, instance))
            name, data = "", []
    return found


def _kind(payload: bytes) -> str:
    """Return the event that data without a name must belong to."""
    if payload.isdigit():
        return "delete"
    return "update" if {"account", "content"} <= _decode_object(payload).keys() else "something without a name"


def _event(name: str, payload: bytes, uri: str | None, raw: bytes, seen: _Seen) -> list[Event]:
    if name in ("update", "status.update"):
        return _events(decode_status(payload), raw, seen)
    if name == "delete":
        return [_deletion(payload.decode(errors="replace").strip('" '), uri, seen)]
    return [Notice("mastodon", "info", name[:100])]  # conversation, notification, announcement, filters_changed, …


def _deletion(number: str, uri: str | None, seen: _Seen) -> Event:
    if uri:
        return Deletion(f"mastodon:{_checked(_place(uri))}", seen.received_at)
    if not (number.isascii() and number.isalnum()) or len(number) > 40:
        raise RecordError(f"Mastodon delete without a usable id: {number[:40]!r}")
    if not seen.instance:
        return Notice("mastodon", "warning", f"delete of {number} on a server that is not named")
    return Deletion(f"mastodon:{seen.instance.lower()}/{number}", seen.received_at)


def _checked(place: str) -> str:
    if not place or len(place) > MAX_ID_CHARS or not place.isprintable() or " " in place:
        raise RecordError("Mastodon status without an id that counts everywhere")
    return place


def _place(uri: str) -> str:
    """Return what tells a status from all others: host and number where its server is a Mastodon, else host and path;
    "" where the URI is none."""
    tagged = _TAG_URI.fullmatch(uri)
    if tagged:
        return f"{tagged[1].lower()}/{tagged[2]}"
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.strip("/"):
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    own = _OWN_PAGE.fullmatch(parts.path)
    return f"{host}/{own[1]}" if own else f"{host}{parts.path.removesuffix('/activity')}"


def _events(status: MastodonStatus, raw: bytes, seen: _Seen) -> list[Event]:
    if (status.visibility or "") not in OPEN:
        return [Notice("mastodon", "withheld", "a status its author did not make public")]
    if seen.version is None:
        written = iso_to_ms(status.edited_at or "") or iso_to_ms(status.created_at)
        seen = _Seen(seen.received_at, seen.instance, written or seen.received_at)
    found: list[Event] = []
    original = status.reblog
    if original is not None:
        found += [event for event in _events(original, b"", seen) if isinstance(event, Upsert)]
        post = _post(status, seen)
        if found:
            post.repost_of = found[-1].post.id if isinstance(found[-1], Upsert) else ""
        return [*found, Upsert(post, raw)] if found else []
    quoted = _quoted(status)
    if quoted is not None:
        found += [event for event in _events(quoted, b"", seen) if isinstance(event, Upsert)]
    post = _post(status, seen)
    if found and isinstance(found[-1], Upsert):
        post.quote_of = found[-1].post.id
    _add_content(post, status)
    return [*found, Upsert(post, raw)]


def _quoted(status: MastodonStatus) -> MastodonStatus | None:
    if bytes(status.quote) in (b"", b"null"):
        return None
    try:
        quote: MastodonQuote = decode_quote(status.quote)
        if not quote.state and quote.quoted_status is None:
            return decode_status(status.quote)  # other makes put the status itself here
    except msgspec.MsgspecError:
        return None
    return quote.quoted_status if quote.state in ("accepted", "") else None


def _post(status: MastodonStatus, seen: _Seen) -> Post:
    place = _place(status.uri or "") or _place(status.url or "")
    if not place and seen.instance:
        place = f"{seen.instance}/{status.id}"
    claim = iso_to_ms(status.created_at)
    _checked(place)
    if claim is None:
        raise RecordError(f"Mastodon status with no time: {status.created_at[:40]!r}")
    url = status.url or status.uri or ""
    return Post(
        id=f"mastodon:{place}",
        version=seen.version or seen.received_at,
        source="mastodon",
        url=url if url.startswith(("https://", "http://")) else "",
        created_at=min(claim, seen.received_at),
        claimed_at=future_claim(claim, seen.received_at),
        received_at=seen.received_at,
        author=_author(status.account, place.partition("/")[0]),
    )


def _author(account: MastodonAccount, host: str) -> Author:
    home = urlsplit(account.uri or account.url or "").netloc or host
    handle = account.acct if "@" in account.acct else f"{account.acct}@{home}"
    return Author(
        handle.lower(),
        handle,
        account.display_name or "",
        html_to_text(account.note or "")[0],
        account.avatar or "",
        valid_count(account.followers_count),
    )


def _add_content(post: Post, status: MastodonStatus) -> None:
    text, anchors = html_to_text(status.content)
    warning = (status.spoiler_text or "").strip()
    shift = len(warning) + 2 if warning and text else 0
    post.text = checked_text(f"{warning}\n\n{text}" if shift else warning or text)
    mentions = {mention.url: mention.acct for mention in status.mentions or () if mention.url and mention.acct}
    for anchor in anchors:
        _add_anchor(post, anchor, shift, mentions)
    named = {tag.name.casefold() for tag in status.tags or ()}
    if not anchors:
        add_missing_entities(post)
    post.hashtags = distinct_ignoring_case(post.hashtags + sorted(name for name in named if name))
    post.mentions = distinct_ignoring_case(
        post.mentions + [acct for acct in mentions.values() if not _is_known(acct, post)]
    )
    _add_card(post, status)
    post.hosts = hosts_of(post.links)
    post.lang = primary_subtag(status.language or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(status.sensitive)
    post.media = [one for one in map(_media, status.media_attachments or ()) if one.url]
    post.counts = Counts(
        valid_count(status.replies_count),
        valid_count(status.reblogs_count),
        valid_count(status.quotes_count),
        valid_count(status.favourites_count),
    )
    if status.in_reply_to_id is None:
        post.conversation_id = post.id
    else:
        post.reply_to = _reply(post, status)


def _is_known(acct: str, post: Post) -> bool:
    return any(acct.casefold() == known.casefold() for known in post.mentions)


def _add_anchor(post: Post, anchor: Anchor, shift: int, mentions: dict[str, str]) -> None:
    start, end = anchor.start + shift, anchor.end + shift
    shown = post.text[start:end]
    if shown[0] in "#＃" and ("hashtag" in anchor.classes or "mention" in anchor.classes) and len(shown) > 1:
        post.hashtags.append(shown[1:])
        post.entities.append(Entity("hashtag", start, end, shown[1:]))
    elif anchor.href in mentions or ("mention" in anchor.classes and shown[0] in "@＠" and len(shown) > 1):
        handle = mentions.get(anchor.href) or shown[1:]
        post.mentions.append(handle)
        post.entities.append(Entity("mention", start, end, handle))
    elif anchor.href.startswith(("https://", "http://")):
        post.entities.append(Entity("link", start, end, anchor.href))
        if all(link.url != anchor.href for link in post.links):
            post.links.append(Link(anchor.href))


def _add_card(post: Post, status: MastodonStatus) -> None:
    card = status.card
    if card is None or not card.url or not card.title:
        return
    for link in post.links:
        if link.url.rstrip("/") == card.url.rstrip("/") or len(post.links) == 1:
            link.title = card.title
            return


def _reply(post: Post, status: MastodonStatus) -> ReplyTo:
    """Return what is answered, as far as ids of one server tell: the id where a person goes on with their own thread
    at home, else the author alone."""
    by_id = {mention.id: mention.acct for mention in status.mentions or ()}
    who = str(status.in_reply_to_account_id or "")
    place, _, number = post.id.removeprefix("mastodon:").rpartition("/")
    if who and who == status.account.id:
        answered = str(status.in_reply_to_id)
        at_home = number == str(status.id) and answered.isascii() and answered.isalnum() and len(answered) <= 40
        return ReplyTo(f"mastodon:{place}/{answered}" if at_home else "", post.author.id, post.author.handle)
    handle = by_id.get(who, "")
    if handle and "@" not in handle:
        handle = f"{handle}@{place}" if number == str(status.id) else handle
    return ReplyTo("", handle.lower(), handle)


def _media(item: MastodonAttachment) -> Media:
    url = item.url or item.remote_url or ""
    return Media(MEDIA.get(item.type, "image"), url, item.preview_url or "", item.description or "")
