"""Settings in the browser's storage: shared among tabs, applied at the first draw, and optional."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.ui.conftest import OpenPage
from tests.ui.simulator import Simulator

FORBIDDEN = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
)
FIRST_DRAW = """new MutationObserver((_, watch) => {
  if (!document.querySelector("#app > *")) return;
  window.firstTheme = document.documentElement.dataset.theme;
  watch.disconnect();
}).observe(document, { childList: true, subtree: true });"""


def test_the_page_works_in_a_browser_without_storage(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.add_init_script(FORBIDDEN)
    page.reload()
    page.locator("#list article").first.wait_for()
    page.get_by_role("button", name="Theme: as the system").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_tabs_share_their_settings_and_lose_none(simulator: Simulator, open_page: OpenPage) -> None:
    one = open_page(f"{simulator.url}/?q=storm")
    other = one.context.new_page()
    other.goto(simulator.url)
    other.locator("#list article").first.wait_for()
    one.get_by_role("button", name="Saved").click()
    one.get_by_role("button", name="Save storm").click()
    one.keyboard.press("Escape")
    box = other.get_by_role("combobox", name="Search")
    box.fill("ferry")
    box.press("Enter")
    for page in (one, other):
        page.get_by_role("button", name="Saved").click()
        lists = page.get_by_role("dialog", name="Searches").locator(".searches")
        expect(lists.first).to_contain_text("storm")
        expect(lists.last).to_contain_text("ferry")
    other.reload()
    other.get_by_role("button", name="Saved").click()
    expect(other.get_by_role("dialog", name="Searches").locator(".searches").first).to_contain_text("storm")


def test_the_first_draw_has_the_chosen_theme(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.evaluate("localStorage.setItem('murmuration', JSON.stringify({ theme: 'dark' }))")
    page.add_init_script(FIRST_DRAW)
    page.reload()
    page.locator("#list article").first.wait_for()
    assert page.evaluate("window.firstTheme") == "dark"
