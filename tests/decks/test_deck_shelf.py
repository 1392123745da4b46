"""Markers and pins of a deck: the greater marker wins, a pin changes field by field, and both are bounded."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.decks import deck_shelf
from pipeline.decks.deck_errors import DeckConflict, DeckFull, DeckInvalid, DeckMissing
from pipeline.decks.deck_shelf import DeckShelf
from pipeline.decks.document import Deck, deck_from
from pipeline.decks.markers import MARKERS_MAX, markers_from, merged
from pipeline.decks.pins import PINS_MAX, Pin, PinChange, pin_change_from
from pipeline.errors import StoreUnavailable
from pipeline.store.contract import DeckPart, DeckRecord
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import post, put


def _deck(*ids: str) -> Deck:
    return deck_from({"version": 1, "title": "", "columns": [{"id": one, "query": "*"} for one in ids]})


@pytest.fixture
def shelf() -> DeckShelf:
    times = iter(range(1_000, 9_000))
    store = MemoryStore()
    put(store, 1, post(1, "cats"), post(2, "dogs"))
    shelf = DeckShelf(store, lambda: next(times))
    shelf.save("desk", _deck("a", "b"), None)
    return shelf


def test_the_greater_marker_of_a_column_wins(shelf: DeckShelf) -> None:
    assert shelf.read_up_to("desk", {"a": 7, "new": 3})[::2] == ({"a": 7, "new": 3}, True)
    assert shelf.read_up_to("desk", {"a": 5, "b": 2})[::2] == ({"a": 7, "b": 2, "new": 3}, True)
    assert shelf.read_up_to("desk", {"a": 6})[2] is False
    shelf.save("desk", _deck("a", "c"), 1)
    assert shelf.get("desk").read == {"a": 7}


def test_markers_are_bounded() -> None:
    stored = {f"c{number}": 1 for number in range(MARKERS_MAX)}
    assert merged(stored, {"c1": 2, "more": 3}, ["c1", "more"]) == {"c1": 2, "more": 3}
    assert len(merged(stored, {"c1": 2}, ["c1"])) == MARKERS_MAX
    many = {f"c{n}": 1 for n in range(51)}
    wrongs: list[Any] = [None, [], {"a": -1}, {"A": 1}, {"a": 2**63}, {"a": 1.5}, many]
    for wrong in wrongs:
        with pytest.raises(DeckInvalid, match=r"^read: "):
            markers_from(wrong)


def test_a_pin_changes_field_by_field(shelf: DeckShelf) -> None:
    first, _ = shelf.change_pin("desk", "x:1", PinChange(note="call"))
    assert (first.note, first.handled, first.pinned, first.gone_at) == ("call", False, True, None)
    second, _ = shelf.change_pin("desk", "x:1", PinChange(handled=True))
    assert (second.note, second.handled, second.pinned) == ("call", True, True)
    assert second.pinned_at == first.pinned_at
    assert second.changed_at > first.changed_at
    assert shelf.change_pin("desk", "x:2", PinChange(handled=True))[0].pinned is False
    assert shelf.change_pin("desk", "x:2", PinChange(handled=False))[0].says_nothing
    assert list(shelf.get("desk").pins) == ["x:1"]
    shelf.remove_pin("desk", "x:1")
    shelf.remove_pin("desk", "x:1")
    assert shelf.get("desk").pins == {}
    assert shelf.change_pin("desk", "x:1", PinChange())[0].pinned


def test_only_a_stored_post_is_pinned_to_a_deck_that_is_there(shelf: DeckShelf) -> None:
    for deck, post_id, error in (
        ("none", "x:1", DeckMissing),
        ("desk", "x:9", DeckMissing),
        ("No!", "x:1", DeckInvalid),
    ):
        with pytest.raises(error):
            shelf.change_pin(deck, post_id, PinChange())
    wrongs: list[Any] = [{"note": "x" * 2_001}, {"note": 3}, {"handled": "yes"}, []]
    for wrong in wrongs:
        with pytest.raises(DeckInvalid):
            pin_change_from(wrong)


def test_pins_and_decks_are_bounded(shelf: DeckShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    pins = {f"x:{number}": Pin(pinned=True) for number in range(10, 10 + PINS_MAX)}
    shelf.store.deck_records().put("desk", "pins", msgspec.json.encode(pins), None)
    with pytest.raises(DeckFull, match="500 pins"):
        shelf.change_pin("desk", "x:1", PinChange())
    assert shelf.change_pin("desk", "x:10", PinChange(note="still"))[0].note == "still"
    monkeypatch.setattr(deck_shelf, "DECKS_MAX", 2)
    shelf.save("second", _deck("a"), None)
    with pytest.raises(DeckFull, match="2 decks"):
        shelf.save("third", _deck("a"), None)
    shelf.save("second", _deck("b"), 1)


def test_a_deck_made_again_has_nothing_of_the_former_one(shelf: DeckShelf) -> None:
    shelf.change_pin("desk", "x:1", PinChange(note="call"))
    shelf.read_up_to("desk", {"a": 7})
    records = shelf.store.deck_records()
    records.remove("desk", "columns")  # a process that died in the middle of a deletion
    made = shelf.save("desk", _deck("a"), None)
    whole = shelf.get("desk")
    assert (made.revision, whole.read, whole.pins) == (1, {}, {})


class _Contested:
    """Records that somebody else writes before each of our first writes."""

    def __init__(self, store: MemoryStore, rivals: int) -> None:
        self._records = store.deck_records()
        self.rivals = rivals

    def get(self, deck: str, part: DeckPart) -> DeckRecord | None:
        return self._records.get(deck, part)

    def all(self, part: DeckPart) -> Iterator[DeckRecord]:
        return self._records.all(part)

    def put(self, deck: str, part: DeckPart, data: bytes, stamp: str | None) -> bool:
        if self.rivals and part in ("read", "columns"):
            self.rivals -= 1
            record = self._records.get(deck, part)
            self._records.put(deck, part, record.data if record else b'{"z":9}', record.stamp if record else None)
        return self._records.put(deck, part, data, stamp)

    def remove(self, deck: str, part: DeckPart, stamp: str | None = None) -> bool:
        return self._records.remove(deck, part, stamp)


def test_a_change_beside_another_writer_is_made_again(shelf: DeckShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    contested: Any = _Contested(shelf.store, 2)  # type: ignore[arg-type]
    monkeypatch.setattr(shelf.store, "deck_records", lambda: contested)
    assert shelf.read_up_to("desk", {"a": 7})[0] == {"a": 7, "z": 9}
    contested.rivals = 3
    assert shelf.save("desk", _deck("b"), 1).revision == 2, "the same revision was written again, which is no conflict"
    contested.rivals = 10_000
    with pytest.raises(DeckConflict):
        shelf.save("desk", _deck("c"), 2)
    with pytest.raises(StoreUnavailable):
        shelf.read_up_to("desk", {"a": 99})


def test_of_savers_at_once_each_builds_on_the_last_and_no_marker_or_pin_is_lost(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        put(store, 1, *(post(number, "cats") for number in range(4)))
        DeckShelf(store).save("desk", _deck("a"), None)

    def work(worker: int) -> int:
        conflicts = 0
        with closing(SqliteStore(tmp_path)) as store:
            shelf = DeckShelf(store)
            for turn in range(5):
                while True:
                    whole = shelf.get("desk")
                    ids = [column.id for column in whole.deck.columns]
                    try:
                        shelf.save("desk", _deck(*ids, f"w{worker}t{turn}"), whole.revision)
                    except DeckConflict:
                        conflicts += 1
                        continue
                    break
                shelf.read_up_to("desk", {"a": worker * 10 + turn})
                shelf.change_pin("desk", f"x:{worker}", PinChange(note=f"turn {turn}"))
        return conflicts

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with closing(SqliteStore(tmp_path)) as store:
        whole = DeckShelf(store).get("desk")
    assert whole.revision == 21
    assert {column.id for column in whole.deck.columns} == {"a", *(f"w{w}t{t}" for w in range(4) for t in range(5))}
    assert whole.read == {"a": 34}
    assert {post_id: pin.note for post_id, pin in whole.pins.items()} == {f"x:{w}": "turn 4" for w in range(4)}
