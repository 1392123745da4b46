"""Outcomes of all sample records, counted, so that each change shows: posts, or the reason of a dead letter."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.language_codes import language_tag
from pipeline.normalise import normalise
from pipeline.post import Event, Post, Upsert
from tests.normalise.sample_records import NOW, lines, outcomes, posts
from tests.records import also_shared, only_shared, path_of

ALL = (
    "x-v1.1/stream.jsonl.gz",
    "x-v1.1/rest.jsonl.gz",
    "x-v1.1/interleaved.txt.gz",
    "x-v1.1/control.jsonl",
    "x-v2/stream.jsonl",
    "x-v2/pages.jsonl.gz",
    "x-v2/flattened.jsonl",
    "x-v2/errors.jsonl",
    "x-v2/rules_responses.jsonl",
    "x-v2/torn_line.jsonl",
    "bluesky/events.jsonl",
    "bluesky/jsonbench.jsonl",
    "bluesky/frames.jsonl",
    "mastodon/statuses.jsonl.gz",
    "mastodon/timelines.jsonl",
    "mastodon/events.jsonl",
)
WITH_ORIGINAL, WITH_TWO = "Upsert+Upsert", "Upsert+Upsert+Upsert"
OURS: dict[str, dict[str, int]] = {
    "x-v1.1/stream.jsonl.gz": {"Upsert": 1695, WITH_ORIGINAL: 669, WITH_TWO: 52},
    "x-v1.1/rest.jsonl.gz": {"Upsert": 386, WITH_ORIGINAL: 128, WITH_TWO: 13},
    "x-v1.1/interleaved.txt.gz": {"Upsert": 129, WITH_ORIGINAL: 64, "Notice": 10, WITH_TWO: 7},
    "x-v1.1/control.jsonl": {"Notice": 53, "Deletion": 41, "AccountChange": 2, "AuthorDeletion": 1},
    "x-v2/stream.jsonl": {"Upsert": 193, WITH_ORIGINAL: 47},
    "x-v2/flattened.jsonl": {"Upsert": 200},
    "x-v2/errors.jsonl": {"Notice": 6},
    "x-v2/rules_responses.jsonl": {"Notice": 4},
    "x-v2/torn_line.jsonl": {"Upsert": 3, WITH_ORIGINAL: 2, "malformed: Input data was truncated": 1},
    "bluesky/events.jsonl": {
        "Upsert": 191,
        "nothing": 189,
        "AccountChange": 17,
        "Deletion": 9,
        "AccountChange+AuthorDeletion": 4,
    },
    "bluesky/jsonbench.jsonl": {
        "Upsert": 308,
        "nothing": 252,
        "AccountChange": 24,
        "Deletion": 14,
        "AccountChange+AuthorDeletion": 2,
    },
    "bluesky/frames.jsonl": {"Upsert": 147, "nothing": 131, "AccountChange": 12, "Deletion": 11, "Notice": 1},
    "mastodon/statuses.jsonl.gz": {"Upsert": 292, WITH_ORIGINAL: 45, "Notice": 30},
    "mastodon/events.jsonl": {"Upsert": 157, "Notice": 65, WITH_ORIGINAL: 19},
}
COUNTED: dict[str, dict[str, int]] = {
    "shared/x-v1.1/stream.jsonl.gz": {"Upsert": 1826, WITH_ORIGINAL: 675, WITH_TWO: 35},
    "shared/x-v1.1/rest.jsonl.gz": {"Upsert": 609, WITH_ORIGINAL: 181, WITH_TWO: 10},
    "shared/x-v1.1/interleaved.txt.gz": {"Upsert": 223, WITH_ORIGINAL: 11, "Notice": 12},
    "shared/x-v1.1/control.jsonl": {"Deletion": 31, "Notice": 36},
    "shared/x-v2/stream.jsonl": {"Upsert": 27, WITH_ORIGINAL: 1},
    "shared/x-v2/errors.jsonl": {"Notice": 16},
    "shared/x-v2/rules_responses.jsonl": {"Notice": 8},
    "shared/x-v2/torn_line.jsonl": {"Upsert": 6, WITH_ORIGINAL: 1, "malformed: Input data was truncated": 1},
    "shared/bluesky/events.jsonl": {"nothing": 62, "Upsert": 30, "AccountChange": 4, "AccountChange+AuthorDeletion": 1},
    "shared/bluesky/jsonbench.jsonl": {"nothing": 495, "Upsert": 96, "AccountChange": 8, "Deletion": 1},
    "shared/mastodon/statuses.jsonl.gz": {"Upsert": 134, WITH_ORIGINAL: 4, "Notice": 58},
    "shared/mastodon/events.jsonl": {
        "Upsert": 1,
        "Notice": 4,
        "malformed: Object missing required field `id`": 2,
        "malformed: JSON is malformed: invalid character (byte 0)": 1,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", [*OURS, *only_shared(*(name.removeprefix("shared/") for name in COUNTED))])
def test_every_record_is_a_post_or_has_a_reason(name: str) -> None:
    assert outcomes(name) == Counter((OURS | COUNTED)[name])


@pytest.mark.parametrize("name", also_shared("x-v2/pages.jsonl.gz"))
def test_pages_hold_every_post_once_and_its_originals(name: str) -> None:
    for line in lines(name):
        page = json.loads(line)
        if "data" not in page:
            assert normalise(line, "replay", NOW) == []
            continue
        named = page["data"] if isinstance(page["data"], list) else [page["data"]]
        found = [post.id.removeprefix("x:") for post in posts(normalise(line, "replay", NOW))]
        chains = {
            tweet["id"]: (tweet.get("edit_history_tweet_ids") or [tweet["id"]])[0]
            for tweet in [*named, *page.get("includes", {}).get("tweets", [])]
        }
        wanted = {tweet["id"] for tweet in named} | _reached(named, page)
        assert {chains.get(number, number) for number in wanted} == set(found)


@pytest.mark.parametrize(
    "name",
    [
        "mastodon/stream_public.txt",
        *only_shared("mastodon/test_stream_user_local_5.txt", "mastodon/test_stream_direct_6.txt"),
    ],
)
def test_event_stream_bodies_are_read_whole_and_line_by_line(name: str) -> None:
    body = path_of(name).read_bytes()
    whole = normalise(body, "replay", NOW)
    parts = [event for part in body.split(b"\n\n") for event in normalise(part, "replay", NOW)]
    assert [_known(event) for event in whole] == [_known(event) for event in parts]
    assert whole, "a heartbeat has no events, an event has some"


def _known(event: Event) -> Event | Post:
    return event.post if isinstance(event, Upsert) else event  # its raw record is the whole body, or a part


@pytest.mark.parametrize("name", also_shared(*ALL))
def test_spans_show_the_text_that_they_describe(name: str) -> None:
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


@pytest.mark.parametrize("name", also_shared(*ALL))
def test_posts_keep_what_the_canonical_post_promises(name: str) -> None:
    for post in _all_posts(name):
        network, _, rest = post.id.partition(":")
        assert network == post.source
        assert rest
        assert post.created_at <= post.received_at == NOW
        assert post.claimed_at is None or post.claimed_at > post.created_at
        assert post.version > 0
        assert post.lang == (post.langs[0] if post.langs else "")
        assert all(lang == language_tag(lang) and lang for lang in post.langs)
        assert "&amp;" not in post.text
        assert all("." in host or host == "localhost" for host in post.hosts)
        assert all(one.url.startswith("http") for one in post.media)
        assert post.url.startswith("http")


@pytest.mark.parametrize("name", also_shared("x-v1.1/rest.jsonl.gz", "x-v1.1/interleaved.txt.gz"))
def test_text_of_x_shows_no_short_link_that_the_source_explains(name: str) -> None:
    assert not [post.id for post in _all_posts(name) if "//t.co/" in post.text]


@pytest.mark.parametrize("name", also_shared("x-v1.1/stream.jsonl.gz", "x-v1.1/rest.jsonl.gz"))
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


@pytest.mark.parametrize("name", also_shared(*ALL))
def test_same_record_gives_the_same_events(name: str) -> None:
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
