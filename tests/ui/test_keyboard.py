"""Keyboard: skip links, the focus into the panel and back and out of dialogs, keys in a scrolled list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator


def ready(page: Page) -> Page:
    page.locator("#list article").first.wait_for()
    page.wait_for_timeout(300)
    return page


def read_on(page: Page) -> None:
    page.locator("#list").hover()
    page.mouse.wheel(0, 1_500)
    expect(page.locator(".live")).to_contain_text("Paused")
    page.wait_for_timeout(300)


def top_of_list(page: Page) -> float:
    found: float = page.locator("#list").evaluate("one => one.scrollTop")
    return found


def test_skip_links_lead_to_the_posts_and_past_them(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(f"{simulator.url}/?q=storm"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the posts")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.locator("#panel")).to_be_focused()
    page.locator("#list article").first.focus()
    page.keyboard.press("Control+Home")
    expect(page.get_by_role("button", name="Latest", exact=True)).to_be_focused()
    page.get_by_role("link", name="Skip to the insight panel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    assert page.url == f"{simulator.url}/?q=storm"


def test_on_a_phone_a_skip_link_leads_to_the_views(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url, width=320, height=800))
    page.get_by_role("link", name="Skip to the views").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Posts", exact=True)).to_be_focused()


def test_a_key_moves_the_focus_into_the_panel_and_back(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url))
    page.keyboard.press("j")
    first = page.locator("#list article").first
    page.keyboard.press("i")
    expect(page.locator("#panel")).to_have_count(0)
    expect(first).to_be_focused()
    page.keyboard.press("i")
    expect(page.locator("#panel")).to_be_focused()
    page.keyboard.press("i")
    expect(first).to_be_focused()


def test_an_open_drawer_keeps_the_focus_until_it_closes(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url, width=820, height=1180))
    opener = page.get_by_role("button", name="Insight panel")
    opener.click()
    expect(page.locator("#panel")).to_be_focused()
    page.locator(".bars li").first.wait_for()
    covered = "document.activeElement.closest('.top, .status, .column') !== null"
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        assert not page.evaluate(covered)
    page.get_by_label("Window of the second arrow").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_have_count(0)
    expect(opener).to_be_focused()


@pytest.mark.parametrize("drawer", [True, False])
def test_a_tablet_turned_to_landscape_shows_list_and_panel(
    simulator: Simulator, open_page: OpenPage, drawer: bool
) -> None:
    page = ready(open_page(simulator.url, width=820, height=1180))
    if drawer:
        page.get_by_role("button", name="Insight panel").click()
        page.locator(".bars li").first.wait_for()
    page.set_viewport_size({"width": 1180, "height": 820})
    page.locator(".bars li").first.wait_for()
    expect(page.locator(".shade")).to_have_count(0)
    page.locator("#list article a").first.focus()
    page.locator(".live").click(timeout=5_000)


def test_the_focus_returns_after_a_dialog_opened_from_another(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url))
    page.get_by_role("button", name="Help, keys and settings").click()
    page.get_by_role("button", name="Search syntax").click()
    page.get_by_role("dialog", name="Search syntax").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Help, keys and settings")).to_be_focused()


def test_the_first_step_focuses_a_post_in_view(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url))
    read_on(page)
    before = top_of_list(page)
    page.keyboard.press("j")
    top, end = page.locator("#list").evaluate(
        "one => [one.getBoundingClientRect().top, one.getBoundingClientRect().bottom]"
    )
    box = page.locator("#list article:focus").bounding_box()
    assert box is not None
    assert top - 1 <= box["y"] < end
    assert abs(top_of_list(page) - before) < 1


def test_resuming_a_scrolled_list_scrolls_to_its_top(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url))
    read_on(page)
    page.keyboard.press("Space")
    expect(page.locator(".live")).to_contain_text("Live")
    assert top_of_list(page) == 0
    read_on(page)
    simulator.stalled = True  # keeps the page lagged until the button is pressed
    simulator.lag()
    page.get_by_role("button", name="Show newest").click()
    expect(page.locator(".live")).to_contain_text("Live")
    assert top_of_list(page) == 0


def test_space_scrolls_the_focused_element(simulator: Simulator, open_page: OpenPage) -> None:
    page = ready(open_page(simulator.url))
    page.get_by_role("button", name="Show as table").first.click()
    table = page.get_by_role("region", name="Matches over time, table")
    table.focus()
    page.keyboard.press("Space")
    until(page, "document.activeElement.scrollTop > 0")
    expect(page.locator(".live")).to_contain_text("Live")
