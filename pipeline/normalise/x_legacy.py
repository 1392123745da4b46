"""X API v1.1 statuses, as its stream and its REST calls deliver them: wire shape and adapter.

Also what came before: records of 2007 without entities or `id_str`, and flattened ones with entities at the top.
Facts of the wire: indices count code points of the text as delivered, still escaped; `id_str` is right where `id` went
through a float; a status of the stream carries `timestamp_ms`; numbers inside a repost are fresher than any before.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise import entities as extraction
from pipeline.normalise.figures import count_of, digits_of, distinct
from pipeline.normalise.hosts import hosts_of, shown
from pipeline.normalise.languages import primary
from pipeline.normalise.times import legacy_ms, sharpened
from pipeline.normalise.weave import Span, tag_at, unescape, url_at, weave
from pipeline.post import Author, Counts, Event, Link, Media, Post, ReplyTo, Upsert

Id = int | str | None


class Hashtag(msgspec.Struct, gc=False):
    """A hashtag or a cashtag."""

    text: str
    indices: tuple[int, int] | None = None


class Mention(msgspec.Struct, gc=False):
    """A mentioned account; all null where it no longer exists."""

    screen_name: str | None = None
    id: Id = None
    id_str: str | None = None
    indices: tuple[int, int] | None = None


class Unwound(msgspec.Struct, gc=False):
    """Where a link leads in the end."""

    title: str | None = None


class Url(msgspec.Struct, gc=False):
    """A short link and what it stands for."""

    url: str | None = None
    expanded_url: str | None = None
    display_url: str | None = None
    indices: tuple[int, int] | None = None
    unwound: Unwound | None = None


class Variant(msgspec.Struct, gc=False):
    """One encoding of a film."""

    url: str = ""
    content_type: str | None = None
    bitrate: int | None = None


class VideoInfo(msgspec.Struct):
    """The encodings of a film."""

    variants: list[Variant] = []


class MediaItem(msgspec.Struct):
    """A picture or film; `url` is the short link in the text."""

    url: str | None = None
    media_url: str | None = None
    media_url_https: str | None = None
    display_url: str | None = None
    expanded_url: str | None = None
    type: str | None = None
    ext_alt_text: str | None = None
    indices: tuple[int, int] | None = None
    video_info: VideoInfo | None = None


class Entities(msgspec.Struct):
    """What stands where in the text."""

    hashtags: list[Hashtag] | None = None
    symbols: list[Hashtag] | None = None
    urls: list[Url] | None = None
    user_mentions: list[Mention] | None = None
    media: list[MediaItem] | None = None


class ExtendedTweet(msgspec.Struct):
    """The whole text of a status longer than 140 characters."""

    full_text: str
    entities: Entities | None = None
    extended_entities: Entities | None = None
    display_text_range: tuple[int, int] | None = None


class ProfileUrls(msgspec.Struct):
    """Links of a profile's description."""

    urls: list[Url] | None = None


class ProfileEntities(msgspec.Struct):
    """Entities of a profile."""

    description: ProfileUrls | None = None


class User(msgspec.Struct):
    """An account."""

    screen_name: str | None = None
    id: Id = None
    id_str: str | None = None
    name: str | None = None
    description: str | None = None
    profile_image_url: str | None = None
    profile_image_url_https: str | None = None
    followers_count: int | None = None
    verified: bool | None = None
    entities: ProfileEntities | None = None


class Permalink(msgspec.Struct, gc=False):
    """The short link by which a quote names its original."""

    url: str | None = None


