"""Mappings of the store's indices: posts, raw records, and `state` (all the rest); and the sort of posts over them.

Also holds the versions of the schema and of the fields that order posts.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pipeline.store.elastic.document_fields import PROPERTIES
from pipeline.store.sort_key import NO_ARRIVAL

INDEX_SCHEMA_VERSION = 1
_KEYWORD: Final = {"type": "keyword", "ignore_above": 1_024}
_UNSEEN: Final = {"type": "keyword", "index": False, "doc_values": False}

POSTS_MAPPING: Final[dict[str, Any]] = {
    "dynamic": "strict",
    "properties": {
        **PROPERTIES,
        "place": {"type": "long"},
        "arrival": {"type": "long"},
        "seq": {"type": "long"},
        "first_seq": {"type": "long"},
        "past_until": {"type": "long"},
        "past": {"type": "binary"},
        "changed": {"type": "byte"},
        "touched": {"type": "boolean"},
        "reach": {"type": "long"},
        "original": {"type": "keyword"},
        "inside": _UNSEEN,
        "by": {"type": "keyword"},
        # The wire JSON: stored, and indexed only where a person filters in Kibana.
        "post": {
            "type": "object",
            "dynamic": False,
            "properties": {
                "text": {"type": "text", "index": False},
                "lang": _KEYWORD,
                "source": _KEYWORD,
                "hashtags": _KEYWORD,
                "hosts": _KEYWORD,
                "author": {"type": "object", "dynamic": False, "properties": {"handle": _KEYWORD}},
            },
        },
    },
}
"""Mapping of the indices of posts."""

ADDED_FIELDS: Final = ("arrival", "first_seq", "past_until", "past")
"""Fields of posts that indices of an earlier program lack."""

ORDER = 2
"""Version of the fields that number posts: 1 has `arrival`, 2 has first numbers and pasts. A writer that opens an older
store adds the fields."""


def by_place(order: Literal["asc", "desc"]) -> list[dict[str, Any]]:
    """Return the sort of a search by sort key, then by arrival; posts without an arrival come before all others."""
    arrived = {"order": order, "missing": NO_ARRIVAL, "unmapped_type": "long"}
    return [{"place": order}, {"arrival": arrived}]


RAWS_MAPPING: Final[dict[str, Any]] = {"dynamic": "strict", "properties": {"data": {"type": "binary"}}}
"""Mapping of the indices of raw records."""

STATE_MAPPING: Final[dict[str, Any]] = {
    "dynamic": False,
    "properties": {
        "kind": {"type": "keyword"},
        "id": {"type": "keyword", "ignore_above": 1_024},
        "place": {"type": "long"},
        "gone_seq": {"type": "long"},
        "gone_at": {"type": "long"},
        "since": {"type": "long"},
        "until": {"type": "long"},
        "last": {"type": "long"},
    },
}
"""Mapping of the index `state`."""
