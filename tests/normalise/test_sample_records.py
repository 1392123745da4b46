"""Every sample record becomes posts or is set aside for a stated reason: counted, so that nothing changes unseen."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Post
from tests.normalise.records import NOW, lines, outcomes, posts

ALL = (
    "x-v1.1/stream.jsonl.gz",
    "x-v1.1/rest.jsonl.gz",
    "x-v1.1/interleaved.txt.gz",
    "x-v1.1/control.jsonl",
    "x-v2/stream.jsonl",
    "x-v2/pages.jsonl.gz",
    "x-v2/errors.jsonl",
    "x-v2/rules_responses.jsonl",
    "x-v2/torn_line.jsonl",
    "bluesky/events.jsonl",
    "bluesky/jsonbench.jsonl",
    "mastodon/statuses.jsonl.gz",
    "mastodon/events.jsonl",
)
WITH_ORIGINAL, WITH_TWO = "Upsert+Upsert", "Upsert+Upsert+Upsert"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x-v1.1/stream.jsonl.gz", {"Upsert": 1826, WITH_ORIGINAL: 675, WITH_TWO: 35}),
        ("x-v1.1/rest.jsonl.gz", {"Upsert": 609, WITH_ORIGINAL: 181, WITH_TWO: 10}),
        ("x-v1.1/interleaved.txt.gz", {"Upsert": 223, WITH_ORIGINAL: 11, "Notice": 12}),
        ("x-v1.1/control.jsonl", {"Deletion": 31, "Notice": 36}),
        ("x-v2/stream.jsonl", {"Upsert": 27, WITH_ORIGINAL: 1}),
        ("x-v2/errors.jsonl", {"Notice": 16}),
        ("x-v2/rules_responses.jsonl", {"Notice": 8}),
        ("x-v2/torn_line.jsonl", {"Upsert": 6, WITH_ORIGINAL: 1, "malformed: Input data was truncated": 1}),
        ("bluesky/events.jsonl", {"Upsert": 30, "AuthorDeletion": 1, "nothing": 66}),
        ("bluesky/jsonbench.jsonl", {"Upsert": 96, "Deletion": 1, "nothing": 503}),
        ("mastodon/statuses.jsonl.gz", {"Upsert": 168, WITH_ORIGINAL: 5, "Notice": 23}),
        (
            "mastodon/events.jsonl",
            {
                "Upsert": 1,
                "Notice": 4,
                "malformed: Object missing required field `id`": 2,
                "malformed: JSON is malformed: invalid character (byte 0)": 1,
            },
        ),
    ],
)
def test_every_record_is_a_post_or_has_a_reason(name: str, expected: dict[str, int]) -> None:
    assert outcomes(name) == Counter(expected)


def test_pages_hold_every_post_once_and_its_originals() -> None:
    for line in lines("x-v2/pages.jsonl.gz"):
        page = json.loads(line)
        named = page["data"] if isinstance(page["data"], list) else [page["data"]]
        found = [post.id.removeprefix("x:") for post in posts(normalise(line, "replay", NOW))]
        assert {tweet["id"] for tweet in named} | _reached(named, page) == set(found)


def test_event_stream_bodies_are_read_whole_and_line_by_line() -> None:
    whole = b"\n".join(lines("mastodon/test_stream_user_local_5.txt")) + b"\n\n"
    (post,) = posts(normalise(whole, "replay", NOW))
    (again,) = [
        found
        for line in lines("mastodon/test_stream_user_local_5.txt")
        for found in posts(normalise(line, "replay", NOW))
    ]
    assert post == again
    assert outcomes("mastodon/test_stream_direct_6.txt") == {"nothing": 3, "Notice": 1}


@pytest.mark.parametrize("name", ALL)
def test_spans_show_what_they_say(name: str) -> None:
    for post in _all_posts(name):
        end = 0
        for entity in post.entities:
            shown = post.text[entity.start : entity.end]
            assert end <= entity.start < entity.end <= len(post.text)
            end = entity.end
            if entity.type == "hashtag":
                assert shown.casefold() in ("#" + entity.value.casefold(), "＃" + entity.value.casefold())
                assert entity.value.casefold() in [tag.casefold() for tag in post.hashtags]
            elif entity.type == "mention":
                assert shown[0] in "@＠"
                assert entity.value.casefold() in [handle.casefold() for handle in post.mentions]
            elif entity.type == "link":
                assert not any(sign.isspace() for sign in shown)
                assert "://" in entity.value


@pytest.mark.parametrize("name", ALL)
def test_posts_keep_what_the_canonical_post_promises(name: str) -> None:
    for post in _all_posts(name):
        network, _, rest = post.id.partition(":")
        assert network == post.source
        assert rest
        assert post.created_at <= post.received_at == NOW
        assert post.claimed_at is None or post.claimed_at > post.created_at
        assert post.version > 0
        assert post.lang == (post.langs[0] if post.langs else "")
        assert all(lang.isalpha() and lang.islower() and 2 <= len(lang) <= 3 for lang in post.langs)
        assert "&amp;" not in post.text
        assert all("." in host or host == "localhost" for host in post.hosts)
        assert all(one.url.startswith("http") for one in post.media)
        assert post.url.startswith("http")


def test_text_of_x_shows_no_short_link_that_the_source_explains() -> None:
    for name in ("x-v1.1/rest.jsonl.gz", "x-v1.1/interleaved.txt.gz"):
        assert not [post.id for post in _all_posts(name) if "//t.co/" in post.text]


@pytest.mark.parametrize("name", ["x-v1.1/stream.jsonl.gz", "x-v1.1/rest.jsonl.gz"])
def test_span_of_a_link_shows_what_the_source_shows(name: str) -> None:
    checked = 0
    for line in lines(name):
        record = json.loads(line)
        whole = record.get("extended_tweet", record)
        shown = {
            url["expanded_url"]: url["display_url"]
            for url in (whole.get("entities") or {}).get("urls", ())
            if url.get("display_url")
        }
        post = posts(normalise(line, "replay", NOW))[-1]
        for entity in post.entities:
            if entity.type == "link" and entity.value in shown:
                assert post.text[entity.start : entity.end] == shown[entity.value]
                checked += 1
    assert checked > 150


def test_same_record_gives_the_same_events() -> None:
    for name in ALL:
        for line in lines(name)[:40]:
            try:
                first = normalise(line, "replay", NOW)
            except RecordError:
                continue
            assert first == normalise(line, "replay", NOW)


def _reached(named: list[dict[str, Any]], page: dict[str, Any]) -> set[str]:
    """Return the ids of all originals that posts of a page lead to, as far as the page holds them."""
    given = {tweet["id"]: tweet for tweet in page.get("includes", {}).get("tweets", ())}
    found: set[str] = set()
    waiting = list(named)
    while waiting:
        for reference in waiting.pop().get("referenced_tweets", ()):
            if reference["type"] in ("retweeted", "quoted") and reference["id"] in given.keys() - found:
                found.add(reference["id"])
                waiting.append(given[reference["id"]])
    return found


def _all_posts(name: str) -> list[Post]:
    found = []
    for line in lines(name):
        try:
            found += posts(normalise(line, "replay", NOW))
        except RecordError:
            continue
    return found
