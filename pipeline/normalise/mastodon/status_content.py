"""Content of a Mastodon status: adds text without HTML, entities, tags, mentions, links, media and language to a post.

It also marks sensitive posts. A content warning stands above the text. The links of the HTML become hashtags, mentions
or links; if there are none, entities are extracted from the text.
"""

from __future__ import annotations

from pipeline.language_codes import language_tag
from pipeline.normalise.field_validation import checked_text
from pipeline.normalise.mastodon.wire import MastodonAttachment, MastodonStatus
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.html_to_text import Anchor, html_to_text
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.post import Entity, Link, Media, Post

MEDIA_TYPES = {"image": "image", "gifv": "gif", "video": "video", "audio": "video", "unknown": "image"}
"""Mastodon's type of an attachment → the type of `post.Media`."""


def add_content(post: Post, status: MastodonStatus) -> None:
    """Give a post the content of a status. A content warning stands above the text, after it a blank line."""
    text, anchors = html_to_text(status.content)
    warning = (status.spoiler_text or "").strip()
    shift = len(warning) + 2 if warning and text else 0
    post.text = checked_text(f"{warning}\n\n{text}" if shift else warning or text)
    mentions = {mention.url: mention.acct for mention in status.mentions or () if mention.url and mention.acct}
    for anchor in anchors:
        _add_anchor(post, anchor, shift, mentions)
    if not anchors:
        add_missing_entities(post)
    named = {tag.name.casefold() for tag in status.tags or ()}
    post.hashtags = distinct_ignoring_case(post.hashtags + sorted(name for name in named if name))
    unseen = [handle for handle in mentions.values() if not _is_mentioned(handle, post)]
    post.mentions = distinct_ignoring_case(post.mentions + unseen)
    _add_card_title(post, status)
    post.hosts = hosts_of(post.links)
    post.lang = language_tag(status.language or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(status.sensitive)
    post.media = [one for one in map(_media, status.media_attachments or ()) if one.url]


def _is_mentioned(handle: str, post: Post) -> bool:
    return any(handle.casefold() == known.casefold() for known in post.mentions)


def _add_anchor(post: Post, anchor: Anchor, shift: int, mentions: dict[str, str]) -> None:
    """Add a link of the HTML as hashtag, mention or link; `mentions` maps a profile's address to its handle."""
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


def _add_card_title(post: Post, status: MastodonStatus) -> None:
    """Give the link that the preview card describes the card's title. A lone link is taken to be that link."""
    card = status.card
    if card is None or not card.url or not card.title:
        return
    for link in post.links:
        if link.url.rstrip("/") == card.url.rstrip("/") or len(post.links) == 1:
            link.title = card.title
            return


def _media(item: MastodonAttachment) -> Media:
    url = item.url or item.remote_url or ""
    return Media(MEDIA_TYPES.get(item.type, "image"), url, item.preview_url or "", item.description or "")
