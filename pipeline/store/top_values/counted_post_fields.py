"""Post view for top lists: decodes only those fields of a post's JSON that are counted."""

from __future__ import annotations

import msgspec


class _Emoji(msgspec.Struct):
    name: str


class _Author(msgspec.Struct):
    id: str
    handle: str
    name: str = ""
    emojis: list[_Emoji] = []


class _Entity(msgspec.Struct):
    type: str
    start: int
    end: int


class _Link(msgspec.Struct):
    url: str
    title: str = ""


class TopView(msgspec.Struct):
    """Part of a post that top lists count."""

    id: str
    created_at: int
    author: _Author
    text: str = ""
    lang: str = ""
    entities: list[_Entity] = []
    hashtags: list[str] = []
    links: list[_Link] = []
    hosts: list[str] = []
    repost_of: str = ""
    quote_of: str = ""


decode_view = msgspec.json.Decoder(TopView).decode
