"""Attachments of a Mastodon status: reads its media and files, its poll, and the preview of its link.

A file that the server could not read (type "unknown") is a link to where it came from, never a picture.
Source: Mastodon 4.5, `app/models/media_attachment.rb` (types), `app/serializers/rest/poll_serializer.rb` and
`preview_card_serializer.rb`.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Collection
from urllib.parse import urlsplit

from pipeline.normalise.field_validation import checked_text, valid_count
from pipeline.normalise.mastodon.wire import MastodonAttachment, MastodonCard, MastodonPoll, MastodonStatus
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Link, Media, Poll, PollOption, Post

MEDIA_TYPES = {"image": "image", "gifv": "gif", "video": "video", "audio": "video"}
"""Mastodon's type of an attachment → the type of `post.Media`; any other is a file."""

MAX_POLL_OPTIONS = 200
_MAX_PREVIEW_CHARS = 5_000


def add_attachments(post: Post, status: MastodonStatus, quoted: Collection[str]) -> None:
    """Give a post its media and files, its poll and the preview of its link, unless that leads to what it quotes."""
    post.media = [one for one in map(_media, status.media_attachments or ()) if one.url]
    urls = {link.url for link in post.links}
    post.links += [Link(one.url) for one in post.media if one.type == "file" and one.url not in urls]
    post.poll = _poll(status.poll)
    if status.card is not None and status.card.url not in quoted:
        _add_preview(post, status.card)


def _media(item: MastodonAttachment) -> Media:
    kind = MEDIA_TYPES.get(item.type, "file")
    if kind == "file":
        url = next(filter(_is_web, (item.remote_url or "", item.url or "")), "")
        return Media(kind, url, "", item.description or "", mime=_media_type(url))
    return Media(kind, item.url or item.remote_url or "", item.preview_url or "", item.description or "")


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _media_type(url: str) -> str:
    """Return the media type that the name of a file tells; "" where it tells none."""
    try:
        return mimetypes.guess_type(urlsplit(url).path)[0] or ""
    except ValueError:
        return ""


def _poll(poll: MastodonPoll | None) -> Poll | None:
    if poll is None or not poll.options:
        return None
    told = poll.options[:MAX_POLL_OPTIONS]
    options = [PollOption(checked_text(one.title or ""), valid_count(one.votes_count)) for one in told]
    return Poll(options, iso_to_ms(poll.expires_at or ""), bool(poll.multiple))


def _add_preview(post: Post, card: MastodonCard) -> None:
    """Give the link that a preview card describes the card's words and picture.

    That is the link with the card's address, else the first: Mastodon makes the card of the first link, and gives it
    the address that the page states for itself (`app/services/fetch_link_card_service.rb`).
    """
    if not card.url or not _is_web(card.url) or not (card.title or card.description or card.image):
        return
    files = {one.url for one in post.media if one.type == "file"}
    links = [link for link in post.links if link.url not in files]
    link = next((one for one in links if one.url.rstrip("/") == card.url.rstrip("/")), links[0] if links else None)
    if link is None:
        link = Link(card.url)
        post.links.append(link)
    link.title = (card.title or "")[:_MAX_PREVIEW_CHARS]
    link.description = (card.description or "")[:_MAX_PREVIEW_CHARS]
    link.image = card.image if card.image and _is_web(card.image) else ""
