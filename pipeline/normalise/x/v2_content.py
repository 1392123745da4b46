"""Content of an X API v2 post: adds the whole text, entities, links, media, language and sensitivity to a post.

A post without entities gets those found in its text.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.language_codes import language_tag
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.x.post_content import HiddenParts, ShortLink, SourceTag, fill_content
from pipeline.normalise.x.v2_wire import V2Entities, V2MediaItem, V2Tweet
from pipeline.post import Media, Post


def add_content(post: Post, tweet: V2Tweet, media: Mapping[str, V2MediaItem]) -> None:
    """Give a post the content of its wire form. `media` has the media of the envelope by key."""
    text, named = tweet.text, tweet.entities
    links = _links(named)
    if tweet.note_tweet is not None:
        text, named = tweet.note_tweet.text, tweet.note_tweet.entities
        links = _links(named) + [link for link in links if link.media]
    fill_content(post, text, _tags(named), links, HiddenParts(tweet.id, post.quote_of.removeprefix("x:")))
    if tweet.entities is None:
        add_missing_entities(post)
    post.lang = language_tag(tweet.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(tweet.possibly_sensitive)
    if tweet.attachments is not None:
        keys = tweet.attachments.media_keys or ()
        post.media = [_media(media[key]) for key in keys if key in media]
        post.media = [one for one in post.media if one.url]


def _tags(named: V2Entities | None) -> list[SourceTag]:
    if named is None:
        return []
    tags = [SourceTag("hashtag", tag.tag, (tag.start, tag.end)) for tag in named.hashtags or ()]
    tags += [SourceTag("cashtag", tag.tag, (tag.start, tag.end)) for tag in named.cashtags or ()]
    tags += [SourceTag("mention", one.username, (one.start, one.end), one.id or "") for one in named.mentions or ()]
    return tags


def _links(named: V2Entities | None) -> list[ShortLink]:
    if named is None:
        return []
    return [
        ShortLink(
            url.url,
            url.expanded_url or url.url,
            url.display_url or "",
            (url.start, url.end),
            url.title or "",
            url.media_key is not None or (url.display_url or "").startswith(("pic.twitter.com/", "pic.x.com/")),
        )
        for url in named.urls or ()
    ]


def _media(item: V2MediaItem) -> Media:
    kind = {"video": "video", "animated_gif": "gif"}.get(item.type, "image")
    still = item.preview_image_url or item.url or ""
    encodings = [one for one in item.variants or () if one.content_type == "video/mp4"]
    best = max(encodings, key=lambda one: one.bit_rate or 0, default=None)
    return Media(kind, (best.url if best is not None else "") or item.url or still, still, item.alt_text or "")
