"""Record cards: makes a link of a quoted record that is no post: a feed, a list, a starter pack or a labeler.

A record names these by their address only, so the card is named by what it is. The pages are those of bsky.app.
"""

from __future__ import annotations

from pipeline.normalise.bluesky.record_ids import is_usable
from pipeline.post import Link

_CARDS = {
    "app.bsky.feed.generator": ("https://bsky.app/profile/{did}/feed/{key}", "Bluesky feed"),
    "app.bsky.graph.list": ("https://bsky.app/profile/{did}/lists/{key}", "Bluesky list"),
    "app.bsky.graph.starterpack": ("https://bsky.app/starter-pack/{did}/{key}", "Bluesky starter pack"),
    "app.bsky.labeler.service": ("https://bsky.app/profile/{did}", "Bluesky labeler"),
}
"""Collection → the address of its page, and the name of its card."""


def record_card(uri: str) -> Link | None:
    """Return the card of a quoted record, None where its collection has none."""
    parts = uri.removeprefix("at://").split("/")
    if len(parts) != 3 or not parts[2] or not is_usable(parts[0], parts[2]):
        return None
    page, title = _CARDS.get(parts[1], ("", ""))
    return Link(page.format(did=parts[0], key=parts[2]), title) if page else None
