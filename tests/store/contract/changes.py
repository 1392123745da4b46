"""Changes since a sequence number, and bounded steps through them."""

from __future__ import annotations

from pipeline.post import Deletion
from pipeline.store.contract import Changes, Store, Writes
from tests.store.builders import T0, ids, post, put, search


class ChangesContract:
    def test_changes_hold_new_matches_retractions_and_tombstones(self, store: Store) -> None:
        put(store, 10, post(1, "cats"), post(2, "cats"), post(3, "cats"), post(4, "dogs"))
        put(store, 20, post(5, "cats"), post(2, "dogs", version=T0 + 10**6))
        store.persist(Writes(deletions=[Deletion("x:3", T0)]), 30)
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=10, removed_after=10, limit=10)
            assert ids(changes.bodies) == ["x:5"]
            assert changes.retracted == [("x:2", T0 + 10**6)]
            assert changes.tombstones == ["x:3"]
            assert not changes.overflow
            assert ids(reading.changes(search("cats"), after=0, removed_after=0, limit=10).bodies) == ["x:5", "x:1"]
            later = reading.changes(search("cats"), after=20, removed_after=20, limit=10)
            assert (later.bodies, later.retracted, later.tombstones) == ([], [], ["x:3"])
            assert (reading.deleted_ids(29, limit=9), reading.deleted_ids(30, limit=9)) == (["x:3"], [])
            early = reading.changes(search("cats"), after=0, removed_after=0, limit=10, until=10)
            assert (ids(early.bodies), early.retracted, early.tombstones) == (["x:1"], [], [])
            assert reading.deleted_ids(0, limit=9, until=29) == []

    def test_changes_overflow_when_too_many_match(self, store: Store) -> None:
        put(store, 2, *(post(number, "cats") for number in range(20)), post(99, "dogs"))
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=1, removed_after=1, limit=19)
            assert (changes.overflow, changes.bodies) == (True, [])
            assert len(reading.changes(search("cats"), after=1, removed_after=1, limit=20).bodies) == 20

    def test_changes_overflow_when_too_many_rows_were_replaced(self, store: Store) -> None:
        numbers = range(20)
        put(store, 2, *(post(number, "cats") for number in numbers))
        put(store, 3, *(post(number, "mice", version=T0 + 10**6) for number in numbers))
        with store.reading() as reading:
            for text in ("birds", "mice", '"mice mice"~3'):
                changes = reading.changes(search(text), after=2**63 - 1, removed_after=2, limit=19)
                assert changes == Changes(overflow=True), "whether they match or not"
                assert reading.changes(search(text), after=2**63 - 1, removed_after=3, limit=19) == Changes()
                assert reading.changes(search(text), after=2**63 - 1, removed_after=2, limit=19, until=2) == Changes()
            gone = reading.changes(search("birds"), after=2**63 - 1, removed_after=2, limit=20).retracted
            assert sorted(gone) == sorted((f"x:{number}", T0 + 10**6) for number in numbers)

    def test_changes_overflow_when_too_many_were_deleted(self, store: Store) -> None:
        put(store, 2, *(post(number, "cats") for number in range(20)))
        store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in range(20)]), 3)
        with store.reading() as reading:
            assert reading.changes(search("cats"), after=2, removed_after=2, limit=19) == Changes(overflow=True)
            changes = reading.changes(search("cats"), after=2, removed_after=2, limit=20)
            assert (len(changes.tombstones), changes.overflow) == (20, False)
            assert len(reading.deleted_ids(2, limit=5)) == 5

    def test_sequence_steps_hold_at_most_their_limit_and_together_everything(self, store: Store) -> None:
        for number in range(12):
            put(store, 10 + number // 2, post(number, "cats"))
        for number in range(0, 12, 3):
            put(store, 30 + number, post(number, "dogs", version=T0 + 10**6))
        store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in (1, 2, 4)]), 50)
        store.persist(Writes(deletions=[Deletion("x:5", T0)]), 51)
        with store.reading() as reading:
            assert reading.step_end(0, limit=3) == 14, "only one of the two posts numbered 15 would still fit"
            assert reading.step_end(0, limit=4) == 29
            assert reading.step_end(0, limit=3, changed=True) == 38
            assert reading.step_end(38, limit=2) == 50, "a number with too many rows is one step"
            assert reading.step_end(50, limit=2) is None
            seen, mark, steps = list[str](), 0, 0
            while True:
                until = reading.step_end(mark, limit=3)
                step = reading.changes(search("*"), after=mark, removed_after=mark, limit=3, until=until or 10**6)
                assert not step.overflow
                seen += [*ids(step.bodies), *step.tombstones]
                steps += 1
                if until is None:
                    break
                assert until > mark
                mark = until
        assert sorted(seen) == sorted(f"x:{number}" for number in range(12))
        assert steps >= 4
