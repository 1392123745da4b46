"""Mastodon against servers on this machine: each test states what the source makes of their events."""

from __future__ import annotations

import time

import pytest

from pipeline.post import Deletion
from pipeline.sources.mastodon.source import MastodonSource
from tests.sources.background_reading import Reading, until
from tests.sources.mastodon.reading import cursor_text, listening, read
from tests.sources.simulators.mastodon import Mastodon, stall, status


def test_statuses_edits_and_deletions_come() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1, "one"))
        edited = status(1, "one, edited", edited_at="2031-01-01T00:00:00.000Z")
        server.say("status.update", edited)
        server.say("delete", "1")
        until(lambda: len(reading.events()) == 3)
        first, second, gone = reading.events()
        assert reading.texts() == ["one", "one, edited"]
        assert first.post.id == second.post.id == "mastodon:home.example/1"  # type: ignore[union-attr] # both are posts
        assert second.post.version > first.post.version  # type: ignore[union-attr] # both are posts
        assert isinstance(gone, Deletion)
        assert gone.id == "mastodon:home.example/1"
        assert reading.reports[-1][:2] == ("live", server.host)


def test_account_is_named_with_the_domain_that_its_server_states() -> None:
    with Mastodon() as server:
        server.domain = "home.example"
        own = {"acct": "ann", "uri": f"{server.url}/users/ann", "url": f"{server.url}/@ann"}
        server.held.append(status(2, "again", account=own))
        with read(server, counts_after_s=0.1, call_pause_s=0.05) as reading:
            listening(server)
            server.publish(status(2, "first", account=own))
            until(lambda: len(reading.posts()) >= 2)
            authors = {(post.author.handle, post.author.id) for post in reading.posts()}
            assert authors == {("ann@home.example", f"ann@{server.host}")}


def test_deletion_names_the_post_that_is_meant_wherever_it_was_written() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(5, "from afar", host="far.example"))
        server.say("delete", "5")
        server.say("delete", 6)
        until(lambda: len(reading.events()) == 3)
        post, known, unknown = reading.events()
        assert known.id == post.post.id == "mastodon:far.example/7005"  # type: ignore[union-attr] # a deletion, a post
        assert unknown.id == f"mastodon:{server.host}/6"  # type: ignore[union-attr] # a deletion


@pytest.mark.parametrize("choice", [{"indexable": False}, {"discoverable": False}, {"noindex": True}])
def test_author_who_does_not_want_to_be_found_is_left_out_unless_configured_otherwise(choice: dict[str, bool]) -> None:
    with Mastodon() as server, read(server) as heeding, read(server, consent=False) as taking:
        until(lambda: len(server.streams) == 2)
        server.publish(status(1, "hidden", account=choice), status(2, "open", account={"indexable": None}))
        until(lambda: "open" in heeding.texts() and "open" in taking.texts())
        assert heeding.texts() == ["open"]
        assert taking.texts() == ["hidden", "open"]


def test_author_who_changes_their_mind_is_deleted_with_the_edit() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1, "one", host="far.example"))
        server.say("status.update", status(1, "one!", host="far.example", account={"indexable": False}))
        until(lambda: len(reading.events()) == 2)
        gone = reading.events()[1]
        assert isinstance(gone, Deletion)
        assert gone.id == "mastodon:far.example/7001"


def test_words_of_somebody_who_does_not_want_to_be_found_do_not_come_inside_another_status() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        hidden = status(1, "hidden", account={"indexable": False})
        quote = {"state": "accepted", "quoted_status": hidden}
        server.publish(status(2, "hidden", reblog=hidden), status(3, "look", quote=quote), status(4, "open"))
        until(lambda: "open" in reading.texts())
        link = hidden["uri"]
        assert reading.texts() == [link, f"look\n\n{link}", "open"]
        assert all(b"hidden" not in record.data for record in reading.records())
        assert [[one.url for one in post.links] for post in reading.posts()] == [[link], [link], []]


def test_deletion_that_comes_before_its_status_keeps_the_status_out() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish_deleted(status(5, "gone already", host="far.example"))
        server.publish(status(6, "there"))
        until(lambda: "there" in reading.texts())
        assert reading.texts() == ["there"]
        assert "mastodon:far.example/7005" in [event.id for event in reading.events() if isinstance(event, Deletion)]


def test_torn_status_is_set_aside_alone() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.tell(b'event: update\ndata: {"id":"1","con\n\nevent: update\ndata: {"x":"\xff\xfe"}\n\n')
        server.publish(status(2, "two"))
        until(lambda: reading.texts() == ["two"])
        assert len(reading.records()) == 3


