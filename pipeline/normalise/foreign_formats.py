"""Formats of other tools: names the tool of a record that is not read here, and the known format nearest to a record.

Both serve the reason of a dead letter. A foreign record is recognised by the names at its top level, before any format
of ours: some have a name in common with one. Sources: snscrape 0.7.0.20230622 (`_type`), Zeeschuimer and 4CAT (an item
of Zeeschuimer, and `__import_meta` of 4CAT's import), Gnip's Activity Streams, twint, twscrape, Apify.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec

WHAT_TO_DO = "convert it into Murmuration's own JSON (docs/reference/post.md)"


class ForeignFormat(NamedTuple):
    """A format that is not read: the tool that writes it, the names by which it is known, and advice."""

    tool: str
    names: frozenset[str]
    advice: str = WHAT_TO_DO


FOREIGN_FORMATS = (
    ForeignFormat("snscrape", frozenset({"_type", "url"})),
    ForeignFormat("4CAT", frozenset({"__import_meta"})),
    ForeignFormat("Zeeschuimer", frozenset({"source_platform", "item_id"})),
    ForeignFormat(
        "Gnip (Activity Streams)",
        frozenset({"objectType", "verb", "actor"}),
        "ask for Gnip's “original format”, which is read, or " + WHAT_TO_DO,
    ),
    ForeignFormat("twint", frozenset({"tweet", "username", "conversation_id"})),
    ForeignFormat("twscrape", frozenset({"rawContent", "user"})),
    ForeignFormat("Apify", frozenset({"twitterUrl", "text"})),
    ForeignFormat("X's own web page (GraphQL)", frozenset({"rest_id", "legacy"})),
    ForeignFormat("Reddit", frozenset({"subreddit", "created_utc"})),
    ForeignFormat("YouTube", frozenset({"kind", "etag", "snippet"})),
    ForeignFormat("Telegram", frozenset({"from_id", "date_unixtime"})),
)

_DETAIL_NAMES = ("_type", "source_platform")
"""Names whose value says more closely what a foreign record is."""

TITLES: Mapping[frozenset[str], str] = {
    frozenset({"murmur", "id", "author", "created_at", "text"}): "Murmuration's own JSON",
    frozenset({"did", "time_us", "kind", "commit"}): "an event of Bluesky's Jetstream",
    frozenset({"uri", "cid", "author", "record", "indexedAt"}): "a post view of Bluesky's AppView",
    frozenset({"id", "type", "record", "identity"}): "an event of Bluesky's Tap",
    frozenset({"event", "payload", "stream"}): "an event of a Mastodon stream",
    frozenset({"id", "account", "content", "created_at", "uri", "url"}): "a status of Mastodon",
    frozenset({"id", "type", "actor", "object", "published"}): "an activity of a Mastodon archive",
    frozenset({"id_str", "user", "created_at", "text", "full_text", "entities"}): "a status of X v1.1",
    frozenset({"data", "includes", "meta", "errors", "matching_rules"}): "a line or page of X v2",
    frozenset({"id", "text", "author_id", "created_at", "public_metrics"}): "a post of X v2",
    frozenset({"id", "action", "redacted_at", "reason"}): "a compliance line of X",
}
"""Usual names of each known format → how people call it."""


def foreign_reason(record: Mapping[str, msgspec.Raw]) -> str:
    """Return why a record of another tool is set aside, and what to do; "" for a record of no known tool."""
    for known in FOREIGN_FORMATS:
        if record.keys() >= known.names:
            return f"a record of {known.tool}{_detail(record)}, which is not read: {known.advice}"
    return ""


def _detail(record: Mapping[str, msgspec.Raw]) -> str:
    for name in _DETAIL_NAMES:
        value = bytes(record.get(name, b""))[1:-1]
        if value and len(value) <= 60 and value.isascii() and all(byte > 0x20 and byte not in b'"\\' for byte in value):
            return f" ({value.decode()})"
    return ""


def unknown_reason(names: Collection[str]) -> str:
    """Return why a record with these names is set aside: what it has, and the format that is nearest to it."""
    if not names:
        return "no known format: an empty object"
    listed = ", ".join(list(names)[:8])[:150]
    nearest = max(TITLES, key=lambda usual: (len(usual & set(names)) / len(usual), TITLES[usual]))
    shared = nearest & set(names)
    if not shared:
        return f"no known format: {listed}"
    missing = ", ".join(sorted(nearest - shared))
    return f"no known format: {listed}; the nearest is {TITLES[nearest]}, which also has {missing}"[:400]
