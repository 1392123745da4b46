"""Deck followers: the clients of this process that follow a deck, each told of a change by a `deck` message."""

from __future__ import annotations

from web.live.clients.client import Client
from web.protocol.frames import frame
from web.protocol.server_messages import DeckChanged

DECKS_FOLLOWED_MAX = 8
"""Decks that one client may follow at a time."""


class DeckFollowers:
    """Clients by the id of the deck that they follow."""

    def __init__(self) -> None:
        self._clients: dict[str, set[Client]] = {}

    def enter(self, deck: str, client: Client) -> None:
        """Add a client, and have it request the deck: it may have changed since the client read it."""
        self._clients.setdefault(deck, set()).add(client)
        client.send(frame(DeckChanged(deck, 0, "columns")))

    def leave(self, deck: str, client: Client) -> None:
        """Take a client out; one that is not in is ignored."""
        clients = self._clients.get(deck)
        if clients is not None:
            clients.discard(client)
            if not clients:
                del self._clients[deck]

    def tell(self, changed: DeckChanged) -> None:
        """Send a change to every client that follows the deck."""
        clients = self._clients.get(changed.deck)
        if clients:
            told = frame(changed)
            for client in list(clients):
                client.send(told)

    def tell_all(self) -> None:
        """Have every follower request its deck: notices may have been missed."""
        for deck in list(self._clients):
            self.tell(DeckChanged(deck, 0, "columns"))
