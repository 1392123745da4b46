"""What both wires of X have in common once their shapes are read: spans into content, links that are not shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from pipeline.normalise.figures import bounded, distinct
from pipeline.normalise.text.hosts import hosts_of, shown
from pipeline.normalise.text.spans import Span, tag_at, unescape, url_at, weave
from pipeline.post import Link, Post

MOST_ENTITIES = 500
"""Of each kind; no post has as many, and each may have to be looked for."""

Indices = tuple[int, int] | None

_MEDIA_PAGE = re.compile(r"https?://(?:mobile\.)?(?:twitter|x)\.com/[^/]+/status/\d+/(?:photo|video)/\d+$")


class Tag(NamedTuple):
    """A hashtag, cashtag or mention as the source names it."""

    type: str
    value: str
    indices: Indices
    id: str = ""


class ShortLink(NamedTuple):
    """A link as the source names it: `url` stands in the text, `target` is what it is short for."""

    url: str
    target: str
    display: str
    indices: Indices
    title: str = ""
    media: bool = False


class Hidden(NamedTuple):
    """What is not shown at the end of a text: links to the post itself and to the one it quotes ("" for none), and all
    from `shown_end` on, where the source says so."""

    itself: str
    quoted: str
    quoted_link: str = ""
    shown_end: int | None = None


class ProfileLink(Protocol):
    """A short link in the description of an account, as both wires write it."""

    @property
    def url(self) -> str | None: ...
    @property
    def expanded_url(self) -> str | None: ...
    @property
    def display_url(self) -> str | None: ...


def bio_of(description: str | None, links: Iterable[ProfileLink] | None) -> str:
    """Return the description of an account as people read it: links as X shows them, nothing escaped."""
    bio = description or ""
    for link in (links or ()) if bio else ():
        if link.url and link.expanded_url:
            bio = bio.replace(link.url, link.display_url or shown(link.expanded_url))
    return unescape(bio)


def fill(post: Post, text: str, tags: Sequence[Tag], links: Sequence[ShortLink], hidden: Hidden) -> None:
    """Give a post its text, entities, tags and links, as X shows them."""
    spans: list[Span] = []
    text = bounded(text)
    for tag in tags[:MOST_ENTITIES]:
        place = tag_at(text, tag.indices, tag.type, tag.value)
        if place is not None:
            spans.append(Span(place[0], place[1], tag.type, tag.value, tag.id))
        values = post.hashtags if tag.type == "hashtag" else post.mentions if tag.type == "mention" else post.cashtags
        values.append(tag.value)
    for link in links[:MOST_ENTITIES]:
        place = url_at(text, link.indices, link.url)
        if place is not None:
            display = (link.display or shown(link.target)) if link.display or link.target != link.url else None
            spans.append(Span(place[0], place[1], "link", link.target, "", display, _unshown(link, hidden)))
    post.text, post.entities = weave(text, spans, hidden.shown_end)
    if tags:
        post.hashtags = distinct(post.hashtags)
        post.mentions = distinct(post.mentions)
        post.cashtags = distinct(post.cashtags)
    if links:
        _add_links(post, links, hidden)


def _add_links(post: Post, links: Sequence[ShortLink], hidden: Hidden) -> None:
    kept = {entity.value for entity in post.entities if entity.type == "link"}
    found: dict[str, Link] = {}
    for link in links:
        if link.target not in found and not is_media(link) and (link.target in kept or not _unshown(link, hidden)):
            found[link.target] = Link(link.target, link.title)
    post.links = list(found.values())
    post.hosts = hosts_of(post.links)


def is_media(link: ShortLink) -> bool:
    """Tell whether a link is only the place of a picture or film of the post."""
    return link.media or _MEDIA_PAGE.match(link.target) is not None


def _unshown(link: ShortLink, hidden: Hidden) -> bool:
    if link.media:
        return True
    target = link.target
    if "/status/" not in target:
        return False
    page = target.partition("?")[0]
    return (
        page.endswith(f"/i/web/status/{hidden.itself}")
        or (hidden.quoted != "" and (page.endswith(f"/status/{hidden.quoted}") or link.url == hidden.quoted_link))
        or _MEDIA_PAGE.match(page) is not None
    )
