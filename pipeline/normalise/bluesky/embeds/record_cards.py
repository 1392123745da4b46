"""Record cards: makes a link of a quoted record that is no post: a feed, a list, a starter pack or a labeler.

A record names these by their address only, so the card is named by what it is; a view of the AppView has the name that
its owner gave it. The pages are those of bsky.app.
"""

from __future__ import annotations

from msgspec import Raw

from pipeline.normalise.bluesky.embeds.wire import RecordView, decode_embed, decode_record_view
from pipeline.normalise.bluesky.record_ids import is_usable
from pipeline.normalise.bluesky.record_wire import readable
from pipeline.post import Link, Post

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


def name_card(post: Post, embed: Raw) -> None:
    """Give the card of a post's quoted record the name and description that the view of its embed has."""
    view: RecordView | None = None
    outer = readable(decode_embed, embed)
    part = outer.record if outer is not None else Raw()
    for _ in range(2):  # one level down where media stand beside the quote
        view = readable(decode_record_view, part)
        if view is None or view.uri:
            break
        part = view.record
    card = record_card(view.uri) if view is not None else None
    shown = next((link for link in post.links if card is not None and link.url == card.url), None)
    if view is None or shown is None:
        return
    written = readable(decode_record_view, view.record)
    parts = (view, written) if written is not None else (view,)
    shown.title = next((name for one in parts if (name := one.display_name or one.name)), "") or shown.title
    shown.description = next((one.description for one in parts if one.description), None) or shown.description