@pytest.mark.parametrize(
    "data", [b"[]", b"null", b"7", b"{}", b'{"id":{},"account":7}', b'{"id":1e400}', b"[" * 5_000, b"not json"]
)
def test_wrong_json_costs_no_neighbour_and_moves_no_cursor(data: bytes) -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1, "one"))
        server.tell(b"event: update\ndata: " + data + b"\n\nevent: delete\ndata: " + data + b"\n\n")
        server.publish(status(2, "two"))
        until(lambda: reading.texts() == ["one", "two"])
        assert reading.place()[server.host]["newest"] == "2"
        assert not reading.errors


def test_doubled_and_reordered_statuses_are_all_passed_on_and_the_newest_is_the_cursor() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        for number in (9, 10, 8, 10):
            server.publish(status(number, str(number)))
        until(lambda: len(reading.posts()) == 4)
        assert reading.place()[server.host]["newest"] == "10"


def test_ten_megabyte_line_is_one_record_set_aside_and_its_neighbours_are_whole() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1, "one"), status(2, "x" * 10 * 1024 * 1024), status(3, "three"))
        until(lambda: reading.texts() == ["one", "three"])
        assert max(len(record.data) for record in reading.records()) < 2 * 1024 * 1024


def test_server_out_of_order_is_waited_for_while_others_are_read() -> None:
    with Mastodon() as broken, Mastodon() as well:
        broken.refusals.extend([(503, {})] * 50)
        with read(broken, well) as reading:
            listening(well)
            well.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            until(lambda: any("HTTP 503" in detail and state == "live" for state, detail, _ in reading.reports))
            assert {chunk.instance for chunk in reading.chunks if chunk.records} == {well.host}


def test_accounts_of_a_server_are_named_by_the_domain_that_it_states() -> None:
    with Mastodon() as server:
        server.domain = "people.example"
        server.held.append(status(1, "before"))
        with read(server, cursor=cursor_text(server, "0")) as reading:
            until(lambda: reading.texts() == ["before"])
            server.publish(status(2, "now"))
            until(lambda: "now" in reading.texts())
            assert {post.author.handle for post in reading.posts()} == {"ann@people.example"}


CLOSED = {"local": "disabled", "remote": "disabled"}


@pytest.mark.parametrize(
    ("feed", "tags", "access", "state", "words"),
    [
        ("public", (), {"live_feeds": CLOSED}, "down", "closed the local and remote feed"),
        ("public", (), {"live_feeds": CLOSED | {"local": "public"}}, "live", "closed the remote feed"),
        ("public:remote", (), {"live_feeds": CLOSED | {"local": "public"}}, "down", "closed the remote feed"),
        ("public", ("cats",), {"hashtag_feeds": CLOSED}, "down", "closed the local and remote feed"),
        ("public", ("cats",), {"live_feeds": CLOSED}, "live", "#cats"),
        ("public", (), {"live_feeds": {"local": "authenticated", "remote": "public"}}, "live", "127.0.0.1"),
    ],
)
def test_feed_that_the_admin_closed_is_not_live(
    feed: str, tags: tuple[str, ...], access: dict[str, dict[str, str]], state: str, words: str
) -> None:
    with Mastodon() as server:
        server.access = access
        with read(server, feed=feed, tags=tags) as reading:
            until(lambda: any(found == state and words in detail for found, detail, _ in reading.reports))
            assert {found for found, _, _ in reading.reports} == {state}


def test_closed_feed_that_the_token_may_read_is_live_with_its_first_status() -> None:
    with Mastodon() as server:
        server.access = {"live_feeds": CLOSED}
        with read(server) as reading:
            until(lambda: reading.reports and reading.reports[-1][0] == "down")
            server.publish(status(1, "one"))
            until(lambda: reading.reports[-1][0] == "live")


def test_hashtags_are_streams_of_their_own() -> None:
    with Mastodon() as server, read(server, tags=("#cats", "dogs")):
        until(lambda: server.streamed() == 2)
        requested = {path for path in server.requested if "/streaming/" in path}
        assert requested == {"/api/v1/streaming/hashtag?tag=cats", "/api/v1/streaming/hashtag?tag=dogs"}


def test_clock_that_is_ahead_dates_no_post_into_the_future() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1, "from the future", created_at="2039-01-01T00:00:00.000Z"))
        until(lambda: reading.texts() == ["from the future"])
        assert all(post.created_at <= time.time() * 1000 for post in reading.posts())


@pytest.mark.parametrize("when", ["reading", "stalled", "opening"])
def test_it_ends_within_two_seconds_of_stopped(when: str) -> None:
    with Mastodon() as server:
        if when == "stalled":
            server.faults.append(stall)
        # Nobody answers at this address of the documentation range.
        source = MastodonSource(("http://192.0.2.1:9",) if when == "opening" else (server.url,))
        with Reading(source) as reading:
            until(lambda: reading.chunks if when == "opening" else server.streams)
            assert reading.stop() < 10
