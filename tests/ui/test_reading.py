"""Reading: unread numbers, the line where unread ends, marking as read, clearing, and the way back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage, articles
from tests.ui.simulator import Simulator, now

UNREAD = ".head > .unread"


def story(number: int, ago_ms: int = 0) -> object:
    return records.post(number, now() - ago_ms, text=f"alpha {number} {number * 7} {number * 13} report")


def arrive(simulator: Simulator, *numbers: int, ago_ms: int = 0) -> None:
    simulator.put([story(number, ago_ms) for number in numbers])  # type: ignore[misc]


def open_alpha(simulator: Simulator, open_page: OpenPage) -> Page:
    simulator.put([story(2_000 + at, 60_000 + at * 4_000) for at in range(40)], live=False)  # type: ignore[misc]
    page = open_page(f"{simulator.url}/?q=alpha")
    page.locator("#list article").nth(3).wait_for()
    expect(page.locator(UNREAD)).to_have_count(0)
    return page


def test_new_posts_are_unread_until_they_are_marked_and_stay_read(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_alpha(simulator, open_page)
    arrive(simulator, 3_001, 3_002)
    arrive(simulator, 3_003, ago_ms=61_000)  # a late post stands among the read ones
    expect(page.locator(UNREAD)).to_have_text("3 unread")
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    expect(page.locator("#list article.is-unread")).to_have_count(3)
    line = page.locator("#list article.last-unread")
    expect(line).to_have_attribute("data-id", re.compile("3003"))
    assert violations(page) == []
    page.keyboard.press("m")
    expect(page.locator(UNREAD)).to_have_count(0)
    expect(page.locator("#list article.is-unread")).to_have_count(0)
    expect(page).not_to_have_title(re.compile(r"^\("))
    page.reload()
    page.locator("#list article").nth(3).wait_for()
    arrive(simulator, 3_004)
    expect(page.locator(UNREAD)).to_have_text("1 unread")
    assert "3004" in (page.locator("#list article.is-unread").get_attribute("data-id") or "")


def test_what_is_read_is_cleared_until_it_is_asked_for(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_alpha(simulator, open_page)
    arrive(simulator, 3_001)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#list article")).to_have_count(1)
    arrive(simulator, 3_002)
    expect(page.locator("#list article")).to_have_count(2)
    page.get_by_role("button", name="Show what is read").click()
    expect(page.locator("#list article").nth(4)).to_be_attached()


def test_a_reader_goes_back_to_where_he_was(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_alpha(simulator, open_page)
    page.locator("#list").evaluate("list => list.scrollTo(0, 2500)")
    expect(page.locator(".live")).to_contain_text("Paused")
    first = (
        "list => [...list.querySelectorAll('article')]"
        ".find(one => one.getBoundingClientRect().bottom > list.getBoundingClientRect().top)?.dataset.id"
    )
    page.wait_for_function(f"() => ({first})(document.getElementById('list')) !== undefined")
    before = page.locator("#list").evaluate(first)
    assert before != articles(page)[0]
    arrive(simulator, 3_001)
    page.keyboard.press(".")
    expect(page.locator("#list article").first).to_have_attribute("data-id", re.compile("3001"))
    page.get_by_role("button", name="Back to where I was").click()
    page.wait_for_function(f"before => ({first})(document.getElementById('list')) === before", arg=before)
    expect(page.get_by_role("button", name="Back to where I was")).to_have_count(0)


def test_reading_on_past_posts_marks_them_where_the_reader_chose_so(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_alpha(simulator, open_page)
    page.keyboard.press("?")
    page.get_by_label("Mark posts as read when I scroll on past them").check()
    page.keyboard.press("Escape")
    arrive(simulator, *range(3_001, 3_013))
    expect(page.locator(UNREAD)).to_have_text("12 unread")
    page.locator("#list").evaluate("list => list.scrollTo(0, 700)")
    expect(page.locator(UNREAD)).not_to_have_text("12 unread")
    expect(page.locator(UNREAD)).to_be_visible()
