"""Content shared by X API v1.1 and v2: gives a post its text, tags and links as X shows them, with entities.

Short links become their display form. Links that stand for media, the quoted post or the post itself are hidden at the
text's end. `render_bio` treats the description of an account in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from pipeline.normalise.field_validation import checked_text
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.span_location import locate_tag, locate_url
from pipeline.normalise.text.span_rendering import SourceSpan, render_spans, unescape_html
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.post import Link, Post

MAX_ENTITIES = 500
"""Most tags and most links of a post that are read. No post has as many, and each may have to be searched for."""

MAX_DISPLAY_CHARS = 27
"""Most characters of host and path that X shows of a link before an ellipsis."""

Indices = tuple[int, int] | None

_X_PAGE = re.compile(r"https?://(?:(?:mobile|www)\.)?(?:twitter|x)\.com/")
_ARTICLE_PAGE = re.compile(r"https?://(?:(?:mobile|www)\.)?(?:twitter|x)\.com/(?:i|\w+)/article/\d+")
_MEDIA_PAGE = re.compile(r"https?://(?:mobile\.)?(?:twitter|x)\.com/[^/]+/status/\d+/(?:photo|video)/\d+$")


class SourceTag(NamedTuple):
    """A hashtag, cashtag or mention as the source names it."""

    type: str
    value: str
    indices: Indices
    id: str = ""


class ShortLink(NamedTuple):
    """A link as the source names it: `url` stands in the text, `target` is the expanded URL (see `page_behind`).

    `title`, `description` and `image` are those of the link's preview.
    """

    url: str
    target: str
    display: str
    indices: Indices
    title: str = ""
    media: bool = False
    description: str = ""
    image: str = ""


class HiddenParts(NamedTuple):
    """The parts of a text's end that X does not show.

    `itself` and `quoted` are the ids of the post and of the post it quotes ("" for none): links to them are hidden.
    `quoted_link` is the short link of the quoted post. Everything from `shown_end` on is hidden, where the source
    gives that position. `article`: the post's article came along, and a link to it is hidden too.
    """

    itself: str
    quoted: str
    quoted_link: str = ""
    shown_end: int | None = None
    article: bool = False


class ProfileLink(Protocol):
    """A short link in the description of an account, as both API versions write it."""

    @property
    def url(self) -> str | None: ...
    @property
    def expanded_url(self) -> str | None: ...
    @property
    def display_url(self) -> str | None: ...


def page_behind(expanded: str, unwound: str | None) -> str:
    """Return the page that a link leads to: the one behind all redirects, if X unwound it.

    X's own pages stay as they are expanded, because media, quotes and articles are known by them.
    """
    if not unwound or not unwound.startswith(("https://", "http://")) or _X_PAGE.match(expanded):
        return expanded
    return unwound


def is_article_page(url: str) -> bool:
    """Return whether a URL is that of an article of X."""
    return _ARTICLE_PAGE.match(url) is not None


def display_url(url: str) -> str:
    """Return a URL as X shows it in a text: without scheme and "www.", its path shortened."""
    rest = url.partition("://")[2] or url
    rest = rest.removeprefix("www.").rstrip("/")
    host, slash, path = rest.partition("/")
    if not slash or len(path) + len(host) <= MAX_DISPLAY_CHARS:
        return rest
    return f"{host}/{path[: max(MAX_DISPLAY_CHARS - len(host), 5)]}…"


def render_bio(description: str | None, links: Iterable[ProfileLink] | None) -> str:
    """Return the description of an account as people read it: links as X shows them, nothing escaped."""
    bio = description or ""
    for link in (links or ()) if bio else ():
        if link.url and link.expanded_url:
            bio = bio.replace(link.url, link.display_url or display_url(link.expanded_url))
    return unescape_html(bio)


def fill_content(
    post: Post, text: str, tags: Sequence[SourceTag], links: Sequence[ShortLink], hidden: HiddenParts
) -> None:
    """Give a post its text, entities, tags and links, as X shows them."""
    text = checked_text(text)
    if not tags and not links:
        post.text, post.entities = render_spans(text, [], hidden.shown_end)
        return
    spans: list[SourceSpan] = []
    for kind, value, indices, number in tags[:MAX_ENTITIES]:
        found = locate_tag(text, indices, kind, value)
        if found is not None:
            spans.append(SourceSpan(found[0], found[1], kind, value, number))
        values = post.hashtags if kind == "hashtag" else post.mentions if kind == "mention" else post.cashtags
        values.append(value)
    for link in links[:MAX_ENTITIES]:
        found = locate_url(text, link.indices, link.url)
        if found is not None:
            display = (link.display or display_url(link.target)) if link.display or link.target != link.url else None
            spans.append(SourceSpan(found[0], found[1], "link", link.target, "", display, _is_hidden(link, hidden)))
    post.text, post.entities = render_spans(text, spans, hidden.shown_end)
    if len(tags) > 1:
        post.hashtags = distinct_ignoring_case(post.hashtags)
        post.mentions = distinct_ignoring_case(post.mentions)
        post.cashtags = distinct_ignoring_case(post.cashtags)
    if links:
        _add_links(post, links, hidden)


def _add_links(post: Post, links: Sequence[ShortLink], hidden: HiddenParts) -> None:
    kept = {entity.value for entity in post.entities if entity.type == "link"}
    found: dict[str, Link] = {}
    for link in links:
        if link.target not in found and not _is_media(link) and (link.target in kept or not _is_hidden(link, hidden)):
            found[link.target] = Link(link.target, link.title, link.description, link.image)
    post.links = list(found.values())
    post.hosts = hosts_of(post.links)


def _is_media(link: ShortLink) -> bool:
    """Return whether a link only stands for an image or video of the post."""
    return link.media or ("/status/" in link.target and _MEDIA_PAGE.match(link.target) is not None)


def _is_hidden(link: ShortLink, hidden: HiddenParts) -> bool:
    """Return whether X leaves a link out where it ends the text."""
    if link.media:
        return True
    target = link.target
    if hidden.article and is_article_page(target):
        return True
    if "/status/" not in target:
        return False
    page = target.partition("?")[0]
    return (
        page.endswith(f"/i/web/status/{hidden.itself}")
        or (hidden.quoted != "" and (page.endswith(f"/status/{hidden.quoted}") or link.url == hidden.quoted_link))
        or _MEDIA_PAGE.match(page) is not None
    )
