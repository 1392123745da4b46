"""Counts of posts that receive reactions: requested beside the stream from an API of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.sources.bluesky import reaction_counts as module
from pipeline.sources.bluesky.reaction_counts import MOST_DUE, ReactionCounts
from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.background_reading import Reading, until
from tests.sources.bluesky.reading import now_us
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import DID, Jetstream, commit


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueskyApi]:
    monkeypatch.setattr(module, "FIRST_REQUEST_DELAY_S", 0.2)
    monkeypatch.setattr(module, "COUNTS_REQUEST_INTERVAL_S", 0.1)
    with BlueskyApi() as found:
        found.know(DID, "ann.example", displayName="Ann")
        yield found


def reaction(rkey: str, collection: str = "app.bsky.feed.like") -> dict[str, Any]:
    event = commit(now_us(), did="did:plc:bob", subject={"uri": f"at://{DID}/app.bsky.feed.post/{rkey}", "cid": "c"})
    event["commit"]["collection"] = collection
    return event


def test_post_people_react_to_comes_again_with_its_counts(api: BlueskyApi) -> None:
    api.count(DID, "3kone", "one", likeCount=5, repostCount=2, replyCount=1)
    with Jetstream() as server, Reading(BlueskySource((server.url,), api.url, counts=True)) as reading:
        until(lambda: server.requested)
        assert len(server.requested[0].query["collections"]) == 4
        server.publish(commit(now_us(), "one", rkey="3kone"), *[reaction("3kone") for _ in range(5)])
        server.publish(reaction("3kone", "app.bsky.feed.repost"), reaction("3kstranger"))
        until(lambda: any(post.counts.likes == 5 for post in reading.posts()))
        first, last = reading.posts()[0], reading.posts()[-1]
        assert (last.id, last.text, last.author.handle) == (first.id, "one", "ann.example")
        assert (last.counts.reposts, last.counts.replies, last.counts.quotes) == (2, 1, None)
        assert last.version > first.version
        assert api.requested_posts == [[f"at://{DID}/app.bsky.feed.post/3kone"]], "once, and no stranger"


def test_deleted_and_edited_posts_are_not_requested(api: BlueskyApi) -> None:
    api.count(DID, "3kone", "one", likeCount=5)
    with Jetstream() as server, Reading(BlueskySource((server.url,), api.url, counts=True)) as reading:
        until(lambda: server.requested)
        server.publish(commit(now_us(), "one", rkey="3kone"), commit(now_us(), "two", rkey="3ktwo"), reaction("3kone"))
        server.publish(
            commit(now_us(), operation="delete", rkey="3kone"),
            commit(now_us(), "two!", operation="update", rkey="3ktwo"),
            reaction("3ktwo"),
            commit(now_us(), "end"),
        )
        until(lambda: "end" in reading.texts())
        time.sleep(0.6)
        assert not api.requested_posts


def test_without_the_setting_no_reaction_is_followed_and_no_count_requested(api: BlueskyApi) -> None:
    with Jetstream() as server, Reading(BlueskySource((server.url,), api.url)) as reading:
        until(lambda: server.requested)
        assert server.requested[0].query["collections"] == ["app.bsky.feed.post", "app.bsky.feed.postgate"]
        server.publish(commit(now_us(), "one", rkey="3kone"), reaction("3kone"), commit(now_us(), "end"))
        until(lambda: "end" in reading.texts())
        time.sleep(0.5)
        assert not api.requested_posts


def test_waiting_and_remembered_posts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLLOWED_POSTS_MAX", MOST_DUE + 100)
    reactions = ReactionCounts("http://127.0.0.1:9")
    for number in range(MOST_DUE + 500):
        reactions.remember(f"at://{number}")
    for number in range(MOST_DUE + 500):
        reactions.note_reaction(f"at://{number}")
    assert len(reactions._requested_s) == MOST_DUE + 100
    assert len(reactions._due) == MOST_DUE


def test_post_is_requested_once_an_interval_however_many_react(api: BlueskyApi) -> None:
    reactions = ReactionCounts(api.url)
    reactions.remember("at://one")
    reactions.start()
    reactions.note_reaction("at://one")
    until(lambda: api.requested_posts)
    for _ in range(20):
        reactions.note_reaction("at://one")
    time.sleep(0.6)
    reactions.stop()
    assert len(api.requested_posts) == 1