class Status(msgspec.Struct):
    """A status."""

    user: User | None = None
    created_at: str | None = None
    id: Id = None
    id_str: str | None = None
    text: str | None = None
    full_text: str | None = None
    display_text_range: tuple[int, int] | None = None
    extended_tweet: ExtendedTweet | None = None
    entities: Entities | None = None
    extended_entities: Entities | None = None
    timestamp_ms: str | int | None = None
    filter_level: str | None = None
    lang: str | None = None
    reply_count: int | str | None = None
    retweet_count: int | str | None = None
    quote_count: int | str | None = None
    favorite_count: int | str | None = None
    in_reply_to_status_id: Id = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id: Id = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_screen_name: str | None = None
    retweeted_status: Status | None = None
    quoted_status: Status | None = None
    quoted_status_id: Id = None
    quoted_status_id_str: str | None = None
    quoted_status_permalink: Permalink | None = None
    possibly_sensitive: bool | None = None
    urls: list[Url] | None = None
    media: list[MediaItem] | None = None


decode_status = msgspec.json.Decoder(Status).decode


def events(status: Status, raw: bytes, received_at: int) -> list[Event]:
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
    if repost is not None:
        if repost.quoted_status is None and status.quoted_status is not None:
            repost.quoted_status = status.quoted_status
        if repost.quoted_status is not None:
            found.append(Upsert(_post(repost.quoted_status, version, received_at)))
        found.append(Upsert(_post(repost, version, received_at)))
    elif status.quoted_status is not None:
        found.append(Upsert(_post(status.quoted_status, version, received_at)))
    found.append(Upsert(_post(status, version, received_at), raw))
    return found


def _drop_stubs(status: Status) -> None:
    """Forget originals of which no more than an id came: they are known by that id only."""
    for outer in (status, status.retweeted_status):
        quoted = outer.quoted_status if outer is not None else None
        if outer is not None and quoted is not None and (quoted.user is None or quoted.created_at is None):
            outer.quoted_status_id_str = digits_of(quoted.id_str, quoted.id) or outer.quoted_status_id_str
            outer.quoted_status = None


def _created_ms(status: Status) -> int:
    stamp = status.timestamp_ms
    if stamp is not None:
        stamp = str(stamp)
        if stamp.isascii() and stamp.isdigit() and len(stamp) <= 15:
            return int(stamp)
    return sharpened(legacy_ms(status.created_at or ""), int(digits_of(status.id_str, status.id) or 0))


