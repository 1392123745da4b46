"""Deck document: the columns of a deck as data, the same in file, store and page; checks form and bounds.

The page's `state/columnSpec.ts` has the same fields. Fields that this program does not know are left out, missing ones
take their defaults. A sentence names the field that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from pipeline.decks.deck_errors import DeckInvalid, DeckTooLarge

DECK_VERSION: Final = 1
DECK_MAX_BYTES = 64 * 1024
COLUMNS_MAX = 50
"""Columns of a deck at most."""
DECK_ID = r"^[a-z0-9-]{1,64}$"
COLUMN_ID = r"^[a-z0-9]{1,16}$"
_TIME_MS_MAX = 2**53

_Text = Annotated[str, Meta(max_length=200)]
_Texts = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(max_length=200)]
_TimeMs = Annotated[int, Meta(ge=0, le=_TIME_MS_MAX)]


class DeckHide(Struct, rename="camel", frozen=True):
    """Posts that a column hides from its list."""

    reposts: bool = False
    replies: bool = False
    quotes: bool = False
    sensitive: bool = False
    without_media: bool = False
    only_languages: _Texts = ()


class DeckMutes(Struct, frozen=True):
    """Words, authors and languages that a column hides, beside those of the settings."""

    words: _Texts = ()
    authors: _Texts = ()
    languages: _Texts = ()


class DeckColumn(Struct, rename="camel", frozen=True):
    """A column of a deck: its search, and how it is shown.

    `title` "" shows the search; `from_` and `to` (ms) are None while the column is live.
    """

    id: Annotated[str, Meta(pattern=COLUMN_ID)]
    query: Annotated[str, Meta(max_length=1_024)]
    title: _Text = ""
    order: Literal["latest", "followers", "reposts", "inview", "reach", "likes", "replies"] = "latest"
    from_: _TimeMs | None = field(default=None, name="from")
    to: _TimeMs | None = None
    depth: Annotated[int, Meta(ge=1, le=20_000)] = 5_000
    page_size: Annotated[int, Meta(ge=1, le=100)] = 25
    width: Literal["narrow", "normal", "wide"] = "normal"
    collapsed: bool = False
    media: Literal["show", "ask", "hide"] = "show"
    hide: DeckHide = DeckHide()
    mutes: DeckMutes = DeckMutes()
    alert: Literal["none", "badge", "sound", "notification"] = "none"


class Deck(Struct, frozen=True):
    """A deck: its title, and its columns from left to right."""

    version: int = DECK_VERSION
    title: _Text = ""
    columns: Annotated[tuple[DeckColumn, ...], Meta(min_length=1, max_length=COLUMNS_MAX)] = ()


def deck_from(value: Any) -> Deck:
    """Return the deck of a decoded JSON value.

    Raises:
        DeckInvalid: it is no deck of a version that this program knows; the sentence names field and fault.
        DeckTooLarge: it has more than `DECK_MAX_BYTES`.
    """
    version = value.get("version") if isinstance(value, dict) else None
    if version != DECK_VERSION or isinstance(version, bool):
        raise DeckInvalid(_version_fault(value, version))
    try:
        deck = msgspec.convert(value, Deck)
    except msgspec.ValidationError as error:
        raise DeckInvalid(field_fault(error)) from error
    if not deck.columns:
        raise DeckInvalid("columns: a deck has at least one column.")
    _check_ids([column.id for column in deck.columns])
    for number, column in enumerate(deck.columns):
        _check_span(number, column)
    if len(msgspec.json.encode(deck)) > DECK_MAX_BYTES:
        raise DeckTooLarge(f"A deck may have {DECK_MAX_BYTES // 1024} kB.")
    return deck


def deck_from_json(text: bytes) -> Deck:
    """Return the deck of a file.

    Raises:
        DeckInvalid: as `deck_from`, or the text is no JSON.
        DeckTooLarge: as `deck_from`.
    """
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DeckInvalid(f"This is no JSON: {error}."[:300]) from error
    return deck_from(value)


def field_fault(error: msgspec.ValidationError) -> str:
    """Return msgspec's sentence ("Expected `int` - at `$.columns[0].depth`") with the field in front."""
    what, _, where = str(error).partition(" - at `$.")
    return f"{where.rstrip('`')}: {what}."[:300] if where else f"{what}."[:300]


def _version_fault(value: Any, version: Any) -> str:
    if not isinstance(value, dict):
        return "A deck is a JSON object."
    if version is None:
        return f"version: it is missing; this is no deck, or not of version {DECK_VERSION}."
    return f"version: only {DECK_VERSION} is known here, not {str(version)[:20]}."


def _check_ids(ids: Sequence[str]) -> None:
    twice = next((one for number, one in enumerate(ids) if one in ids[:number]), None)
    if twice is not None:
        raise DeckInvalid(f"columns: two of them have the id {twice}.")


def _check_span(number: int, column: DeckColumn) -> None:
    if (column.from_ is None) != (column.to is None):
        raise DeckInvalid(f"columns[{number}]: from and to are given both or not at all.")
    if column.from_ is not None and column.to is not None and column.from_ >= column.to:
        raise DeckInvalid(f"columns[{number}].to: it must be later than from.")
