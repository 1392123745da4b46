"""Clients that follow a deck are told of its changes, of nothing else, and request it where a notice may be missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec

from web.live.fanout.deck_followers import DECKS_FOLLOWED_MAX, DeckFollowers
from web.live.session import Session
from web.protocol.frames import Frame
from web.protocol.server_messages import DeckChanged


class _Client:
    def __init__(self) -> None:
        self.ended = False
        self.received: list[dict[str, Any]] = []

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        self.received.append(msgspec.json.decode(frame.payload))
        return True

    @property
    def decks(self) -> list[tuple[str, int, str]]:
        found = [one for one in self.received if one["type"] == "deck"]
        self.received = [one for one in self.received if one["type"] != "deck"]
        return [(one["deck"], one["revision"], one["part"]) for one in found]


def _session(followers: DeckFollowers) -> tuple[Session, _Client]:
    client = _Client()
    made: Any = client
    unused: Any = SimpleNamespace()
    hub: Any = SimpleNamespace(followers=followers)
    return Session(made, hub, unused, unused, unused, searches_max=1), client


def test_a_follower_is_told_from_the_first_moment_until_it_leaves_or_ends() -> None:
    followers = DeckFollowers()
    (one, first), (other, second) = _session(followers), _session(followers)
    one.follow("harbour")
    other.follow("harbour")
    other.follow("port")
    assert first.decks == [("harbour", 0, "columns")]
    assert second.decks == [("harbour", 0, "columns"), ("port", 0, "columns")]
    followers.tell(DeckChanged("harbour", 3, "read"))
    followers.tell(DeckChanged("nobody", 3, "read"))
    assert (first.decks, second.decks) == ([("harbour", 3, "read")], [("harbour", 3, "read")])
    followers.tell_all()
    assert (first.decks, second.decks) == (
        [("harbour", 0, "columns")],
        [("harbour", 0, "columns"), ("port", 0, "columns")],
    )
    one.unfollow("harbour")
    one.unfollow("never followed")
    other.end()
    followers.tell(DeckChanged("harbour", 4, "deleted"))
    followers.tell_all()
    assert (first.decks, second.decks) == ([], [])


def test_a_client_follows_a_bounded_number_of_decks() -> None:
    session, client = _session(DeckFollowers())
    for number in range(DECKS_FOLLOWED_MAX):
        session.follow(f"deck-{number}")
    session.follow("deck-0")
    assert len(client.decks) == DECKS_FOLLOWED_MAX + 1
    session.follow("one-more")
    assert client.decks == []
    assert [one["error"]["code"] for one in client.received] == ["too_many_decks"]
    session.unfollow("deck-0")
    session.follow("one-more")
    assert client.decks == [("one-more", 0, "columns")]
