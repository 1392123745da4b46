"""X API v2: lines of the filtered stream and pages of search and look-up calls; wire shape and adapter.

`data` is one post or a list, `includes` the users, media and posts they refer to. Error bodies and answers about rules
are notices. A post may be thin (id and text only): its time is then the one inside its id.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import RecordError
from pipeline.language_codes import primary_subtag
from pipeline.normalise.field_validation import numeric_id, valid_count
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.span_rendering import unescape_html
from pipeline.normalise.timestamps import SECOND_MS, future_claim, iso_to_ms, snowflake_to_ms, with_snowflake_ms
from pipeline.normalise.x.post_content import HiddenParts, ShortLink, SourceTag, fill_content, render_bio
from pipeline.normalise.x.v2_wire import (
    V2Entities,
    V2Envelope,
    V2Includes,
    V2MediaItem,
    V2Problem,
    V2Tweet,
    decode_tweet,
)
from pipeline.post import Author, Counts, Event, Media, Notice, Post, ReplyTo, Upsert

_encode = msgspec.json.Encoder().encode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_names = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


MAX_QUOTE_DEPTH = 8
"""How far a chain of quotes is followed inside one record."""


class _Around:
    """What the posts of one envelope share: those they refer to, by id, and when it was so."""

    def __init__(self, includes: V2Includes | None, received_at: int) -> None:
        self.received_at = received_at
        self.version = received_at
        self.users = {user.id: user for user in includes.users or ()} if includes else {}
        self.tweets = {tweet.id: tweet for tweet in includes.tweets or ()} if includes else {}
        self.media = {item.media_key: item for item in includes.media or ()} if includes else {}
        self.told: set[str] = set()


def events(envelope: V2Envelope, raw: bytes, received_at: int) -> list[Event]:
    """Return what a line or page says: each post with its originals before it, or a notice.

    Of a page every post keeps its own part of the record only.

    Raises:
        RecordError: it holds nothing we know, or a post without a usable id.
    """
    data = bytes(envelope.data).strip()
    if data in (b"", b"null", b"[]"):
        return _without_posts(envelope)
    paged = data.startswith(b"[")
    items = _decode_items(data) if paged else [msgspec.Raw(data)]
    if _is_rules(items[0], envelope):
        return [Notice("x", "info", "answer about rules")]
    around = _Around(envelope.includes, received_at)
    if len(items) == 1:
        return _of_item(items[0], raw, envelope, around)
    found: list[Event] = []
    troubles: list[str] = []
    for item in items:
        try:
            found += _of_item(item, _encode({"data": item}), envelope, around)
        except (RecordError, msgspec.MsgspecError) as error:
            troubles.append(str(error))
    if len(troubles) == len(items):
        raise RecordError(f"X v2 page without a readable post: {troubles[0]}")
    return [*found, *(Notice("x", "warning", f"a post of a page cannot be read: {one}"[:300]) for one in troubles)]


def _of_item(item: msgspec.Raw, raw: bytes, envelope: V2Envelope, around: _Around) -> list[Event]:
    tweet = decode_tweet(item)
    around.version = _observed(envelope, tweet, around.received_at)
    return [*_with_originals(tweet, around), Upsert(_post(tweet, around), raw)]


def flat_events(tweet: V2Tweet, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a post that stands alone, without `data` around it."""
    return [Upsert(_post(tweet, _Around(None, received_at)), raw)]


def _is_rules(item: msgspec.Raw, envelope: V2Envelope) -> bool:
    names = _decode_names(item)
    return "text" not in names and "value" in names and envelope.includes is None


def _observed(envelope: V2Envelope, tweet: V2Tweet, received_at: int) -> int:
    """Return when what an envelope says was so: on the stream, when its post was written."""
    if bytes(envelope.matching_rules):
        created = _created_ms(tweet)
        return created if created is not None else received_at
    told = iso_to_ms(envelope.twarc.retrieved_at) if envelope.twarc and envelope.twarc.retrieved_at else None
    return told if told is not None else received_at


def _without_posts(envelope: V2Envelope) -> list[Event]:
    problems = list(envelope.errors or ())
    if envelope.title or envelope.type:
        problem = V2Problem(envelope.title, envelope.detail, "", envelope.type)
        problem.disconnect_type, problem.connection_issue = envelope.disconnect_type, envelope.connection_issue
        problems = [problem]
    if problems:
        first = problems[0]
        cut = first.disconnect_type or first.connection_issue or first.title == "operational-disconnect"
        detail = ": ".join(part for part in (first.title, first.detail or first.message) if part)
        return [Notice("x", "disconnect" if cut else "warning", detail[:300])]
    if envelope.meta is not None:
        return [] if "result_count" in envelope.meta else [Notice("x", "info", "answer about rules")]
    if envelope.includes is not None or bytes(envelope.data):
        return []
    raise RecordError("X v2 record without data")