def _post(status: Status, version: int, received_at: int) -> Post:
    number = digits_of(status.id_str, status.id)
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
        claimed_at=claim if claim > received_at else None,
        received_at=received_at,
        author=author,
    )
    if status.retweeted_status is not None:
        original = status.retweeted_status
        post.repost_of = f"x:{digits_of(original.id_str, original.id)}"
        return post
    _add_content(post, status)
    post.lang = primary(status.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.counts = Counts(
        count_of(status.reply_count),
        count_of(status.retweet_count),
        count_of(status.quote_count),
        count_of(status.favorite_count),
    )
    answered = digits_of(status.in_reply_to_status_id_str, status.in_reply_to_status_id)
    answered_author = digits_of(status.in_reply_to_user_id_str, status.in_reply_to_user_id)
    if answered or answered_author:
        answered = f"x:{answered}" if answered else ""
        post.reply_to = ReplyTo(answered, answered_author, status.in_reply_to_screen_name or "")
    if not answered:
        post.conversation_id = post.id
    quoted = _quoted_id(status)
    if quoted:
        post.quote_of = f"x:{quoted}"
    post.sensitive = bool(status.possibly_sensitive)
    return post


def _quoted_id(status: Status) -> str:
    if status.quoted_status is not None:
        return digits_of(status.quoted_status.id_str, status.quoted_status.id)
    return digits_of(status.quoted_status_id_str, status.quoted_status_id)


def author_of(user: User) -> Author:
    """Return the author as the post's source shows them."""
    number = digits_of(user.id_str, user.id)
    handle = user.screen_name or ""
    if not (number or handle):
        raise RecordError("X status without an author")
    bio = user.description or ""
    if bio and user.entities is not None and user.entities.description is not None:
        for url in user.entities.description.urls or ():
            if url.url and url.expanded_url:
                bio = bio.replace(url.url, url.display_url or shown(url.expanded_url))
    return Author(
        number,
        handle,
        unescape(user.name or ""),
        unescape(bio),
        user.profile_image_url_https or user.profile_image_url or "",
        count_of(user.followers_count),
        bool(user.verified),
    )


def _add_content(post: Post, status: Status) -> None:
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
    extracted = named is None
    if named is None:
        named = Entities(urls=status.urls, media=status.media)
    media = (more.media if more is not None else None) or named.media or ()
    spans: list[Span] = []
    _add_tags(post, text, named, spans)
    _add_links(text, named, spans, status)
    for item in media if not named.media else named.media:
        place = url_at(text, item.indices, item.url or "")
        if place:
            target = item.expanded_url or item.url or ""
            spans.append(Span(*place, "link", target, "", item.display_url or shown(target), droppable=True))
    post.text, post.entities = weave(text, spans, shown_range[1] if shown_range else None)
    post.links = _links(post, named.urls, status) if named.urls else []
    post.hashtags, post.cashtags, post.mentions = (
        distinct(post.hashtags),
        distinct(post.cashtags),
        distinct(post.mentions),
    )
    if extracted:
        extraction.complete(post)
    post.media = [one for one in map(_media, media) if one.url]
    post.hosts = hosts_of(post.links) if post.links else []


def _add_tags(post: Post, text: str, named: Entities, spans: list[Span]) -> None:
    for tag in named.hashtags or ():
        post.hashtags.append(tag.text)
        place = tag_at(text, tag.indices, "hashtag", tag.text)
        if place:
            spans.append(Span(*place, "hashtag", tag.text))
    for tag in named.symbols or ():
        post.cashtags.append(tag.text)
        place = tag_at(text, tag.indices, "cashtag", tag.text)
        if place:
            spans.append(Span(*place, "cashtag", tag.text))
    for mention in named.user_mentions or ():
        handle = mention.screen_name
        if not handle:
            continue
        post.mentions.append(handle)
        place = tag_at(text, mention.indices, "mention", handle)
        if place:
            spans.append(Span(*place, "mention", handle, digits_of(mention.id_str, mention.id)))


def _add_links(text: str, named: Entities, spans: list[Span], status: Status) -> None:
    for url in named.urls or ():
        target = url.expanded_url or url.url
        if target:
            short = url.url or target
            place = url_at(text, url.indices, short)
            if place:
                display = (url.display_url or shown(target)) if target != short or url.display_url else None
                spans.append(Span(*place, "link", target, "", display, _droppable(url, target, status)))


def _droppable(url: Url, target: str, status: Status) -> bool:
    """Tell whether a link is not shown at the end of a text: to the status itself, or to the one it quotes."""
    if "/status/" not in target:
        return False
    if target.endswith(f"/i/web/status/{digits_of(status.id_str, status.id)}"):
        return True
    quoted = _quoted_id(status)
    permalink = status.quoted_status_permalink
    return bool(quoted) and (
        target.partition("?")[0].endswith(f"/status/{quoted}") or (permalink is not None and permalink.url == url.url)
    )


def _links(post: Post, urls: list[Url], status: Status) -> list[Link]:
    kept = {entity.value for entity in post.entities if entity.type == "link"}
    links: dict[str, Link] = {}
    for url in urls:
        target = url.expanded_url or url.url
        if target and target not in links and (target in kept or not _droppable(url, target, status)):
            links[target] = Link(target, (url.unwound.title or "") if url.unwound is not None else "")
    return list(links.values())


def _media(item: MediaItem) -> Media:
    still = item.media_url_https or item.media_url or ""
    kind = {"video": "video", "animated_gif": "gif"}.get(item.type or "", "image")
    film = ""
    if kind != "image" and item.video_info is not None:
        films = [one for one in item.video_info.variants if one.content_type == "video/mp4"]
        best = max(films, key=lambda one: one.bitrate or 0, default=None)
        film = best.url if best is not None else ""
    return Media(kind, film or still, still, item.ext_alt_text or "")
