"""Records of other tools and of unknown kinds: the reason names the tool, or the format that is nearest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.normalise.sample_records import outcome

ZEESCHUIMER = {
    "nav_index": "1:2:3",
    "item_id": "1830194040000000001",
    "timestamp_collected": 1725321600000,
    "source_platform": "twitter.com",
    "source_platform_url": "https://x.com/home",
    "source_url": "https://x.com/i/api/graphql/x/HomeTimeline",
    "user_agent": "Mozilla/5.0",
    "data": {"rest_id": "1830194040000000001", "legacy": {"full_text": "a wren"}, "core": {}},
}
SNSCRAPE = {
    "_type": "snscrape.modules.twitter.Tweet",
    "url": "https://twitter.com/ada_b/status/1",
    "date": "2022-09-01T10:00:00+00:00",
    "rawContent": "a wren",
    "id": 1565300000000000000,
    "user": {"_type": "snscrape.modules.twitter.User", "username": "ada_b", "id": 12},
}
GNIP = {
    "id": "tag:search.twitter.com,2005:593895901623496704",
    "objectType": "activity",
    "verb": "post",
    "postedTime": "2015-04-30T21:40:12.000Z",
    "actor": {"objectType": "person", "id": "id:twitter.com:12", "preferredUsername": "ada_b"},
    "body": "a wren",
    "object": {"objectType": "note"},
    "gnip": {"matching_rules": [{"tag": None}]},
}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (SNSCRAPE, "a record of snscrape (snscrape.modules.twitter.Tweet), which is not read"),
        (ZEESCHUIMER, "a record of Zeeschuimer (twitter.com), which is not read"),
        ({"data": ZEESCHUIMER["data"], **ZEESCHUIMER}, "a record of Zeeschuimer"),
        ({"rest_id": "1", "legacy": {}, "__import_meta": {"source_platform": "twitter.com"}}, "a record of 4CAT"),
        (GNIP, "ask for Gnip's “original format”"),
        ({"id": 1, "conversation_id": "1", "created_at": "2021", "username": "a", "tweet": "x"}, "a record of twint"),
        ({"id": 1, "id_str": "1", "date": "2024", "user": {}, "rawContent": "x"}, "a record of twscrape"),
        ({"type": "tweet", "id": "1", "text": "x", "twitterUrl": "https://twitter.com/a"}, "a record of Apify"),
        ({"subreddit": "birds", "created_utc": 1, "body": "x"}, "a record of Reddit"),
    ],
)
def test_the_tool_is_named_and_what_to_do(record: dict[str, Any], reason: str) -> None:
    found = outcome(json.dumps(record).encode())
    assert reason in found
    assert "Murmuration's own JSON (docs/reference/post.md)" in found


def test_a_value_that_could_disturb_a_terminal_is_not_repeated() -> None:
    found = outcome(json.dumps({**SNSCRAPE, "_type": "\x1b[31m"}).encode())
    assert found.startswith("a record of snscrape, which")


@pytest.mark.parametrize(
    ("record", "nearest"),
    [
        ({"account": {}, "created_at": "2024", "uri": "x", "url": "x", "body": "x"}, "a status of Mastodon"),
        ({"repo": "did:plc:a", "time_us": 1, "commit": {}}, "an event of Bluesky's Jetstream"),
        ({"author_id": "1", "public_metrics": {}, "body": "x"}, "a post of X v2"),
        ({"user": {}, "full_text": "x", "entities": {}}, "a status of X v1.1"),
    ],
)
def test_an_unknown_record_names_the_nearest_format_and_what_it_lacks(record: dict[str, Any], nearest: str) -> None:
    found = outcome(json.dumps(record).encode())
    assert found.startswith("no known format: ")
    assert f"the nearest is {nearest}, which also has " in found


def test_a_record_that_is_like_none_names_none() -> None:
    assert outcome(b'{"temperature":1,"wind":2}') == "no known format: temperature, wind"
    assert len(outcome(json.dumps({"x" * 5000: 1, "id": 2}).encode())) < 500
