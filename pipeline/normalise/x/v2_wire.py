"""X API v2 records as they stand on the wire: only what the canonical post needs."""

from __future__ import annotations

import msgspec
from msgspec import Raw


class Hashtag(msgspec.Struct, gc=False):
    """A hashtag or a cashtag."""

    start: int
    end: int
    tag: str


class Mention(msgspec.Struct, gc=False):
    """A mentioned account."""

    start: int
    end: int
    username: str
    id: str | None = None


class Url(msgspec.Struct, gc=False):
    """A short link; one with a `media_key` is the place of a picture or film."""

    start: int
    end: int
    url: str
    expanded_url: str | None = None
    display_url: str | None = None
    title: str | None = None
    media_key: str | None = None


class Entities(msgspec.Struct):
    """What stands where in the text."""

    hashtags: list[Hashtag] | None = None
    cashtags: list[Hashtag] | None = None
    mentions: list[Mention] | None = None
    urls: list[Url] | None = None


class NoteTweet(msgspec.Struct):
    """The whole text of a post longer than 280 characters."""

    text: str
    entities: Entities | None = None


class Metrics(msgspec.Struct, gc=False):
    """Numbers of a post."""

    reply_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    like_count: int | None = None


class Reference(msgspec.Struct, gc=False):
    """A post that another one reposts, quotes or answers."""

    type: str
    id: str


class Attachments(msgspec.Struct):
    """What hangs on a post."""

    media_keys: list[str] | None = None


class UserMetrics(msgspec.Struct, gc=False):
    """Numbers of an account."""

    followers_count: int | None = None


class ProfileUrls(msgspec.Struct):
    """Links of a profile's description."""

    urls: list[Url] | None = None


class ProfileEntities(msgspec.Struct):
    """Entities of a profile."""

    description: ProfileUrls | None = None


class User(msgspec.Struct):
    """An account."""

    id: str
    username: str
    name: str | None = None
    description: str | None = None
    profile_image_url: str | None = None
    verified: bool | None = None
    public_metrics: UserMetrics | None = None
    entities: ProfileEntities | None = None


class Variant(msgspec.Struct, gc=False):
    """One encoding of a film."""

    url: str = ""
    content_type: str = ""
    bit_rate: int | None = None


class MediaItem(msgspec.Struct):
    """A picture or film."""

    media_key: str
    type: str = "photo"
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    variants: list[Variant] | None = None


class Tweet(msgspec.Struct):
    """A post."""

    id: str
    text: str
    author_id: str | None = None
    created_at: str | None = None
    note_tweet: NoteTweet | None = None
    entities: Entities | None = None
    lang: str | None = None
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = None
    public_metrics: Metrics | None = None
    referenced_tweets: list[Reference] | None = None
    attachments: Attachments | None = None
    possibly_sensitive: bool | None = None
    author: User | None = None


class Includes(msgspec.Struct):
    """What posts refer to."""

    users: list[User] | None = None
    tweets: list[Tweet] | None = None
    media: list[MediaItem] | None = None


class Problem(msgspec.Struct):
    """An error, as X describes one."""

    title: str = ""
    detail: str = ""
    message: str = ""
    type: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


class Twarc(msgspec.Struct):
    """What twarc adds to what it collects."""

    retrieved_at: str | None = None


class Envelope(msgspec.Struct):
    """One line or page. `data` is left unread until it is known to hold posts."""

    data: Raw = msgspec.field(default_factory=Raw)
    includes: Includes | None = None
    matching_rules: Raw = msgspec.field(default_factory=Raw)
    meta: dict[str, Raw] | None = None
    errors: list[Problem] | None = None
    twarc: Twarc | None = msgspec.field(default=None, name="__twarc")
    title: str = ""
    detail: str = ""
    type: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


decode_envelope = msgspec.json.Decoder(Envelope).decode
decode_tweet = msgspec.json.Decoder(Tweet).decode
