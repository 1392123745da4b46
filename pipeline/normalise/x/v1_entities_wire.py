"""Wire types of the entities in X API v1.1 statuses: hashtags, cashtags, mentions, links and media."""

from __future__ import annotations

import msgspec

NumericId = int | str | None
"""An id in its number form, which some recorders write as text."""


class V1Hashtag(msgspec.Struct, gc=False):
    """A hashtag or a cashtag."""

    text: str
    indices: tuple[int, int] | None = None


class V1Mention(msgspec.Struct, gc=False):
    """A mentioned account. All fields are null if it no longer exists."""

    screen_name: str | None = None
    id: NumericId = None
    id_str: str | None = None
    indices: tuple[int, int] | None = None


class V1Unwound(msgspec.Struct, gc=False):
    """The page that a link leads to after all redirects."""

    url: str | None = None
    title: str | None = None
    description: str | None = None


class V1Url(msgspec.Struct, gc=False):
    """A short link and its expanded form."""

    url: str | None = None
    expanded_url: str | None = None
    display_url: str | None = None
    indices: tuple[int, int] | None = None
    unwound: V1Unwound | None = None


class V1Variant(msgspec.Struct, gc=False):
    """One encoding of a video."""

    url: str = ""
    content_type: str | None = None
    bitrate: int | None = None


class V1VideoInfo(msgspec.Struct):
    """The encodings of a video."""

    variants: list[V1Variant] = []


class V1MediaItem(msgspec.Struct):
    """An image or video. `url` is the short link in the text."""

    url: str | None = None
    media_url: str | None = None
    media_url_https: str | None = None
    display_url: str | None = None
    expanded_url: str | None = None
    type: str | None = None
    ext_alt_text: str | None = None
    indices: tuple[int, int] | None = None
    video_info: V1VideoInfo | None = None


class V1Entities(msgspec.Struct):
    """The entities of a text, with their spans."""

    hashtags: list[V1Hashtag] | None = None
    symbols: list[V1Hashtag] | None = None
    urls: list[V1Url] | None = None
    user_mentions: list[V1Mention] | None = None
    media: list[V1MediaItem] | None = None
