"""Coverage gaps: of all sources, of one beside others, and of one that the settings no longer name."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import load
from pipeline.store import open_store
from pipeline.store.contract import COLLECTED_LATER, IMPORTED, SAMPLED, CoverageRow
from tests.web.conftest import Product
from web import create_app
from web.api.coverage_gaps import CoverageGap, coverage_gaps, end_and_gaps


def row(source: str, since: int, until: int | None, why: str = "") -> CoverageRow:
    return CoverageRow(source, since, until, "*", why)


def shown(found: list[CoverageGap]) -> list[tuple[str, int, int | None, bool]]:
    return [(one.row.source, one.row.since, one.row.until, one.partial) for one in found]


def test_a_source_that_is_down_beside_another_is_missing_in_part_only() -> None:
    rows = [row("x", 0, 50), row("x", 50, None, "away"), row("bluesky", 0, 80), row("bluesky", 80, None, "down")]
    assert shown(coverage_gaps(rows, {"x", "bluesky"})) == [
        ("x", 50, 80, True),
        ("x", 80, None, False),
        ("bluesky", 80, None, False),
    ]


def test_a_source_that_is_no_longer_named_is_missed_until_another_is_collected() -> None:
    rows = [row("demo", 0, 50), row("demo", 50, None, "stopped"), row("bluesky", 60, None)]
    assert shown(coverage_gaps(rows, {"bluesky"})) == [("demo", 50, 60, False)]
    assert shown(coverage_gaps(rows[:2], {"bluesky"})) == [("demo", 50, None, False)]
    assert shown(coverage_gaps([*rows[:2], row("bluesky", 10, None)], {"bluesky"})) == []
    assert shown(coverage_gaps(rows, {"bluesky", "demo"})) == [("demo", 50, 60, False), ("demo", 60, None, True)]


def test_an_imported_file_is_no_gap_and_fills_none() -> None:
    rows = [row("x", 0, 50), row("x", 50, None, "away"), row("import", 10, 70, f"{IMPORTED}a.zip, 3 posts")]
    assert shown(coverage_gaps(rows, {"x"})) == [("x", 50, None, False)]
    assert (rows[-1].imported, rows[-1].reason) == (True, "a.zip, 3 posts")


def test_a_gap_reported_later_is_cut_out_of_the_collected_spans() -> None:
    rows = [
        row("x", 0, None),
        row("x", 20, 30, "a rate limit"),
        row("bluesky", 0, 25, "away"),
        row("bluesky", 25, None),
    ]
    assert shown(coverage_gaps(rows, {"x", "bluesky"})) == [
        ("bluesky", 0, 20, True),
        ("x", 20, 25, False),
        ("bluesky", 20, 25, False),
        ("x", 25, 30, True),
    ]


def test_a_span_whose_posts_were_collected_later_is_no_gap() -> None:
    rows = [row("mastodon", 0, None), row("mastodon", 20, 30, COLLECTED_LATER + "away"), row("bluesky", 25, 28, "away")]
    assert shown(coverage_gaps(rows, {"mastodon", "bluesky"})) == [("bluesky", 25, 28, True)]


def test_a_sampled_source_has_a_gap_and_counts_as_collected_for_others() -> None:
    rows = [row("x", 0, None, SAMPLED + "a budget"), row("bluesky", 0, 50, "away"), row("bluesky", 50, None)]
    assert shown(coverage_gaps(rows, {"x", "bluesky"})) == [
        ("x", 0, 50, False),
        ("bluesky", 0, 50, True),
        ("x", 50, None, True),
    ]


ROWS = st.lists(
    st.builds(
        lambda source, since, long, why: row(source, since, None if long == 20 else since + long, why),
        st.sampled_from("abc"),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from(["", "", "away", SAMPLED + "a budget"]),
    ),
    max_size=8,
)


@given(rows=ROWS)
def test_a_time_is_missing_as_the_rows_have_it(rows: list[CoverageRow]) -> None:
    found = coverage_gaps(rows, set("abc"))
    for at in range(62):
        here = [one for one in rows if one.since <= at and (one.until is None or one.until > at)]
        bad = {one.source for one in here if one.why and not one.sampled}
        some = {one.source for one in here if one.source not in bad and (not one.why or one.sampled)}
        whole = {one.source for one in here if not one.why} - {one.source for one in here if one.why}
        pieces = [one for one in found if one.row.since <= at and (one.row.until is None or one.row.until > at)]
        assert len(pieces) == len([one for one in here if one.why])
        for piece in pieces:
            assert piece.partial == bool(whole if piece.row.sampled else some)


def test_a_line_goes_on_until_now_while_nothing_is_collected() -> None:
    rows = [row("x", 0, 50), row("x", 50, None, "away")]
    assert end_and_gaps(rows, {"x"}, since=10, until=40, now=90)[0] == 90
    assert end_and_gaps(rows, {"x"}, since=10, until=40, now=None) == (40, [])
    assert end_and_gaps([*rows, row("bluesky", 0, None)], {"x", "bluesky"}, since=10, until=40, now=90) == (40, [])
    recording = [row("replay", 1_000, 2_000), row("replay", 2_000, None, "stopped")]
    assert end_and_gaps(recording, {"replay"}, since=10, until=40, now=9_000) == (40, [])


def test_a_timeline_shows_a_present_outage_and_not_one_of_a_former_source(product: Product) -> None:
    now = int(time.time() * 1000)
    product.feed(product.post("otter", 1))
    settings = load(product.environ | {"SOURCE": "bluesky"})
    with closing(open_store(settings)) as store:
        store.add_coverage(row("demo", now - 90_000_000, None))
        store.add_coverage(row("demo", now - 60_000, None, "stopped"))
    client = create_app(settings).test_client()

    def line(path: str = "") -> Any:
        return client.get(f"/api/timeline?q=*{path}").json

    gaps = line()["gaps"]
    assert [(gap["source"], gap["to"], gap["partial"]) for gap in gaps] == [("demo", None, False)]
    assert line()["to"] >= now
    with closing(open_store(settings)) as store:
        store.add_coverage(row("bluesky", now - 50_000, None))
    product.feed(product.post("otter", 2))
    gaps = line(f"&from={now - 3_600_000}&to={now}")["gaps"]
    assert [(gap["source"], gap["to"], gap["partial"]) for gap in gaps] == [("demo", now - 50_000, False)]
