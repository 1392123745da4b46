"""Wire types and decoder of X API v1.1 statuses and users, with only the fields that the canonical post needs.

A field is optional if any record was seen without it.
"""

from __future__ import annotations

import msgspec

from pipeline.normalise.x.v1_entities_wire import NumericId, V1Entities, V1MediaItem, V1Url


class V1ExtendedTweet(msgspec.Struct):
    """The whole text of a status longer than 140 characters."""

    full_text: str
    entities: V1Entities | None = None
    extended_entities: V1Entities | None = None
    display_text_range: tuple[int, int] | None = None


class V1ProfileUrls(msgspec.Struct):
    """Links of a profile's description."""

    urls: list[V1Url] | None = None


class V1ProfileEntities(msgspec.Struct):
    """Entities of a profile."""

    description: V1ProfileUrls | None = None


class V1User(msgspec.Struct):
    """An account."""

    screen_name: str | None = None
    id: NumericId = None
    id_str: str | None = None
    name: str | None = None
    description: str | None = None
    profile_image_url: str | None = None
    profile_image_url_https: str | None = None
    followers_count: int | None = None
    verified: bool | None = None
    entities: V1ProfileEntities | None = None


class V1Permalink(msgspec.Struct, gc=False):
    """The short link by which a quote refers to its original."""

    url: str | None = None


class V1EditIds(msgspec.Struct):
    """Ids of the versions of an edited status."""

    edit_tweet_ids: list[str | int] | None = None
    initial_tweet_id: NumericId = None
    edit_control_initial: V1EditIds | None = None


class V1EditControl(msgspec.Struct):
    """Edits as REST calls name them: `initial` on the first version, `edit` on the others."""

    initial: V1EditIds | None = None
    edit: V1EditIds | None = None


class V1Status(msgspec.Struct):
    """A status."""

    user: V1User | None = None
    created_at: str | None = None
    id: NumericId = None
    id_str: str | None = None
    text: str | None = None
    full_text: str | None = None
    display_text_range: tuple[int, int] | None = None
    extended_tweet: V1ExtendedTweet | None = None
    entities: V1Entities | None = None
    extended_entities: V1Entities | None = None
    timestamp_ms: str | int | None = None
    filter_level: str | None = None
    lang: str | None = None
    reply_count: int | str | None = None
    retweet_count: int | str | None = None
    quote_count: int | str | None = None
    favorite_count: int | str | None = None
    in_reply_to_status_id: NumericId = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id: NumericId = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_screen_name: str | None = None
    retweeted_status: V1Status | None = None
    quoted_status: V1Status | None = None
    quoted_status_id: NumericId = None
    quoted_status_id_str: str | None = None
    quoted_status_permalink: V1Permalink | None = None
    possibly_sensitive: bool | None = None
    urls: list[V1Url] | None = None
    media: list[V1MediaItem] | None = None
    edit_history: V1EditIds | None = None
    ext_edit_control: V1EditControl | None = None


decode_status = msgspec.json.Decoder(V1Status).decode
