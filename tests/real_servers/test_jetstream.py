"""Bluesky source against the original Jetstream: joins, changes of server and restarts lose no post."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.post import AuthorDeletion, Deletion, Upsert
from tests.real_servers.writing import DID, Collecting, Writer, post, record
from tests.servers.jetstream.relay import Relay, account, commit, identity
from tests.servers.jetstream.server import JetstreamProcess
from tests.sources.background_reading import until

REJOINS = 6


def missing_of(collecting: Collecting, writer: Writer, since: int) -> list[str]:
    """Return the posts written after the first `since` that did not come."""
    return [key for key in writer.written[since:] if key not in collecting.keys]


def wait_for_all(collecting: Collecting, writer: Writer, since: int) -> None:
    """Wait until all posts came that were written until now; no post is waited for alone, the present comes first."""
    end, keys = time.monotonic() + 60.0, writer.written[since:]
    while not collecting.received().issuperset(keys) and time.monotonic() < end:
        time.sleep(0.05)


def started(collecting: Collecting, writer: Writer) -> int:
    """Wait until the source knows its place; return how many posts were written by then: all that follow must come."""
    until(collecting.has_place)
    return len(writer.written)


def test_posts_edits_deletions_and_accounts_come(jetstream: JetstreamProcess, relay: Relay) -> None:
    collecting = Collecting(jetstream)
    with collecting.read() as reading:
        while "3kbegun" not in collecting.received():
            relay.publish(post("3kbegun"))
            time.sleep(0.05)
        relay.publish(
            commit(DID, "3kone", record("one")),
            commit(DID, "3kone", record("two"), operation="update"),
            commit(DID, "3kone", None, operation="delete"),
            identity(DID, "ann.example"),
            account(DID, active=False, status="deleted"),
        )
        until(lambda: any(isinstance(event, AuthorDeletion) for event in reading.events()))
        came = [event for event in reading.events() if not (isinstance(event, Upsert) and event.post.text == "3kbegun")]
        first, second, deleted, *named, closed = came
        assert isinstance(first, Upsert)
        assert isinstance(second, Upsert)
        assert (first.post.text, second.post.text) == ("one", "two")
        assert first.post.id == second.post.id == f"bluesky:{DID}/3kone"
        assert isinstance(deleted, Deletion)
        assert deleted.id == first.post.id
        assert isinstance(closed, AuthorDeletion)
        assert closed.author_id == DID
        assert named, "the handle"
        assert reading.reports[-1][0] == "live"
    assert collecting.gaps == []


@pytest.mark.parametrize("rate", [20, 2_000])
def test_joins_while_posts_are_written_lose_none(jetstream: JetstreamProcess, relay: Relay, rate: int) -> None:
    collecting = Collecting(jetstream)
    with Writer.at(rate, relay) as writer:
        with collecting.read():
            since = started(collecting, writer)
        for _ in range(REJOINS):
            time.sleep(0.7)  # posts are written meanwhile
            with collecting.read():
                wait_for_all(collecting, writer, since)
        with collecting.read():
            writer.stop()
            wait_for_all(collecting, writer, since)
    assert missing_of(collecting, writer, since) == []
    assert collecting.gaps == []


def test_server_that_is_killed_and_restarted_over_its_data_loses_no_post(
    jetstream: JetstreamProcess, relay: Relay
) -> None:
    """It asks the relay again from where it had written down, and stamps those posts anew."""
    collecting = Collecting(jetstream)
    with Writer.at(200, relay) as writer, collecting.read():
        since = started(collecting, writer)
        time.sleep(6)  # it writes its place down every five seconds
        jetstream.kill()
        time.sleep(2)
        jetstream.start()
        wait_for_all(collecting, writer, since)
        writer.stop()
        wait_for_all(collecting, writer, since)
    assert missing_of(collecting, writer, since) == []
    assert collecting.errors
    assert collecting.gaps == []


@pytest.mark.parametrize("late", ["first", "second"])
def test_change_between_a_server_and_one_whose_relay_is_late_loses_no_post(
    jetstream_program: Path, tmp_path: Path, late: str
) -> None:
    """The late one hears nothing for fifteen seconds, and everything then: its times are when it heard."""
    with (
        Relay() as first_relay,
        Relay() as second_relay,
        JetstreamProcess(jetstream_program, first_relay, tmp_path / "first") as first,
        JetstreamProcess(jetstream_program, second_relay, tmp_path / "second") as second,
        Writer.at(100, first_relay, second_relay) as writer,
    ):
        collecting = Collecting(first, second)
        with collecting.read():
            since = started(collecting, writer)
            held = first_relay if late == "first" else second_relay
            held.hold()
            time.sleep(15)
            if late == "first":
                held.release()
            time.sleep(1)
            first.kill()
            time.sleep(2)
            held.release()
            writer.stop()
            wait_for_all(collecting, writer, since)
        assert missing_of(collecting, writer, since) == []
        assert collecting.errors
        assert collecting.gaps == []


def test_server_that_begins_anew_without_its_data_tells_the_gap(
    jetstream_program: Path, relay: Relay, tmp_path: Path
) -> None:
    with JetstreamProcess(jetstream_program, relay, tmp_path / "old") as old, Writer.at(50, relay) as writer:
        collecting = Collecting(old)
        with collecting.read():
            since = started(collecting, writer)
            old.kill()
            time.sleep(3)
            old.folder = tmp_path / "new"
            old.start()
            until(collecting.gaps_told, 60.0)
            writer.stop()
            until(lambda: writer.written[-1] in collecting.received(), 60.0)
        lost = missing_of(collecting, writer, since)
        assert lost
        assert len(collecting.gaps) == 1
        began_ms, ended_ms, _ = collecting.gaps[0]
        assert 0 < ended_ms - began_ms < 60_000
