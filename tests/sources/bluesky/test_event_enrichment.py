"""Author names: a post comes at once, and again with its author's name when the API answers."""

from __future__ import annotations

import time
from typing import Any

from pipeline.post import Deletion
from pipeline.sources.bluesky.event_enrichment import UNNAMED_EVENTS
from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.background_reading import Reading, until
from tests.sources.bluesky.reading import now_us, read_with_names
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import DID, Jetstream, commit


def _introduce(server: Jetstream, reading: Reading, text: str) -> None:
    """Publish a first post, and wait until it came again with its author's name."""
    until(lambda: server.requested)
    server.publish(commit(now_us(), text))
    until(lambda: len(reading.posts()) == 2)


def test_post_comes_at_once_under_a_did_and_again_with_its_name(server: Jetstream, api: BlueskyApi) -> None:
    api.know(DID, "ann.example", displayName="Ann", description="I am", followersCount=7, avatar="https://a.example/1")
    with read_with_names(server, api) as reading:
        _introduce(server, reading, "one")
        first, second = reading.posts()
        assert (first.author.handle, second.author.handle) == (DID, "ann.example")
        assert (second.author.name, second.author.bio, second.author.followers) == ("Ann", "I am", 7)
        assert second.version == first.version + 1
        server.publish(commit(now_us(), "two"))
        until(lambda: len(reading.posts()) == 3)
        time.sleep(0.6)
        assert [post.author.handle for post in reading.posts()] == [DID, "ann.example", "ann.example"]
        assert api.requested == [[DID]], "no account is requested twice"


def test_whom_a_post_answers_is_named_if_known(server: Jetstream, api: BlueskyApi) -> None:
    api.everybody = True
    with read_with_names(server, api) as reading:
        until(lambda: server.requested)
        server.publish(commit(now_us(), "one", did="did:plc:bob"))
        until(lambda: len(reading.posts()) == 2)
        parent = {"uri": "at://did:plc:bob/app.bsky.feed.post/3k", "cid": "c"}
        server.publish(commit(now_us(), "two", reply={"parent": parent, "root": parent}))
        until(lambda: len(reading.posts()) == 4)
        named = reading.posts()[-1]
        assert named.reply_to is not None
        assert (named.author.handle, named.reply_to.handle) == ("ann.example", "bob.example")


def _mention(did: str, words: str) -> dict[str, Any]:
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
    return {"index": {"byteStart": 0, "byteEnd": len(words)}, "features": [feature]}


def test_mentioned_account_that_the_text_does_not_name_is_looked_up(server: Jetstream, api: BlueskyApi) -> None:
    api.know(DID, "ann.example")
    api.know("did:plc:bob", "bob.example")
    with read_with_names(server, api) as reading:
        _introduce(server, reading, "hi")
        server.publish(commit(now_us(), "@zoe.example hi", facets=[_mention("did:plc:zoe", "@zoe.example")]))
        server.publish(commit(now_us(), "Bob Smith hi", facets=[_mention("did:plc:bob", "Bob Smith")]))
        until(lambda: any(post.mentions == ["bob.example"] for post in reading.posts()))
        assert [post.mentions for post in reading.posts()[2:]] == [["zoe.example"], ["did:plc:bob"], ["bob.example"]]
        server.publish(commit(now_us(), "b", facets=[_mention("did:plc:bob", "b")]))
        until(lambda: reading.posts()[-1].text == "b")
        assert reading.posts()[-1].mentions == ["bob.example"]
        assert api.requested == [[DID], ["did:plc:bob"]], "an account whose handle the text shows is not requested"


def test_post_deleted_before_a_mentioned_account_is_known_has_no_second_version(
    server: Jetstream, api: BlueskyApi
) -> None:
    api.know(DID, "ann.example")
    api.know("did:plc:bob", "bob.example")
    with read_with_names(server, api) as reading:
        _introduce(server, reading, "hi")
        api.delay_s = 0.5
        server.publish(commit(now_us(), "Bob", rkey="3kone", facets=[_mention("did:plc:bob", "Bob")]))
        server.publish(commit(now_us(), operation="delete", rkey="3kone"))
        until(lambda: len(api.requested) == 2)
        server.publish(commit(now_us(), "b", rkey="3ktwo", facets=[_mention("did:plc:bob", "b")]))
        until(lambda: reading.posts()[-1].mentions == ["bob.example"])
        assert [post.text for post in reading.posts() if post.mentions] == ["Bob", "b", "b"]


