"""Palette and single keys: one table of actions, found by name, by key and on layouts of other scripts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.ui.axe import violations
from tests.ui.conftest import OpenPage
from tests.ui.simulator import Simulator, now


def ready(page: Page) -> Page:
    page.locator("#list article").first.wait_for()
    return page


def press_on_layout(page: Page, key: str, code: str) -> None:
    """Press a key of a layout that the test's keyboard does not have."""
    page.evaluate(
        "([key, code]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }))",
        [key, code],
    )


def test_the_palette_finds_runs_and_gives_the_focus_back(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(f"{simulator.url}/?q=storm"))
    page.keyboard.press("j")
    first = page.locator("#list article").first
    expect(first).to_be_focused()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Action, column or search")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    page.keyboard.press("Control+k")
    field.fill("cov gap")
    expect(page.locator(".palette [aria-selected=true]")).to_have_text("Coverage and gaps")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Coverage and gaps")).to_be_visible()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_the_palette_jumps_to_a_column_and_searches(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(f"{simulator.url}/?q=storm&q=harbour"))
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Action, column or search")
    field.fill("column harb")
    expect(page.locator(".palette [aria-selected=true]")).to_contain_text("harbour")
    page.keyboard.press("Enter")
    expect(page.locator(".column.selected h2")).to_have_text("harbour")
    expect(page.locator(".column.selected .feed")).to_be_focused()
    page.keyboard.press("Control+k")
    field.fill("zzyzx")
    expect(page.locator(".palette li")).to_have_count(2)
    page.locator(".palette li").nth(1).click()
    expect(page.locator(".column")).to_have_count(3)
    expect(page.locator(".column.selected h2")).to_have_text("zzyzx")


def test_the_palette_opens_a_stored_deck(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.decks = [{"id": "night", "title": "Night watch", "revision": 1, "changed_at": now(), "columns": 2}]
    page = ready(open_page(f"{simulator.url}/?q=storm"))
    page.get_by_role("button", name="Decks", exact=True).click()
    expect(page.get_by_role("link", name="Night watch")).to_be_visible()
    assert violations(page, within="dialog") == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Action, column or search").fill("night w")
    expect(page.locator(".palette [aria-selected=true]")).to_contain_text("Night watch")
    assert violations(page, within="dialog") == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/d/night$"))


def test_single_keys_work_by_their_place_on_other_scripts(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(f"{simulator.url}/?q=storm"))
    page.evaluate("void (navigator.keyboard.getLayoutMap = () => Promise.reject(new Error('none')))")
    page.evaluate("void dispatchEvent(new Event('focus'))")
    for step in (0, 1):
        press_on_layout(page, "о", "KeyJ")
        expect(page.locator("#list article").nth(step)).to_be_focused()
    press_on_layout(page, "л", "KeyK")
    expect(page.locator("#list article").first).to_be_focused()
    press_on_layout(page, ".", "Slash")
    expect(page.locator("#search")).to_be_focused()


def test_page_keys_move_between_articles_of_the_feed(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(f"{simulator.url}/?q=storm"))
    page.locator("#list article").first.focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#list article").nth(1)).to_be_focused()
    page.keyboard.press("PageUp")
    expect(page.locator("#list article").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_contain_text("Page Down")
    page.get_by_label("Keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.locator("#list article").first.focus()
    page.keyboard.press("j")
    expect(page.locator("#list article").first).to_be_focused()
    page.keyboard.press("PageDown")
    expect(page.locator("#list article").nth(1)).to_be_focused()
