"""Feedback to the reader: hidden posts, waiting posts, toasts with Undo; and the focus of a control that disappears."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.ui import records
from tests.ui.conftest import OpenPage, articles, until
from tests.ui.simulator import Simulator, now

HOME = "document.activeElement.id"


def choose(page: Page, **settings: object) -> None:
    page.evaluate(f"localStorage.setItem('murmuration', {json.dumps(json.dumps(settings))})")
    page.reload()
    page.locator(".status").wait_for()


def test_a_line_counts_the_hidden_posts_and_shows_them_on_request(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator(".filters")).to_have_count(0)
    choose(page, muted=["storm", "@nobody"], languages=["en"])
    line = page.locator(".filters")
    expect(line).to_contain_text("3 filters")
    hidden = int(line.inner_text().split(", ")[1].split()[0])
    assert hidden > 0
    first = articles(page)
    line.get_by_role("button", name=f"Show the {hidden} posts that the filters hide").click()
    expect(line).to_contain_text(f"3 filters off, {hidden} shown that they hide")
    until(page, lambda: articles(page) != first)
    line.get_by_role("button", name="Hide").click()
    expect(line).to_contain_text(f"3 filters, {hidden} hidden")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_paused_list_shows_the_number_of_new_posts(simulator: Simulator, open_page: OpenPage, width: int) -> None:
    page = open_page(simulator.url, width=width)
    page.locator("#list article").first.wait_for()
    page.locator(".live").click()
    expect(page.locator(".live")).to_contain_text("Paused")
    simulator.put([records.post(number, now() - 9_112 + number) for number in range(9_100, 9_112)])
    bar = page.get_by_role("button", name="12 new posts")
    expect(bar).to_be_in_viewport()
    bar.click()
    expect(page.locator(".live")).to_contain_text("Live")
    page.locator(f'article[data-id="{records.post(9_111, 0).id}"]').wait_for()
    until(page, f"{HOME} === 'list'")


def test_the_list_resumes_when_the_focus_leaves_a_post(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article .text").first.click(position={"x": 2, "y": 2})
    expect(page.locator(".live")).to_contain_text("Paused")
    page.locator(".status .figures").click()
    expect(page.locator(".live")).to_contain_text("Live")


def test_the_live_button_resumes_a_list_paused_by_focus(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article .text").first.click(position={"x": 2, "y": 2})
    expect(page.locator(".live")).to_contain_text("Paused")
    page.locator(".live").click(delay=120)  # as long as a person's click
    expect(page.locator(".live")).to_contain_text("Live")


def test_toasts_appear_in_a_live_region_that_already_exists(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    region = page.locator(".toast-place [role=status]")
    expect(region).to_have_text("")
    page.evaluate("window.region = document.querySelector('.toast-place [role=status]')")
    page.locator(".bars a").first.click()
    expect(region).to_contain_text("Added")
    assert page.evaluate("window.region.isConnected && window.region.textContent").startswith("Added")


def test_undo_stays_while_it_has_the_focus_and_has_a_key(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.clock.install()
    page.reload()
    page.locator(".bars a").first.click()
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.clock.run_for(60_000)
    expect(undo).to_be_focused()
    page.locator(".live").focus()
    page.clock.run_for(5_000)
    expect(undo).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#column-title")).to_have_text("All posts")
    expect(undo).to_have_count(0)


def press_undo(page: Page) -> None:
    page.locator(".bars a").first.click()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("#column-title")).to_have_text("All posts")


def press_return(page: Page) -> None:
    page.get_by_role("button", name="Zoom in (latest half)").click()
    page.locator(".span button").press("Enter")
    expect(page.locator(".lines .span")).to_have_count(0)


def press_example(page: Page) -> None:
    page.locator(".examples .chip").first.press("Enter")
    expect(page.locator(".examples")).to_have_count(0)


def press_closest(page: Page) -> None:
    page.get_by_role("combobox", name="Search").fill("storm xylophone")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Closest: storm, ").press("Enter")
    page.locator("#list article").first.wait_for()


@pytest.mark.parametrize("press", [press_undo, press_return, press_example, press_closest])
def test_the_focus_moves_to_the_list_when_its_control_disappears(
    simulator: Simulator, open_page: OpenPage, press: Callable[[Page], None]
) -> None:
    page = open_page(simulator.url)
    page.locator(".histogram canvas").first.wait_for()
    press(page)
    until(page, f"{HOME} === 'list'")


def test_a_dialog_stays_open_when_a_selection_ends_outside(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.get_by_role("button", name="Column menu").click()
    field = page.get_by_role("textbox", name="Mute")
    field.fill("a draft")
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(20, 500)
    page.mouse.up()
    expect(field).to_have_value("a draft")
    page.mouse.click(20, 500)
    expect(field).to_have_count(0)
