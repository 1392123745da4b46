"""Pictures and accessibility of every state, caused by a fault, on a wide screen and on a dark phone.

In each state axe reports no violation, and the page matches its baseline.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from zlib import crc32

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pipeline.store.contract import SAMPLED, CoverageRow
from tests.examples import THOROUGH
from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage
from tests.ui.faults import FAULTS, HOUR, KINDS, NOON
from tests.ui.pictures import UPDATE, Pictures
from tests.ui.simulator import Simulator

MINUTE = 60_000
SIZES: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "wide": ({"width": 1280, "height": 900}, "light"),
    "phone": ({"width": 375, "height": 812}, "dark"),
}


@pytest.fixture(scope="module")
def pictures(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pictures]:
    """Return the comparison. Full-size pictures of a run are written beside the other screenshots."""
    shots = Path(__file__).parents[2] / "test-results" / "page"
    shots.mkdir(parents=True, exist_ok=True)
    made = Pictures(chromium, shots)
    yield made
    made.close()


@pytest.fixture
def world() -> Iterator[Simulator]:
    """Start a server at a fixed noon; its last post was written half an hour before."""
    made = Simulator()
    made.sources[0]["since"] = NOON - 5 * HOUR
    made.put([records.post(number, NOON - HOUR // 2 - number * 40_000) for number in range(1, 121)], live=False)
    yield made.start()
    made.stop()


@pytest.fixture
def begin(open_page: OpenPage) -> Callable[[str], Page]:
    """Return a function that opens the page at that noon in a wide window."""

    def opened(url: str) -> Page:
        return open_page(url, at=NOON, timezone_id="UTC", locale="en-US", bypass_csp=True, color_scheme="light")

    return opened


def whole(page: Page, size: str, *, posts: bool) -> None:
    """Wait until every part of the page has its data: a page with half of it does not change either."""
    page.locator(".histogram canvas").first.wait_for()
    if posts:
        page.locator("#list article").first.wait_for()
        page.locator(".examples").first.wait_for()
    if size == "wide":
        page.locator(".words .based").wait_for()
        page.locator(".series canvas").wait_for()
        if posts:
            expect(page.locator(".figures-of")).not_to_contain_text("loaded", timeout=15_000)


def resize(page: Page, size: str) -> None:
    viewport, scheme = SIZES[size]
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)


def check(page: Page, pictures: Pictures, name: str, *, posts: bool = True) -> None:
    """Check that axe reports no violation in a size, and that the page matches its baseline.

    `make test` takes one of the sizes for each state, half of the states in either; `make test-all` takes both. Axe
    comes first, because with other fonts than those of the baselines the comparison is skipped.
    """
    sizes = list(SIZES) if THOROUGH or os.environ.get(UPDATE) else [list(SIZES)[crc32(name.encode()) % len(SIZES)]]
    for size in sizes:
        resize(page, size)
        whole(page, size, posts=posts)
        assert violations(page) == [], size
    for size in reversed(sizes):
        resize(page, size)
        whole(page, size, posts=posts)
        pictures.check(page, f"{name}-{size}")


Begin = Callable[[str], Page]


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_of_a_running_page_matches_its_baseline(
    world: Simulator, begin: Begin, pictures: Pictures, kind: str
) -> None:
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    whole(page, "wide", posts=True)
    FAULTS[kind](world)
    expect(page.locator(".status")).to_have_attribute("data-kind", KINDS.get(kind, kind), timeout=15_000)
    check(page, pictures, kind)


def test_connecting_matches_its_baseline(world: Simulator, begin: Begin, pictures: Pictures) -> None:
    world.refuse_sockets = True
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "connecting", timeout=15_000)
    expect(page.locator(".status .state")).to_have_attribute("title", re.compile("does not answer yet"), timeout=15_000)
    page.locator(".examples").first.wait_for()
    check(page, pictures, "connecting", posts=False)


def test_an_empty_store_matches_its_baseline(begin: Begin, pictures: Pictures) -> None:
    world = Simulator()
    world.sources[0]["since"] = NOON - 5 * HOUR
    world.start()
    try:
        page = begin(world.url)
        expect(page.locator(".empty")).to_have_attribute("data-kind", "empty", timeout=15_000)
        check(page, pictures, "empty", posts=False)
    finally:
        world.stop()


def test_no_match_matches_its_baseline(world: Simulator, begin: Begin, pictures: Pictures) -> None:
    page = begin(f"{world.url}/?q=storm+xylophone")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "no-match", timeout=15_000)
    page.locator(".empty .examples").wait_for()
    expect(page.get_by_role("button", name="Closest: storm")).to_be_enabled()
    check(page, pictures, "no-match", posts=False)


def test_a_time_not_collected_matches_its_baseline(world: Simulator, begin: Begin, pictures: Pictures) -> None:
    since = NOON - 5 * HOUR
    for at, why in ((since - HOUR, ""), (since, "connection refused"), (since + 2 * HOUR, "")):
        world.store.add_coverage(CoverageRow("bluesky", at, None, "*", why))
    page = begin(f"{world.url}/?from={since + 1000}&to={since + HOUR}")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "not-collected", timeout=15_000)
    check(page, pictures, "not-collected", posts=False)


def test_a_sampled_time_matches_its_baseline(world: Simulator, begin: Begin, pictures: Pictures) -> None:
    spans = ((NOON - 100 * MINUTE, SAMPLED + "a budget"), (NOON - 85 * MINUTE, ""), (NOON - 60 * MINUTE, "away"))
    world.store.add_coverage(CoverageRow("bluesky", NOON - 3 * HOUR, None, "*", ""))
    for since, why in (*spans, (NOON - 50 * MINUTE, "")):
        world.store.add_coverage(CoverageRow("bluesky", since, None, "*", why))
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    whole(page, "wide", posts=True)
    caption = page.get_by_role("figure", name="Matches over time", exact=True).locator("figcaption")
    expect(caption).to_contain_text("1 gap. Only a sample in 1 period.")
    check(page, pictures, "sampled")


def test_a_sampled_time_without_a_match_names_the_sample_and_is_accessible(world: Simulator, begin: Begin) -> None:
    since = NOON - 5 * HOUR
    for at, why in ((since - HOUR, ""), (since, SAMPLED + "a budget"), (since + 2 * HOUR, "")):
        world.store.add_coverage(CoverageRow("bluesky", at, None, "*", why))
    page = begin(f"{world.url}/?from={since + 1000}&to={since + HOUR}")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "no-match", timeout=15_000)
    expect(page.locator(".empty")).to_contain_text("Only a sample was collected then: a budget.")
    for size in SIZES:
        resize(page, size)
        assert violations(page) == [], size
