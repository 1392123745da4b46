"""What hangs on a Bluesky post: pictures, a film, a link with its preview, a quoted record, or two of them at once.

Pictures and films are named by blob and author; their addresses are those of Bluesky's own image and video servers.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw

from pipeline.post import Link, Media, Post

IMAGES = "https://cdn.bsky.app/img"
FILMS = "https://video.bsky.app/watch"

_CID = re.compile(r"[A-Za-z0-9]{20,120}")


class BlobLink(msgspec.Struct):
    """The content hash of a blob."""

    link: str = msgspec.field(default="", name="$link")


class Blob(msgspec.Struct):
    """A file in the author's repository; `cid` is how old records name it."""

    ref: BlobLink | None = None
    cid: str = ""

    def hash(self) -> str:
        """Return the content hash, "" where there is none that could be one."""
        found = self.ref.link if self.ref is not None else self.cid
        return found if _CID.fullmatch(found) else ""


class Image(msgspec.Struct):
    """A picture."""

    image: Blob | None = None
    alt: str | None = None


class External(msgspec.Struct):
    """A link with its preview."""

    uri: str = ""
    title: str | None = None


class Quoted(msgspec.Struct):
    """The quoted record: at once, or one level down where media hang beside it."""

    uri: str = ""
    record: Quoted | None = None


class Embed(msgspec.Struct):
    """Any embed: `media` holds the pictures, film or link of one that also quotes."""

    images: list[Image] | None = None
    video: Blob | None = None
    alt: str | None = None
    external: External | None = None
    record: Quoted | None = None
    media: Embed | None = None


_decode = msgspec.json.Decoder(Embed | None).decode


def add_embed(post: Post, raw: Raw) -> str:
    """Give a post its media and the link of its preview; return the at:// address of what it quotes, or "".

    An embed of another app, in a shape of its own, adds nothing.
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
        cid = item.image.hash() if item.image is not None else ""
        if cid:
            full, small = (f"{IMAGES}/{size}/plain/{did}/{cid}@jpeg" for size in ("feed_fullsize", "feed_thumbnail"))
            post.media.append(Media("image", full, small, item.alt or ""))
    cid = embed.video.hash() if embed.video is not None else ""
    if cid:
        film = f"{FILMS}/{did}/{cid}"
        post.media.append(Media("video", f"{film}/playlist.m3u8", f"{film}/thumbnail.jpg", embed.alt or ""))
    if embed.external is not None and embed.external.uri:
        known = next((link for link in post.links if link.url == embed.external.uri), None)
        if known is None:
            post.links.append(Link(embed.external.uri, embed.external.title or ""))
        else:
            known.title = embed.external.title or ""
