"""Second look at streamed statuses: their counts and cards, within the limits of the server."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.post import Deletion
from pipeline.settings import load
from tests.sources.background_reading import until
from tests.sources.mastodon.reading import listening, read
from tests.sources.simulators.mastodon import Mastodon, status

SOON: dict[str, Any] = {"counts_after_s": 0.3, "call_pause_s": 0.05}


def test_statuses_are_requested_once_more_twenty_at_once() -> None:
    with Mastodon() as server, read(server, **SOON) as reading:
        listening(server)
        fresh = [status(number, "hi", favourites_count=0) for number in range(1, 26)]
        for one in fresh:
            server.say("update", one)
        card = {"url": "https://news.example/1", "title": "A title"}
        server.held += [one | {"favourites_count": 4, "card": card} for one in fresh]
        until(lambda: len({post.id for post in reading.posts() if post.counts.likes == 4}) == 25)
        assert [post.counts.likes for post in reading.posts()[:25]] == [None] * 25
        asked = [path for path in server.requested if path.startswith("/api/v1/statuses?")]
        assert max(path.count("id%5B%5D=") for path in asked) <= 20
        assert sum(path.count("id%5B%5D=") for path in asked) == 25, "each once"
        assert reading.place()[server.host]["newest"] == "25"


def test_second_look_is_off_unless_set() -> None:
    assert load({}).mastodon_counts_minutes == 0
    with Mastodon() as server, read(server) as reading:
        listening(server)
        server.publish(status(1))
        until(reading.posts)
        server.publish(status(2))
        until(lambda: len(reading.posts()) == 2)
        assert not any("/statuses" in path for path in server.requested)


def test_second_look_waits_for_the_reset_and_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.mastodon.count_refresh.TROUBLE_PAUSE_S", 0.1)
    with Mastodon() as server:
        server.limit, server.left, server.reset_s = 10, 10, 0.2
        with read(server, **SOON) as reading:
            listening(server)
            server.left = 0
            server.publish(status(1, favourites_count=2))
            until(lambda: server.limited)
            server.left = 10
            until(lambda: len(reading.posts()) == 2)


def test_author_who_opted_out_since_is_deleted() -> None:
    with Mastodon() as server, read(server, **SOON) as reading:
        listening(server)
        server.say("update", status(1, host="far.example"))
        server.held.append(status(1, host="far.example", account={"indexable": False}))
        until(lambda: any(isinstance(event, Deletion) for event in reading.events()))
        assert [event.id for event in reading.events() if isinstance(event, Deletion)] == ["mastodon:far.example/7001"]


def test_server_that_cannot_be_asked_for_several_is_asked_once() -> None:
    with Mastodon() as server, read(server, **SOON) as reading:
        server.many_status = 404
        listening(server)
        server.publish(status(1))
        until(lambda: any("/statuses?" in path for path in server.requested))
        server.publish(status(2))
        until(lambda: len(reading.posts()) == 2)
        assert len([path for path in server.requested if "/statuses?" in path]) == 1