def test_handle_that_names_nobody_is_not_taken_from_the_stream(server: Jetstream, api: BlueskyApi) -> None:
    api.know(DID, "ann.example")
    with read_with_names(server, api) as reading:
        _introduce(server, reading, "one")
        identity = {"did": DID, "handle": "handle.invalid"}
        server.publish({"did": DID, "time_us": now_us(), "kind": "identity", "identity": identity})
        server.publish(commit(now_us(), "two"))
        until(lambda: len(reading.posts()) == 4)
        assert [post.author.handle for post in reading.posts()] == [DID, "ann.example", DID, "ann.example"]


def test_slow_api_delays_no_post(server: Jetstream, api: BlueskyApi) -> None:
    api.everybody, api.delay_s = True, 20.0
    with read_with_names(server, api) as reading:
        until(lambda: server.requested)
        for number in range(30):
            server.publish(commit(now_us(), str(number), did=f"did:plc:p{number}"))
        until(lambda: len(reading.texts()) == 30, 15)
        assert {post.author.handle for post in reading.posts()} == {f"did:plc:p{number}" for number in range(30)}
        assert reading.stop() < 10


def test_author_shown_to_signed_in_people_only_is_deleted_and_then_left_out(server: Jetstream, api: BlueskyApi) -> None:
    api.know(DID, "ann.example", labels=[{"val": "!no-unauthenticated", "src": DID}])
    with read_with_names(server, api) as reading:
        until(lambda: server.requested)
        at = now_us()
        server.publish(commit(at, "one"))
        until(lambda: any(isinstance(event, Deletion) and event.id.endswith(f"/3k{at}") for event in reading.events()))
        server.publish(commit(now_us(), "two"), commit(now_us(), "three", did="did:plc:bob"))
        until(lambda: "three" in reading.texts())
        assert reading.texts() == ["one", "three"]


def test_post_deleted_before_its_author_is_known_has_no_second_version(server: Jetstream, api: BlueskyApi) -> None:
    api.everybody, api.delay_s = True, 0.5
    with read_with_names(server, api) as reading:
        until(lambda: server.requested)
        server.publish(commit(now_us(), "one", rkey="3kone"), commit(now_us(), operation="delete", rkey="3kone"))
        until(lambda: api.requested)
        server.publish(commit(now_us(), "two"))
        until(lambda: any(post.author.handle == "ann.example" for post in reading.posts()))
        assert [post.text for post in reading.posts()] == ["one", "two", "two"]


def test_new_handle_is_taken_from_the_stream(server: Jetstream, api: BlueskyApi) -> None:
    api.know(DID, "ann.example")
    with read_with_names(server, api) as reading:
        _introduce(server, reading, "one")
        renamed = {"did": DID, "time_us": now_us(), "kind": "identity", "identity": {"did": DID, "handle": "b.example"}}
        server.publish(renamed, commit(now_us(), "two"))
        until(lambda: "two" in reading.texts())
        assert reading.posts()[-1].author.handle == "b.example"
        assert len(api.requested) == 1


def test_without_an_api_authors_stay_dids_and_nothing_is_kept(server: Jetstream) -> None:
    source = BlueskySource((server.url,), "")
    with Reading(source) as reading:
        until(lambda: server.requested)
        server.publish(*(commit(now_us(), str(number)) for number in range(UNNAMED_EVENTS + 100)))
        until(lambda: len(reading.texts()) == UNNAMED_EVENTS + 100)
        assert {post.author.handle for post in reading.posts()} == {DID}
        assert not source._names._unnamed


def test_posts_that_wait_for_a_name_are_bounded(server: Jetstream, api: BlueskyApi) -> None:
    api.delay_s = 30.0
    source = BlueskySource((server.url,), api.url)
    with Reading(source) as reading:
        until(lambda: server.requested)
        server.publish(*(commit(now_us(), str(number)) for number in range(UNNAMED_EVENTS + 100)))
        until(lambda: len(reading.texts()) == UNNAMED_EVENTS + 100)
        assert len(source._names._order) <= UNNAMED_EVENTS
        assert sum(map(len, source._names._unnamed.values())) <= UNNAMED_EVENTS
