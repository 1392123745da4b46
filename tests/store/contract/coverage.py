"""Coverage rows: how they close, replace and extend one another."""

from __future__ import annotations

from pipeline.store.contract import CoverageRow, Store
from tests.store.builders import T0


class CoverageContract:
    def test_coverage_rows_close_one_another(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("bluesky", T0 + 5, None, "cats", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", "down"))
        assert store.coverage() == [
            CoverageRow("x", T0, T0 + 10, "*", ""),
            CoverageRow("bluesky", T0 + 5, None, "cats", ""),
            CoverageRow("x", T0 + 10, None, "*", "down"),
        ]
        assert [row.since for row in store.coverage(since=T0 + 10)] == [T0 + 5, T0 + 10]
        assert [row.since for row in store.coverage(until=T0 + 5)] == [T0]

    def test_coverage_up_to_a_limit_holds_the_open_rows_and_the_newest_others(self, store: Store) -> None:
        store.add_coverage(CoverageRow("bluesky", T0, None, "cats", ""))
        for number in range(1, 6):
            store.add_coverage(CoverageRow("x", T0 + number, T0 + number + 1, "*", "down"))
        assert [row.since - T0 for row in store.coverage(limit=3)] == [0, 4, 5]
        assert [row.since - T0 for row in store.coverage(limit=6)] == [0, 1, 2, 3, 4, 5]
        assert [row.since - T0 for row in store.coverage(limit=2, until=T0 + 3)] == [0, 2]

    def test_outage_that_was_filled_leaves_no_coverage_row(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", "down"))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", ""))
        assert store.coverage() == [CoverageRow("x", T0, None, "*", "")]
        store.add_coverage(CoverageRow("x", T0 + 20, None, "*", "down"))
        store.add_coverage(CoverageRow("x", T0 + 20, None, "cats", ""))
        assert store.coverage() == [
            CoverageRow("x", T0, T0 + 20, "*", ""),
            CoverageRow("x", T0 + 20, None, "cats", ""),
        ]

    def test_gap_reported_afterwards_is_added_beside_the_open_row(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, T0 + 20, "*", "too old"))
        store.add_coverage(CoverageRow("x", T0 + 20, None, "*", ""))
        assert store.coverage() == [
            CoverageRow("x", T0, None, "*", ""),
            CoverageRow("x", T0 + 10, T0 + 20, "*", "too old"),
        ]