def _with_originals(tweet: V2Tweet, around: _Around, depth: int = 0) -> list[Event]:
    found: list[Event] = []
    if depth == MAX_QUOTE_DEPTH:
        return found
    for reference in tweet.referenced_tweets or ():
        original = around.tweets.get(reference.id) if reference.type in ("retweeted", "quoted") else None
        if original is not None and original.id not in around.told:
            around.told.add(original.id)
            found += _with_originals(original, around, depth + 1)
            found.append(Upsert(_post(original, around)))
    return found


def _created_ms(tweet: V2Tweet) -> int | None:
    number = int(numeric_id(tweet.id, None) or 0)
    told = iso_to_ms(tweet.created_at) if tweet.created_at else None
    return snowflake_to_ms(number) if told is None else with_snowflake_ms(told, number)


def _post(tweet: V2Tweet, around: _Around) -> Post:
    if not numeric_id(tweet.id, None):
        raise RecordError(f"X post with an unusable id: {tweet.id[:40]!r}")
    author = _author(tweet, around)
    claim = _created_ms(tweet)
    if claim is None:
        claim = around.received_at
    post = Post(
        id=f"x:{tweet.id}",
        version=around.version,
        source="x",
        url=f"https://x.com/{author.handle or 'i'}/status/{tweet.id}",
        created_at=min(claim, around.received_at),
        claimed_at=future_claim(claim, around.received_at, SECOND_MS),
        received_at=around.received_at,
        author=author,
    )
    answered = ""
    for reference in tweet.referenced_tweets or ():
        if not numeric_id(reference.id, None):
            continue
        if reference.type == "retweeted":
            post.repost_of = f"x:{reference.id}"
        elif reference.type == "quoted":
            post.quote_of = f"x:{reference.id}"
        elif reference.type == "replied_to":
            answered = f"x:{reference.id}"
    if post.repost_of and post.repost_of.removeprefix("x:") in around.tweets:
        return post
    if not post.repost_of:
        _add_standing(post, tweet, answered, around)
    _add_content(post, tweet, around)
    return post


def _add_standing(post: Post, tweet: V2Tweet, answered: str, around: _Around) -> None:
    who = tweet.in_reply_to_user_id or ""
    if answered or who:
        user = around.users.get(who)
        original = around.tweets.get(answered.removeprefix("x:"))
        who = who or (original.author_id or "" if original is not None else "")
        handle = user.username if user is not None else ""
        for mention in (tweet.entities.mentions if tweet.entities is not None else None) or ():
            handle = handle or (mention.username if who and mention.id == who else "")
        post.reply_to = ReplyTo(answered, who, handle)
    if tweet.conversation_id and numeric_id(tweet.conversation_id, None):
        post.conversation_id = f"x:{tweet.conversation_id}"
    elif tweet.referenced_tweets is not None and not answered:
        post.conversation_id = post.id
    numbers = tweet.public_metrics
    if numbers is not None:
        post.counts = Counts(
            valid_count(numbers.reply_count),
            valid_count(numbers.retweet_count),
            valid_count(numbers.quote_count),
            valid_count(numbers.like_count),
        )


def _author(tweet: V2Tweet, around: _Around) -> Author:
    user = tweet.author or around.users.get(tweet.author_id or "")
    if user is None:
        return Author(tweet.author_id or "", "")
    described = user.entities.description if user.entities is not None else None
    return Author(
        user.id,
        user.username,
        unescape_html(user.name or ""),
        render_bio(user.description, described.urls if described is not None else None),
        user.profile_image_url or "",
        valid_count(user.public_metrics.followers_count) if user.public_metrics is not None else None,
        bool(user.verified),
    )


def _add_content(post: Post, tweet: V2Tweet, around: _Around) -> None:
    text, named = tweet.text, tweet.entities
    links = _links(named)
    if tweet.note_tweet is not None:
        text, named = tweet.note_tweet.text, tweet.note_tweet.entities
        links = _links(named) + [link for link in links if link.media]
    fill_content(post, text, _tags(named), links, HiddenParts(tweet.id, post.quote_of.removeprefix("x:")))
    if tweet.entities is None:
        add_missing_entities(post)
    post.lang = primary_subtag(tweet.lang or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(tweet.possibly_sensitive)
    if tweet.attachments is not None:
        keys = tweet.attachments.media_keys or ()
        post.media = [_media(around.media[key]) for key in keys if key in around.media]
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
    films = [one for one in item.variants or () if one.content_type == "video/mp4"]
    best = max(films, key=lambda one: one.bit_rate or 0, default=None)
    return Media(kind, (best.url if best is not None else "") or item.url or still, still, item.alt_text or "")
