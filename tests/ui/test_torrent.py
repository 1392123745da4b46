"""A torrent of posts: cards have no actions until a focus, a finger or a menu pauses the list."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.ui import records
from tests.ui.conftest import OpenPage, articles
from tests.ui.simulator import Simulator, now

MANY = 3_000
"""Posts of one batch: 100 a second for half a minute."""
SEEN_PX = 900
"""Height of the window."""
Number = iter(range(50_000, 1_000_000))


def flow(simulator: Simulator, posts: int) -> None:
    simulator.put([records.post(next(Number), now()) for _ in range(posts)])


def flooded(simulator: Simulator, page: Page) -> None:
    """Send posts until the page counts a torrent, so that cards have no actions. A slow machine needs more posts."""
    page.locator("#list article").first.wait_for()
    for _ in range(20):
        flow(simulator, MANY)
        with contextlib.suppress(AssertionError):
            expect(page.locator(".actions")).to_have_count(0, timeout=2_000)
            return
    expect(page.locator(".actions")).to_have_count(0)


def places(page: Page) -> list[tuple[str, float]]:
    """Return the visible cards with their distance from the top (px)."""
    found: list[list[Any]] = page.eval_on_selector_all(
        "#list article", "all => all.map(one => [one.dataset.id, one.getBoundingClientRect().top])"
    )
    return [(card, top) for card, top in found if top < SEEN_PX]


def assert_paused_on(simulator: Simulator, page: Page, card_id: str) -> None:
    """Check that the list stands still while posts arrive, and that the card has its actions."""
    card = page.locator(f'[data-id="{card_id}"]')
    before = card.bounding_box()
    flow(simulator, 200)
    expect(page.locator(".live")).to_contain_text("Paused, 200 new")
    assert card.bounding_box() == before
    mute = card.get_by_role("button", name=re.compile("^Mute @"))
    expect(mute).to_be_visible()
    assert mute.evaluate("one => getComputedStyle(one).color") != "rgba(0, 0, 0, 0)"
    mute.click()
    expect(page.locator(".toast")).to_contain_text("Muted @")


def test_a_focus_pauses_a_torrent_and_shows_the_actions(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    flooded(simulator, page)
    page.keyboard.press("j")
    expect(page.locator(".live")).to_contain_text("Paused")
    focused = page.evaluate("document.activeElement.dataset.id")
    assert focused == articles(page)[0]
    assert_paused_on(simulator, page, focused)


def test_a_finger_pauses_a_torrent_and_shows_the_actions(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url, width=390, height=800, has_touch=True, is_mobile=True)
    flooded(simulator, page)
    box = page.locator("#list").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 200, box["y"] + 60)
    expect(page.locator(".live")).to_contain_text("Paused")
    under = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('article').dataset.id", [box["x"] + 200, box["y"] + 60]
    )
    assert_paused_on(simulator, page, under)


def test_an_open_menu_pauses_a_torrent_until_it_closes(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    flooded(simulator, page)
    page.get_by_role("button", name="Column menu").click()
    expect(page.locator(".live")).to_contain_text("Paused")
    before = places(page)
    flow(simulator, 200)
    expect(page.locator(".live")).to_contain_text("Paused, 200 new")
    assert places(page) == before
    page.keyboard.press("Escape")
    expect(page.locator(".live")).to_contain_text("Live")
    expect(page.locator(f'#list [data-id="{before[0][0]}"]')).to_have_count(0)


def test_closing_a_menu_does_not_end_a_manual_pause(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.get_by_role("button", name="Live. Press to pause").click()
    page.get_by_role("button", name="Column menu").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".live")).to_contain_text("Paused")
