"""Includes of a long page of X's API v2: gives each post a page of its own, with the authors, media and posts it needs.

`includes` stands behind `data` and serves all of its posts (docs.x.com, "Expansions"), so a page that is too long to
hold as one record cannot be divided without it.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

_KEYS = {"users": "id", "tweets": "id", "media": "media_key", "polls": "id", "places": "id"}
_LEVELS = 4
"""A post, what it reposts or quotes, what that quotes, and what that answers."""


class _Named(msgspec.Struct):
    id: str | int = ""
    media_key: str = ""


class _Attachments(msgspec.Struct):
    media_keys: list[str] = []
    poll_ids: list[str | int] = []


class _Geo(msgspec.Struct):
    place_id: str = ""


class _Needs(msgspec.Struct):
    author_id: str | int = ""
    in_reply_to_user_id: str | int = ""
    attachments: _Attachments | None = None
    geo: _Geo | None = None
    referenced_tweets: list[_Named] | None = None


_decode_includes = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_name = msgspec.json.Decoder(_Named).decode
_decode_needs = msgspec.json.Decoder(_Needs).decode


class PageIncludes:
    """The includes of one page, by kind and id.

    Raises:
        msgspec.MsgspecError: the bytes are no includes.
    """

    def __init__(self, raw: bytes) -> None:
        self._found: dict[str, dict[str, bytes]] = {}
        for kind, items in _decode_includes(raw).items():
            if kind in _KEYS:
                named = ((str(getattr(_decode_name(item), _KEYS[kind])), bytes(item)) for item in _decode_list(items))
                self._found[kind] = dict(named)

    def page_of(self, post: bytes) -> bytes:
        """Return a page with one post of `data` and what it refers to."""
        needed: dict[str, dict[str, bytes]] = {}
        level = [post]
        for number in range(_LEVELS):
            level = [known for one in level for known in self._refer(one, needed, deeper=number + 1 < _LEVELS)]
        lists = (b'"%b":[%b]' % (kind.encode(), b",".join(items.values())) for kind, items in needed.items())
        return b'{"data":%b,"includes":{%b}}' % (post, b",".join(lists))

    def _refer(self, post: bytes, needed: dict[str, dict[str, bytes]], *, deeper: bool) -> list[bytes]:
        """Add what a post refers to, other posts only if `deeper`; return those of them that are new."""
        try:
            needs = _decode_needs(post)
        except msgspec.MsgspecError:
            return []
        for kind, name in _names(needs):
            if (item := self._found.get(kind, {}).get(name)) is not None:
                needed.setdefault(kind, {})[name] = item
        new = []
        for named in (needs.referenced_tweets or ()) if deeper else ():
            item = self._found.get("tweets", {}).get(str(named.id))
            if item is not None and str(named.id) not in needed.get("tweets", {}):
                needed.setdefault("tweets", {})[str(named.id)] = item
                new.append(item)
        return new


def _names(needs: _Needs) -> list[tuple[str, str]]:
    """Return kind and id of everything but posts that a post refers to."""
    found = [("users", str(needs.author_id)), ("users", str(needs.in_reply_to_user_id))]
    if needs.attachments is not None:
        found += [("media", key) for key in needs.attachments.media_keys]
        found += [("polls", str(number)) for number in needs.attachments.poll_ids]
    if needs.geo is not None:
        found.append(("places", needs.geo.place_id))
    return found
