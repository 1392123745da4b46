"""Embeds of a Bluesky post: adds images, video and link preview to the canonical post, returns the quoted record.

A record names images and videos by content hash and author. Their addresses, on Bluesky's own image and video servers,
are made of these. An embed in another app's shape adds nothing.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw

from pipeline.post import Link, Media, Post

IMAGE_SERVER = "https://cdn.bsky.app/img"
VIDEO_SERVER = "https://video.bsky.app/watch"

_CID = re.compile(r"[A-Za-z0-9]{20,120}")


class BlobLink(msgspec.Struct):
    """A blob's content hash (CID)."""

    link: str = msgspec.field(default="", name="$link")


class Blob(msgspec.Struct):
    """A file in the author's repository. Old records name its content hash in `cid` instead of `ref`."""

    ref: BlobLink | None = None
    cid: str = ""

    def content_hash(self) -> str:
        """Return the content hash (CID), or "" where the record has none of that form."""
        found = self.ref.link if self.ref is not None else self.cid
        return found if _CID.fullmatch(found) else ""


class Image(msgspec.Struct):
    """An image and its alternative text."""

    image: Blob | None = None
    alt: str | None = None


class External(msgspec.Struct):
    """A link and the title of its preview."""

    uri: str = ""
    title: str | None = None


class Quoted(msgspec.Struct):
    """A quoted record: its address, or one level down where media are embedded beside the quote."""

    uri: str = ""
    record: Quoted | None = None


class Embed(msgspec.Struct):
    """An embed of any kind. One that also quotes has its images, video or link in `media`."""

    images: list[Image] | None = None
    video: Blob | None = None
    alt: str | None = None
    external: External | None = None
    record: Quoted | None = None
    media: Embed | None = None


_decode = msgspec.json.Decoder(Embed | None).decode


def add_embed(post: Post, raw: Raw) -> str:
    """Add an embed's media and link to a post; return the at:// address of the quoted record, or "".

    An embed that is not in Bluesky's shape (other apps write their own) adds nothing.
    """
    try:
        embed = _decode(raw)
    except msgspec.MsgspecError:
        return ""
    if embed is None:
        return ""
    for part in (embed, embed.media):
        if part is not None:
            _add_part(post, part)
    quoted = embed.record
    while quoted is not None and not quoted.uri:
        quoted = quoted.record
    return quoted.uri if quoted is not None else ""


def _add_part(post: Post, embed: Embed) -> None:
    did = post.author.id
    for item in embed.images or ():
        cid = item.image.content_hash() if item.image is not None else ""
        if cid:
            full = f"{IMAGE_SERVER}/feed_fullsize/plain/{did}/{cid}@jpeg"
            small = f"{IMAGE_SERVER}/feed_thumbnail/plain/{did}/{cid}@jpeg"
            post.media.append(Media("image", full, small, item.alt or ""))
    cid = embed.video.content_hash() if embed.video is not None else ""
    if cid:
        video = f"{VIDEO_SERVER}/{did}/{cid}"
        post.media.append(Media("video", f"{video}/playlist.m3u8", f"{video}/thumbnail.jpg", embed.alt or ""))
    if embed.external is not None and embed.external.uri:
        known = next((link for link in post.links if link.url == embed.external.uri), None)
        if known is None:
            post.links.append(Link(embed.external.uri, embed.external.title or ""))
        else:
            known.title = embed.external.title or ""
