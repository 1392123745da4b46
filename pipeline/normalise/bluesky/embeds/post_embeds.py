"""Embeds of a Bluesky post: adds pictures, films, GIFs, link preview and card to the post, reads what it quotes.

A record names pictures and films by content hash and author. Their addresses, on Bluesky's own image and video servers,
are made of these. Each part is read alone: one of an unknown kind, or in a broken shape, loses nothing but itself. An
embed of another app's lexicon adds nothing.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Raw

from pipeline.normalise.bluesky.embeds.gif_links import gif_address, gif_alt
from pipeline.normalise.bluesky.embeds.record_cards import record_card
from pipeline.normalise.bluesky.embeds.wire import (
    Embed,
    External,
    decode_blob,
    decode_embed,
    decode_external,
    decode_image,
    decode_quoted,
)
from pipeline.normalise.bluesky.record_wire import readable, readable_items
from pipeline.post import Link, Media, Post

IMAGE_SERVER = "https://cdn.bsky.app/img"
VIDEO_SERVER = "https://video.bsky.app/watch"

MAX_PICTURES = 20
"""Most pictures of a post: the limit of `app.bsky.embed.gallery`."""

_LEXICON = "app.bsky.embed."
_PICTURE_TYPES = ("", "app.bsky.embed.images#image", "app.bsky.embed.gallery#image")
"""Types of an item that is a picture; those of `app.bsky.embed.images` have none."""

_CID = re.compile(r"[A-Za-z0-9]{20,120}")


def quoted_address(raw: Raw) -> str:
    """Return the at:// address of the record that an embed quotes, "" where it quotes none."""
    embed = _embed(raw)
    found = embed.record if embed is not None else Raw()
    for _ in range(2):  # one level down where media stand beside the quote
        quoted = readable(decode_quoted, found)
        if quoted is None:
            return ""
        if uri := _text(quoted.uri):
            return uri
        found = quoted.record
    return ""


def add_embed(post: Post, raw: Raw) -> None:
    """Add an embed's media and links to a post. A quoted feed, list, starter pack or labeler becomes a link."""
    embed = _embed(raw)
    if embed is None:
        return
    for part in (embed, _embed(embed.media)):
        if part is not None:
            _add_media(post, part)
    card = record_card(quoted_address(raw))
    if card is not None and all(link.url != card.url for link in post.links):
        post.links.append(card)


def _embed(raw: Raw) -> Embed | None:
    embed: Embed | None = readable(decode_embed, raw)
    if embed is None or (embed.type and not _text(embed.type).startswith(_LEXICON)):
        return None
    return embed


def _add_media(post: Post, embed: Embed) -> None:
    did = post.author.id
    for part in (embed.images, embed.items):
        for item in readable_items(decode_image, part, MAX_PICTURES):
            cid = _content_hash(item.image) if _text(item.type, "unknown") in _PICTURE_TYPES else ""
            if cid:
                full = f"{IMAGE_SERVER}/feed_fullsize/plain/{did}/{cid}@jpeg"
                post.media.append(Media("image", full, _small_picture(did, cid), _text(item.alt)))
    cid = _content_hash(embed.video)
    if cid:
        kind = "gif" if embed.presentation == "gif" else "video"
        video = f"{VIDEO_SERVER}/{did}/{cid}"
        post.media.append(Media(kind, f"{video}/playlist.m3u8", f"{video}/thumbnail.jpg", _text(embed.alt)))
    external = readable(decode_external, embed.external)
    if external is not None and external.uri:
        _add_external(post, external)


def _add_external(post: Post, external: External) -> None:
    title, description = _text(external.title), _text(external.description)
    thumb = _content_hash(external.thumb)
    image = _small_picture(post.author.id, thumb) if thumb else ""
    if gif := gif_address(external.uri):
        post.media.append(Media("gif", gif, image or gif, gif_alt(title, description)))
        return
    known = next((link for link in post.links if link.url == external.uri), None)
    if known is None:
        post.links.append(Link(external.uri, title, description, image))
    else:
        known.title, known.description, known.image = title, description, image


def _content_hash(raw: Raw) -> str:
    """Return a blob's content hash (CID), "" where there is none of that form."""
    blob = readable(decode_blob, raw)
    if blob is None:
        return ""
    found = blob.ref.link if blob.ref is not None else blob.cid
    return found if _CID.fullmatch(found) else ""


def _small_picture(did: str, cid: str) -> str:
    return f"{IMAGE_SERVER}/feed_thumbnail/plain/{did}/{cid}@jpeg"


def _text(value: Any, other: str = "") -> str:
    """Return a value that is a text; `other` for anything else."""
    return value if isinstance(value, str) else other
