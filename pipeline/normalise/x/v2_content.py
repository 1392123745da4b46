"""Content of an X API v2 post: adds the whole text, entities, links, media, poll, article and language to a post.

A post without entities gets those found in its text.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.language_codes import language_tag
from pipeline.normalise.field_validation import valid_count
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.normalise.x.post_content import HiddenParts, ShortLink, SourceTag, fill_content, page_behind
from pipeline.normalise.x.v2_article import add_article
from pipeline.normalise.x.v2_envelope_wire import V2Poll
from pipeline.normalise.x.v2_wire import V2Entities, V2MediaItem, V2Tweet
from pipeline.post import Media, Poll, PollOption, Post

_MEDIA_KINDS = {"video": "video", "animated_gif": "gif"}
_HIDDEN_ALWAYS = ("pic.twitter.com/", "pic.x.com/")
"""Beginnings of display URLs that stand for media."""


def add_content(
    post: Post, tweet: V2Tweet, media: Mapping[str, V2MediaItem], polls: Mapping[str, V2Poll] | None = None
) -> None:
    """Give a post the content of its wire form. `media` and `polls` are those of the envelope by key and id."""
    text, named = tweet.text, tweet.entities
    links = _links(named)
    if tweet.note_tweet is not None:
        text, named = tweet.note_tweet.text, tweet.note_tweet.entities
        links = _links(named) + [link for link in links if link.media]
    fill_content(
        post,
        text,
        _tags(named),
        links,
        HiddenParts(tweet.id, post.quote_of.removeprefix("x:"), article=tweet.article is not None),
    )
    if tweet.article is not None:
        add_article(post, tweet.article, links)
    if tweet.entities is None:
        add_missing_entities(post)
    post.lang = language_tag(tweet.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(tweet.possibly_sensitive)
    if tweet.attachments is not None or tweet.article is not None:
        _add_attachments(post, tweet, media, polls or {})


def _add_attachments(post: Post, tweet: V2Tweet, media: Mapping[str, V2MediaItem], polls: Mapping[str, V2Poll]) -> None:
    """Give a post its media, also those of its article, and its poll."""
    attached = tweet.attachments
    keys = list((attached.media_keys if attached is not None else None) or ())
    if tweet.article is not None:
        keys += [key for key in (tweet.article.cover_media, *(tweet.article.media_entities or ())) if key]
    found = [_media(media[key]) for key in dict.fromkeys(keys) if key in media]
    post.media = [one for one in found if one.url]
    ids = (attached.poll_ids if attached is not None else None) or ()
    poll = next((polls[key] for key in ids if key in polls), None)
    if poll is not None:
        post.poll = _poll(poll)


def _tags(named: V2Entities | None) -> list[SourceTag]:
    if named is None:
        return []
    tags = []
    if named.hashtags:
        tags = [SourceTag("hashtag", tag.tag, (tag.start, tag.end)) for tag in named.hashtags]
    if named.cashtags:
        tags += [SourceTag("cashtag", tag.tag, (tag.start, tag.end)) for tag in named.cashtags]
    if named.mentions:
        tags += [SourceTag("mention", one.username, (one.start, one.end), one.id or "") for one in named.mentions]
    return tags


def _links(named: V2Entities | None) -> list[ShortLink]:
    if named is None:
        return []
    return [
        ShortLink(
            url.url,
            page_behind(url.expanded_url or url.url, url.unwound_url),
            url.display_url or "",
            (url.start, url.end),
            url.title or "",
            url.media_key is not None or (url.display_url or "").startswith(_HIDDEN_ALWAYS),
            url.description or "",
            next((image.url for image in url.images if image.url.startswith("https://")), "") if url.images else "",
        )
        for url in named.urls or ()
    ]


def _poll(poll: V2Poll) -> Poll:
    options = sorted(poll.options, key=lambda option: option.position or 0)
    closes_at = iso_to_ms(poll.end_datetime) if poll.end_datetime else None
    return Poll([PollOption(option.label, valid_count(option.votes)) for option in options], closes_at)


def _media(item: V2MediaItem) -> Media:
    kind = _MEDIA_KINDS.get(item.type, "image")
    still = item.preview_image_url or item.url or ""
    if not item.variants:
        return Media(kind, item.url or still, still, item.alt_text or "")
    encodings = [one for one in item.variants or () if one.content_type == "video/mp4"]
    best = max(encodings, key=lambda one: one.bit_rate or 0, default=None)
    return Media(kind, (best.url if best is not None else "") or item.url or still, still, item.alt_text or "")
