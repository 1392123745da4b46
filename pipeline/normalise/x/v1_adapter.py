"""X API v1.1 statuses, as its stream and its REST calls deliver them: wire shape and adapter.

Also what came before: records of 2007 without entities or `id_str`, and flattened ones with entities at the top.
Facts of the wire: indices count code points of the text as delivered, still escaped; `id_str` is right where `id` went
through a float; a status of the stream carries `timestamp_ms`; numbers inside a repost are fresher than any before.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import RecordError
from pipeline.language_codes import primary_subtag
from pipeline.normalise.field_validation import numeric_id, valid_count
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.span_rendering import unescape_html
from pipeline.normalise.timestamps import SECOND_MS, future_claim, v1_time_to_ms, with_snowflake_ms
from pipeline.normalise.x.post_content import HiddenParts, ShortLink, SourceTag, fill_content, render_bio
from pipeline.normalise.x.v1_wire import V1Entities, V1MediaItem, V1Status, V1Url, V1User
from pipeline.post import Author, Counts, Event, Media, Post, ReplyTo, Upsert


def events(status: V1Status, raw: bytes, received_at: int) -> list[Event]:
    """Return a status as events: quoted and reposted originals first, each a post of its own, then the status.

    What is heard of an original inside has the version of the outer record: the time at which it was so.

    Raises:
        RecordError: it lacks an id, an author, a text or a time.
    """
    _drop_stubs(status)
    streamed = status.timestamp_ms is not None or status.filter_level is not None
    version = _created_ms(status) if streamed else received_at
    found: list[Event] = []
    repost = status.retweeted_status
    if repost is not None and not _is_stub(repost):
        if repost.quoted_status is None and status.quoted_status is not None:
            repost.quoted_status = status.quoted_status
        if repost.quoted_status is not None:
            found.append(Upsert(_post(repost.quoted_status, version, received_at)))
        found.append(Upsert(_post(repost, version, received_at)))
    elif status.quoted_status is not None:
        found.append(Upsert(_post(status.quoted_status, version, received_at)))
    found.append(Upsert(_post(status, version, received_at), raw))
    return found


def _drop_stubs(status: V1Status) -> None:
    """Forget originals of which no more than an id came: they are known by that id only."""
    for outer in (status, status.retweeted_status):
        quoted = outer.quoted_status if outer is not None else None
        if outer is not None and quoted is not None and _is_stub(quoted):
            outer.quoted_status_id_str = numeric_id(quoted.id_str, quoted.id) or outer.quoted_status_id_str
            outer.quoted_status = None


def _is_stub(original: V1Status) -> bool:
    return original.user is None or original.created_at is None


def _created_ms(status: V1Status) -> int:
    stamp = status.timestamp_ms
    if stamp is not None:
        stamp = str(stamp)
        if stamp.isascii() and stamp.isdigit() and len(stamp) <= 14:
            return int(stamp)
    return with_snowflake_ms(v1_time_to_ms(status.created_at or ""), int(numeric_id(status.id_str, status.id) or 0))


def _post(status: V1Status, version: int, received_at: int) -> Post:
    number = numeric_id(status.id_str, status.id)
    if not number:
        raise RecordError("X status without a usable id")
    if status.user is None:
        raise RecordError("X status without an author")
    author = author_of(status.user)
    claim = _created_ms(status)
    post = Post(
        id=f"x:{number}",
        version=version,
        source="x",
        url=f"https://x.com/{author.handle or 'i'}/status/{number}",
        created_at=min(claim, received_at),
        claimed_at=future_claim(claim, received_at, SECOND_MS),
        received_at=received_at,
        author=author,
    )
    original = status.retweeted_status
    if original is not None:
        post.repost_of = f"x:{numeric_id(original.id_str, original.id)}"
    if original is None or _is_stub(original):
        _add_content(post, status)
    if original is None:
        _add_standing(post, status)
    return post


def _add_standing(post: Post, status: V1Status) -> None:
    post.counts = Counts(
        valid_count(status.reply_count),
        valid_count(status.retweet_count),
        valid_count(status.quote_count),
        valid_count(status.favorite_count),
    )
    answered = numeric_id(status.in_reply_to_status_id_str, status.in_reply_to_status_id)
    answered_author = numeric_id(status.in_reply_to_user_id_str, status.in_reply_to_user_id)
    if answered or answered_author:
        answered = f"x:{answered}" if answered else ""
        post.reply_to = ReplyTo(answered, answered_author, status.in_reply_to_screen_name or "")
    if not answered:
        post.conversation_id = post.id
    quoted = _quoted_id(status)
    if quoted:
        post.quote_of = f"x:{quoted}"


def _quoted_id(status: V1Status) -> str:
    if status.quoted_status is not None:
        return numeric_id(status.quoted_status.id_str, status.quoted_status.id)
    return numeric_id(status.quoted_status_id_str, status.quoted_status_id)


def author_of(user: V1User) -> Author:
    """Return the author as the post's source shows them."""
    number = numeric_id(user.id_str, user.id)
    handle = user.screen_name or ""
    if not (number or handle):
        raise RecordError("X status without an author")
    described = user.entities.description if user.entities is not None else None
    return Author(
        number,
        handle,
        unescape_html(user.name or ""),
        render_bio(user.description, described.urls if described is not None else None),
        user.profile_image_url_https or user.profile_image_url or "",
        valid_count(user.followers_count),
        bool(user.verified),
    )


def _add_content(post: Post, status: V1Status) -> None:
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
        numeric_id(status.id_str, status.id),
        _quoted_id(status),
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
    post.lang = primary_subtag(status.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(status.possibly_sensitive)


def _tags(named: V1Entities) -> list[SourceTag]:
    tags = [SourceTag("hashtag", tag.text, tag.indices) for tag in named.hashtags or ()]
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
            title = (url.unwound.title or "") if url.unwound is not None else ""
            links.append(ShortLink(url.url or target, target, url.display_url or "", url.indices, title))
    for item in media:
        if item.url:
            target = item.expanded_url or item.url
            links.append(ShortLink(item.url, target, item.display_url or "", item.indices, media=True))
    return links


def _media(item: V1MediaItem) -> Media:
    still = item.media_url_https or item.media_url or ""
    kind = {"video": "video", "animated_gif": "gif"}.get(item.type or "", "image")
    film = ""
    if kind != "image" and item.video_info is not None:
        films = [one for one in item.video_info.variants if one.content_type == "video/mp4"]
        best = max(films, key=lambda one: one.bitrate or 0, default=None)
        film = best.url if best is not None else ""
    return Media(kind, film or still, still, item.ext_alt_text or "")
