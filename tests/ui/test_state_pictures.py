"""Pictures of every state, caused by a fault, on a wide screen and on a dark phone, against baselines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.store.contract import SAMPLED, CoverageRow
from tests.ui import records
from tests.ui.conftest import OpenPage
from tests.ui.faults import FAULTS, HOUR, KINDS, NOON
from tests.ui.pictures import Pictures
from tests.ui.simulator import Simulator

MINUTE = 60_000
SIZES: dict[str, dict[str, Any]] = {
    "wide": {"width": 1280, "height": 900, "color_scheme": "light"},
    "phone": {"width": 375, "height": 812, "color_scheme": "dark"},
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


@pytest.fixture(params=sorted(SIZES))
def look(request: pytest.FixtureRequest, open_page: OpenPage) -> tuple[str, Callable[[str], Page]]:
    """Return the name of a window size, and a function that opens the page in it at that noon."""

    def begin(url: str) -> Page:
        return open_page(url, at=NOON, timezone_id="UTC", locale="en-US", bypass_csp=True, **SIZES[request.param])

    return request.param, begin


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


Look = tuple[str, Callable[[str], Page]]


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_of_a_running_page_matches_its_baseline(
    world: Simulator, look: Look, pictures: Pictures, kind: str
) -> None:
    size, begin = look
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    whole(page, size, posts=True)
    FAULTS[kind](world)
    expect(page.locator(".status")).to_have_attribute("data-kind", KINDS.get(kind, kind), timeout=15_000)
    pictures.check(page, f"{kind}-{size}")


def test_connecting_matches_its_baseline(world: Simulator, look: Look, pictures: Pictures) -> None:
    size, begin = look
    world.refuse_sockets = True
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "connecting", timeout=15_000)
    expect(page.locator(".status .state")).to_have_attribute("title", re.compile("does not answer yet"), timeout=15_000)
    whole(page, size, posts=False)
    page.locator(".examples").first.wait_for()
    pictures.check(page, f"connecting-{size}")


def test_an_empty_store_matches_its_baseline(look: Look, pictures: Pictures) -> None:
    size, begin = look
    world = Simulator()
    world.sources[0]["since"] = NOON - 5 * HOUR
    world.start()
    try:
        page = begin(world.url)
        expect(page.locator(".empty")).to_have_attribute("data-kind", "empty", timeout=15_000)
        whole(page, size, posts=False)
        pictures.check(page, f"empty-{size}")
    finally:
        world.stop()


def test_no_match_matches_its_baseline(world: Simulator, look: Look, pictures: Pictures) -> None:
    size, begin = look
    page = begin(f"{world.url}/?q=storm+xylophone")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "no-match", timeout=15_000)
    whole(page, size, posts=False)
    page.locator(".empty .examples").wait_for()
    pictures.check(page, f"no-match-{size}")


def test_a_time_not_collected_matches_its_baseline(world: Simulator, look: Look, pictures: Pictures) -> None:
    size, begin = look
    since = NOON - 5 * HOUR
    for at, why in ((since - HOUR, ""), (since, "connection refused"), (since + 2 * HOUR, "")):
        world.store.add_coverage(CoverageRow("bluesky", at, None, "*", why))
    page = begin(f"{world.url}/?from={since + 1000}&to={since + HOUR}")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "not-collected", timeout=15_000)
    whole(page, size, posts=False)
    pictures.check(page, f"not-collected-{size}")


def test_a_sampled_time_matches_its_baseline(world: Simulator, look: Look, pictures: Pictures) -> None:
    size, begin = look
    spans = ((NOON - 100 * MINUTE, SAMPLED + "a budget"), (NOON - 85 * MINUTE, ""), (NOON - 60 * MINUTE, "away"))
    world.store.add_coverage(CoverageRow("bluesky", NOON - 3 * HOUR, None, "*", ""))
    for since, why in (*spans, (NOON - 50 * MINUTE, "")):
        world.store.add_coverage(CoverageRow("bluesky", since, None, "*", why))
    page = begin(world.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    whole(page, size, posts=True)
    caption = page.get_by_role("figure", name="Matches over time", exact=True).locator("figcaption")
    expect(caption).to_contain_text("1 gap. Only a sample in 1 period.")
    pictures.check(page, f"sampled-{size}")
