"""Parts of decks: written only over the state that was read, listed in order, and kept beside the posts."""

from __future__ import annotations

from pipeline.decks.deck_errors import DeckConflict, DeckMissing
from pipeline.decks.deck_shelf import DeckShelf
from pipeline.decks.document import deck_from
from pipeline.decks.gone_pins import note_gone_pins
from pipeline.decks.pins import PinChange
from pipeline.post import AuthorDeletion, Deletion
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, post, put

HARBOUR = deck_from({"version": 1, "title": "Harbour", "columns": [{"id": "a", "query": "storm"}]})
TWO = deck_from({"version": 1, "title": "Two", "columns": [{"id": "a", "query": "storm"}, {"id": "b", "query": "*"}]})


class DecksContract:
    def test_a_part_is_written_over_the_state_that_was_read_only(self, store: Store) -> None:
        decks = store.deck_records()
        assert decks.get("a", "columns") is None
        assert decks.put("a", "columns", b'{"n":1}', None)
        assert not decks.put("a", "columns", b'{"n":2}', None)
        first = decks.get("a", "columns")
        assert first is not None
        assert (first.deck, first.part, first.data) == ("a", "columns", b'{"n":1}')
        assert decks.put("a", "columns", b'{"n":3}', first.stamp)
        assert not decks.put("a", "columns", b'{"n":4}', first.stamp)
        assert not decks.remove("a", "columns", first.stamp)
        second = decks.get("a", "columns")
        assert second is not None
        assert second.data == b'{"n":3}'
        assert decks.remove("a", "columns", second.stamp)
        assert decks.get("a", "columns") is None

    def test_a_part_that_was_removed_is_missing_for_who_knew_it(self, store: Store) -> None:
        decks = store.deck_records()
        decks.put("a", "pins", b"{}", None)
        known = decks.get("a", "pins")
        assert known is not None
        assert decks.remove("a", "pins")
        assert decks.remove("a", "pins")
        assert not decks.remove("a", "pins", known.stamp)
        assert not decks.put("a", "pins", b'{"late":1}', known.stamp)
        assert decks.put("a", "pins", b'{"new":1}', None)
        assert not decks.put("a", "pins", b'{"late":1}', known.stamp)

    def test_a_part_of_all_decks_is_listed_in_the_order_of_ids(self, store: Store) -> None:
        decks = store.deck_records()
        for number in range(60, 0, -1):
            assert decks.put(f"deck-{number:02}", "read", b"%d" % number, None)
        decks.put("deck-01", "pins", b"{}", None)
        assert [one.deck for one in decks.all("read")] == [f"deck-{number:02}" for number in range(1, 61)]
        assert [(one.deck, one.part, one.data) for one in decks.all("pins")] == [("deck-01", "pins", b"{}")]
        assert list(decks.all("columns")) == []

    def test_text_of_a_deck_is_kept_as_it_is(self, store: Store) -> None:
        text = '{"..":{"a.b.":1},"":"\\u0000 \U0001f300 \u05e9","x":"%s"}' % ("long " * 10_000)
        assert store.deck_records().put("-", "numbers", text.encode(), None)
        kept = store.deck_records().get("-", "numbers")
        assert kept is not None
        assert kept.data.decode() == text

    def test_a_deck_is_saved_by_revision(self, store: Store) -> None:
        shelf = DeckShelf(store)
        assert shelf.save("harbour", HARBOUR, None).revision == 1
        for revision in (None, 0, 2):
            assert _refused(DeckConflict, lambda: shelf.save("harbour", TWO, revision))  # noqa: B023
        assert shelf.save("harbour", TWO, 1).revision == 2
        assert shelf.get("harbour").deck == TWO
        assert [(one.id, one.title, one.columns) for one in shelf.summaries()] == [("harbour", "Two", 2)]
        assert _refused(DeckConflict, lambda: shelf.delete("harbour", 1))
        assert shelf.delete("harbour", 2) == 2
        assert _refused(DeckMissing, lambda: shelf.get("harbour"))
        assert _refused(DeckConflict, lambda: shelf.save("harbour", TWO, 2))
        assert shelf.save("harbour", TWO, None).revision == 3, "a browser may still know revision 2 of the former deck"

    def test_a_pinned_post_that_is_deleted_says_so_and_keeps_its_note(self, store: Store) -> None:
        shelf = DeckShelf(store)
        put(store, 10, post(1, "cats on the pier"), post(2, "dogs"), post(3, "birds"))
        shelf.save("harbour", HARBOUR, None)
        for number in (1, 2, 3):
            shelf.change_pin("harbour", f"x:{number}", PinChange(note=f"call {number}"))
        assert list(note_gone_pins(store)) == []
        store.persist(Writes(deletions=[Deletion("x:1", T0 + 50_000)]), 11)
        assert list(note_gone_pins(store)) == [("harbour", 1)]
        assert list(note_gone_pins(store)) == []
        pins = shelf.get("harbour").pins
        assert [pins[f"x:{number}"].gone_at is None for number in (1, 2, 3)] == [False, True, True]
        assert pins["x:1"].note == "call 1"
        assert all(b"pier" not in record.data for record in store.deck_records().all("pins"))
        assert (
            shelf.change_pin("harbour", "x:1", PinChange(note="done", handled=True))[0].gone_at == pins["x:1"].gone_at
        )
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-bob", T0 + 90_000_000, forgotten=True)]), 12)
        assert list(note_gone_pins(store)) == [("harbour", 1)]
        assert all(pin.gone_at is not None for pin in shelf.get("harbour").pins.values())


def _refused(error: type[Exception], call: object) -> bool:
    try:
        call()  # type: ignore[operator]
    except error:
        return True
    return False
