"""A deck document is checked field by field, and refused in a sentence that names the fault."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.decks.deck_errors import DeckInvalid, DeckTooLarge
from pipeline.decks.document import COLUMNS_MAX, Deck, deck_from, deck_from_json

COLUMN = {"id": "a1", "query": "storm"}


def _deck(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": 1, "title": "Harbour", "columns": list(columns) or [COLUMN], **more}


def test_missing_fields_take_their_defaults_and_unknown_ones_are_left_out() -> None:
    deck = deck_from(_deck({**COLUMN, "later": 1, "hide": {"quotes": True, "unknown": 2}}, colour="red"))
    text = msgspec.json.decode(msgspec.json.encode(deck))
    assert text == {
        "version": 1,
        "title": "Harbour",
        "columns": [
            {
                **COLUMN,
                "title": "",
                "order": "latest",
                "from": None,
                "to": None,
                "depth": 5_000,
                "pageSize": 25,
                "width": "normal",
                "collapsed": False,
                "media": "show",
                "hide": {
                    "reposts": False,
                    "replies": False,
                    "quotes": True,
                    "sensitive": False,
                    "withoutMedia": False,
                    "onlyLanguages": [],
                },
                "mutes": {"words": [], "authors": [], "languages": []},
                "alert": "none",
            }
        ],
    }
    assert deck_from(text) == deck
    assert deck_from_json(msgspec.json.encode(deck)) == deck


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "A deck is a JSON object."),
        ({"columns": [COLUMN]}, "version: it is missing"),
        (_deck(version=2), "version: only 1 is known here, not 2"),
        (_deck(version=True), "version: only 1"),
        ({"version": 1, "title": "x"}, "columns: a deck has at least one column"),
        (_deck({"query": "storm"}), "columns[0]: Object missing required field `id`"),
        (_deck({"id": "A!", "query": "storm"}), "columns[0].id: "),
        (_deck({**COLUMN, "order": "best"}), "columns[0].order: Invalid enum value 'best'"),
        (_deck({**COLUMN, "depth": 0}), "columns[0].depth: "),
        (_deck({**COLUMN, "query": "x" * 1_025}), "columns[0].query: "),
        (_deck({**COLUMN, "from": 5}), "columns[0]: from and to are given both or not at all"),
        (_deck({**COLUMN, "from": 5, "to": 5}), "columns[0].to: it must be later than from"),
        (_deck(COLUMN, COLUMN), "columns: two of them have the id a1"),
        (_deck({**COLUMN, "mutes": {"words": [""]}}), "columns[0].mutes.words[0]: "),
        (_deck(*[{"id": f"c{n}", "query": "*"} for n in range(COLUMNS_MAX + 1)]), "columns: Expected `array`"),
        (_deck(title=7), "title: Expected `str`"),
    ],
)
def test_a_wrong_document_is_refused_with_field_and_fault(value: Any, fault: str) -> None:
    with pytest.raises(DeckInvalid) as refused:
        deck_from(value)
    assert str(refused.value).startswith(fault)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000])
def test_text_that_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(DeckInvalid):
        deck_from_json(text)


def test_a_deck_beyond_its_bytes_is_refused() -> None:
    words = {"words": [f"{n:03}" + "x" * 190 for n in range(200)]}
    columns = [{"id": f"c{n}", "query": "*", "mutes": words} for n in range(2)]
    with pytest.raises(DeckTooLarge, match="64 kB"):
        deck_from(_deck(*columns))
    assert isinstance(deck_from(_deck(columns[0])), Deck)
