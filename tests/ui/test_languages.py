"""Languages of the page: the browser's, the chosen one, and what both load."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator


def test_a_german_browser_gets_a_german_page_without_the_english_words(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page("about:blank", locale="de-AT")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{simulator.url}/static/index.de.html?q=storm")  # the document that the server gives this browser
    page.locator("#list article").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.get_by_role("button", name="Neueste", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".status")).to_contain_text("Beiträge/s")
    expect(page.locator("#list article .exact").first).to_have_text(
        re.compile(r"^\d+\. \w+\.? 20\d\d, \d\d:\d\d:\d\d UTC")
    )
    assert [url for url in loaded if "german" in url]
    assert not [url for url in loaded if "english" in url]
    page.locator("#search").fill('"storm')
    expect(page.locator(".fault")).to_contain_text("Ein Anführungszeichen fehlt (")


def test_a_chosen_language_is_shown_at_once_and_kept(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.keyboard.press("?")
    page.get_by_label("Language of the page").focus()
    page.get_by_label("Language of the page").select_option("de")
    expect(page.get_by_role("heading", name="Hilfe und Einstellungen")).to_be_visible()
    expect(page.get_by_label("Sprache der Seite")).to_be_focused()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.reload()
    expect(page.get_by_role("button", name="Neueste", exact=True)).to_be_visible()
    page.keyboard.press("?")
    page.get_by_label("Sprache der Seite").select_option("system")
    expect(page.get_by_role("heading", name="Help and settings")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_longer_words_leave_no_part_outside_the_window(simulator: Simulator, open_page: OpenPage, width: int) -> None:
    page = open_page(f"{simulator.url}/?q=storm", width=width, height=800, locale="de-DE")
    page.locator("#list article").first.wait_for()
    until(page, "document.querySelectorAll('.top button, .status').length > 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll('button, a, input, select')].filter((one) => {
        const box = one.getBoundingClientRect();
        const shown = box.width && one.offsetParent && !one.closest('.orders');
        return shown && (box.right > innerWidth + 1 || box.left < -1);
    }).map((one) => one.textContent)"""
    assert page.evaluate(outside) == []
