"""Wire types and decoder of X API v2 posts, users and media, with only the fields that the canonical post needs."""

from __future__ import annotations

import msgspec


class V2Hashtag(msgspec.Struct, gc=False):
    """A hashtag or a cashtag."""

    start: int
    end: int
    tag: str


class V2Mention(msgspec.Struct, gc=False):
    """A mentioned account."""

    start: int
    end: int
    username: str
    id: str | None = None


class V2UrlImage(msgspec.Struct, gc=False):
    """An image of a link's preview."""

    url: str = ""


class V2Url(msgspec.Struct):
    """A short link. One with a `media_key` stands for an image or video.

    `expanded_url` is what the author wrote, `unwound_url` the page behind all redirects.
    """

    start: int
    end: int
    url: str
    expanded_url: str | None = None
    display_url: str | None = None
    unwound_url: str | None = None
    title: str | None = None
    description: str | None = None
    images: list[V2UrlImage] | None = None
    media_key: str | None = None


class V2Entities(msgspec.Struct):
    """The entities of a text, with their spans."""

    hashtags: list[V2Hashtag] | None = None
    cashtags: list[V2Hashtag] | None = None
    mentions: list[V2Mention] | None = None
    urls: list[V2Url] | None = None


class V2NoteTweet(msgspec.Struct):
    """The whole text of a post longer than 280 characters."""

    text: str
    entities: V2Entities | None = None


class V2Metrics(msgspec.Struct, gc=False):
    """Reaction counts of a post."""

    reply_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    like_count: int | None = None


class V2Reference(msgspec.Struct, gc=False):
    """A reference to a post that is reposted, quoted or answered."""

    type: str
    id: str


class V2Attachments(msgspec.Struct):
    """Keys of the media and ids of the poll attached to a post."""

    media_keys: list[str] | None = None
    poll_ids: list[str] | None = None


class V2Article(msgspec.Struct):
    """An article, of which the post itself has no more than the link."""

    title: str | None = None
    preview_text: str | None = None
    plain_text: str | None = None
    cover_media: str | None = None
    media_entities: list[str] | None = None


class V2UserMetrics(msgspec.Struct, gc=False):
    """Counts of an account."""

    followers_count: int | None = None


class V2ProfileUrls(msgspec.Struct):
    """Links of a profile's description."""

    urls: list[V2Url] | None = None


class V2ProfileEntities(msgspec.Struct):
    """Entities of a profile."""

    description: V2ProfileUrls | None = None


class V2User(msgspec.Struct):
    """An account."""

    id: str
    username: str = ""
    name: str | None = None
    description: str | None = None
    profile_image_url: str | None = None
    verified: bool | None = None
    public_metrics: V2UserMetrics | None = None
    entities: V2ProfileEntities | None = None


class V2Variant(msgspec.Struct, gc=False):
    """One encoding of a video."""

    url: str = ""
    content_type: str = ""
    bit_rate: int | None = None


class V2MediaItem(msgspec.Struct):
    """An image or video."""

    media_key: str
    type: str = "photo"
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    variants: list[V2Variant] | None = None


class V2Tweet(msgspec.Struct):
    """A post."""

    id: str
    text: str
    author_id: str | None = None
    created_at: str | None = None
    note_tweet: V2NoteTweet | None = None
    entities: V2Entities | None = None
    lang: str | None = None
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = None
    public_metrics: V2Metrics | None = None
    referenced_tweets: list[V2Reference] | None = None
    attachments: V2Attachments | None = None
    possibly_sensitive: bool | None = None
    author: V2User | None = None
    article: V2Article | None = None


decode_tweet = msgspec.json.Decoder(V2Tweet).decode
