"""Renders texts as X delivers them: `&`, `<`, `>` escaped, links shortened, entities by code points of that text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.records.drafts import ALPHABET, Piece, Writer

EPOCH_MS = 1_288_834_974_657
"""Time (ms UTC) from which the ids with a time in them (snowflakes) count."""


def snowflake(at_ms: int, writer: Writer) -> int:
    """Return an id that holds a time in its upper bits."""
    return (at_ms - EPOCH_MS << 22) + writer.dice.randrange(1 << 22)


def escaped(text: str) -> str:
    """Return a text as X delivers it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(writer: Writer) -> str:
    """Return a short link."""
    return f"https://t.co/{writer.token(10, ALPHABET)}"


def display(url: str) -> str:
    """Return a link as X shows it: no scheme, no `www.`, at most 27 characters and an ellipsis."""
    bare = url.partition("://")[2].removeprefix("www.")
    return bare if len(bare) <= 28 else bare[:27] + "…"


@dataclass(frozen=True)
class Spot:
    """An entity and its span."""

    piece: Piece
    start: int
    end: int
    url: str = ""
    """Short link of a link, else ""."""


@dataclass
class Text:
    """A text as delivered, with the spans of its entities."""

    text: str = ""
    spots: list[Spot] = field(default_factory=list)

    def add(self, piece: Piece, writer: Writer) -> None:
        """Append a piece."""
        start = len(self.text)
        url = short(writer) if piece.kind == "link" else ""
        self.text += url or escaped(piece.shown)
        if piece.kind != "text":
            self.spots.append(Spot(piece, start, len(self.text), url))

    def cut(self, size: int) -> Text:
        """Return the first characters, with the entities that are whole in them."""
        return Text(self.text[:size], [spot for spot in self.spots if spot.end <= size])

    def moved(self, lead: str) -> Text:
        """Return the same text after a lead."""
        by = len(lead)
        spots = [Spot(spot.piece, spot.start + by, spot.end + by, spot.url) for spot in self.spots]
        return Text(lead + self.text, spots)

    def of(self, kind: str) -> list[Spot]:
        """Return the entities of a kind."""
        return [spot for spot in self.spots if spot.piece.kind == kind]


def rendered(pieces: list[Piece], writer: Writer) -> Text:
    """Return pieces as X delivers them."""
    text = Text()
    for piece in pieces:
        text.add(piece, writer)
    return text


def legacy_entities(text: Text) -> dict[str, Any]:
    """Return the `entities` of API v1.1, without media."""
    return {
        "hashtags": [{"text": one.piece.value, "indices": [one.start, one.end]} for one in text.of("hashtag")],
        "urls": [legacy_url(one.url, one.piece.value, one.start, one.end) for one in text.of("link")],
        "user_mentions": [
            {
                "screen_name": one.piece.value,
                "name": one.piece.who.name,
                "id": one.piece.who.number,
                "id_str": str(one.piece.who.number),
                "indices": [one.start, one.end],
            }
            for one in text.of("mention")
            if one.piece.who is not None
        ],
        "symbols": [{"text": one.piece.value, "indices": [one.start, one.end]} for one in text.of("cashtag")],
    }


def legacy_url(url: str, target: str, start: int, end: int) -> dict[str, Any]:
    """Return a link of API v1.1."""
    return {"url": url, "expanded_url": target, "display_url": display(target), "indices": [start, end]}
