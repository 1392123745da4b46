"""Content of an X API v1.1 status: adds the whole text, entities, links, media, language and sensitivity to a post.

It reads the forms of long and old statuses; one without entities gets those found in its text. `quoted_id` and
`is_stub` tell which original a status quotes, and whether an original came with no more than an id.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import RecordError
from pipeline.language_codes import language_tag
from pipeline.normalise.field_validation import numeric_id
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.x.post_content import HiddenParts, ShortLink, SourceTag, fill_content, page_behind
from pipeline.normalise.x.v1_entities_wire import V1Entities, V1MediaItem, V1Url
from pipeline.normalise.x.v1_wire import V1Status
from pipeline.post import Media, Post

_MEDIA_KINDS = {"video": "video", "animated_gif": "gif"}


def is_stub(original: V1Status) -> bool:
    """Return whether an original came with no more than an id."""
    return original.user is None or original.created_at is None


def quoted_id(status: V1Status) -> str:
    """Return the id of the quoted status, "" where there is none."""
    if status.quoted_status is not None:
        return numeric_id(status.quoted_status.id_str, status.quoted_status.id)
    return numeric_id(status.quoted_status_id_str, status.quoted_status_id)


def add_content(post: Post, status: V1Status, number: str) -> None:
    """Give a post the content of a status; `number` is the status's id.

    Raises:
        RecordError: the status has no text.
    """
    whole = status.extended_tweet
    text: str | None
    if whole is not None:
        text, named, shown_range = whole.full_text, whole.entities, whole.display_text_range
        more = whole.extended_entities or status.extended_entities
    else:
        text = status.full_text if status.full_text is not None else status.text
        named, shown_range, more = status.entities, status.display_text_range, status.extended_entities
    if text is None:
        raise RecordError("X status without a text")
    media = (more.media if more is not None else None) or (named.media if named is not None else status.media) or ()
    permalink = status.quoted_status_permalink
    hidden = HiddenParts(
        number,
        quoted_id(status),
        (permalink.url or "") if permalink is not None else "",
        shown_range[1] if shown_range is not None else None,
    )
    tags = _tags(named) if named is not None else []
    links = _links((named.urls if named is not None else status.urls) or (), media)
    fill_content(post, text, tags, links, hidden)
    if named is None:
        add_missing_entities(post)
    elif named.symbols is None:  # older than cashtags
        add_missing_entities(post, "cashtag")
    if media:
        post.media = [one for one in map(_media, media) if one.url]
    post.lang = language_tag(status.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(status.possibly_sensitive)


def _tags(named: V1Entities) -> list[SourceTag]:
    tags = [SourceTag("hashtag", tag.text, tag.indices) for tag in named.hashtags] if named.hashtags else []
    if named.symbols:
        tags += [SourceTag("cashtag", tag.text, tag.indices) for tag in named.symbols]
    for mention in named.user_mentions or ():
        if mention.screen_name:
            number = numeric_id(mention.id_str, mention.id)
            tags.append(SourceTag("mention", mention.screen_name, mention.indices, number))
    return tags


def _links(urls: Sequence[V1Url], media: Sequence[V1MediaItem]) -> list[ShortLink]:
    links = []
    for url in urls:
        target = url.expanded_url or url.url
        if target:
            behind = url.unwound
            title, description = (behind.title or "", behind.description or "") if behind is not None else ("", "")
            page = page_behind(target, behind.url if behind is not None else None)
            links.append(
                ShortLink(url.url or target, page, url.display_url or "", url.indices, title, description=description)
            )
    for item in media:
        if item.url:
            target = item.expanded_url or item.url
            links.append(ShortLink(item.url, target, item.display_url or "", item.indices, media=True))
    return links


def _media(item: V1MediaItem) -> Media:
    still = item.media_url_https or item.media_url or ""
    kind = _MEDIA_KINDS.get(item.type or "", "image")
    video = ""
    if kind != "image" and item.video_info is not None:
        encodings = [one for one in item.video_info.variants if one.content_type == "video/mp4"]
        best = max(encodings, key=lambda one: one.bitrate or 0, default=None)
        video = best.url if best is not None else ""
    return Media(kind, video or still, still, item.ext_alt_text or "")
