"""A person at the page, in a real Chromium: types a search, sees history, then sees live posts arrive."""

from __future__ import annotations

import re
import urllib.parse

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Start
from tests.e2e.product import until
from tests.records import also_shared, path_of

pytestmark = pytest.mark.e2e

STREAM = "x-v1.1/stream.jsonl.gz"


def test_a_person_types_a_search_sees_history_and_then_live_posts(start: Start, chromium: Browser) -> None:
    product = start(SOURCE="demo", DEMO_RATE="20").wait_ready()
    until(lambda: product.stored() > 5_000, 60)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(product.url)
    posts = page.get_by_role("feed").get_by_role("article")
    expect(posts.first).to_be_visible(timeout=15_000)

    box = page.get_by_role("combobox", name="Search")
    box.fill("coffee OR starlings")
    box.press("Enter")
    expect(page).to_have_url(re.compile("coffee|starlings"))
    expect(posts.first).to_contain_text(re.compile("coffee|starlings", re.I), timeout=15_000)
    history = product.get("/api/search", q="coffee OR starlings", limit=100)["posts"]
    assert len(history) == 100, "history is more than a page"
    for text in posts.all_inner_texts():
        assert re.search("coffee|starlings", text, re.I), text

    seen = posts.first.inner_text()
    until(lambda: posts.first.inner_text() != seen, 60)
    assert re.search("coffee|starlings", posts.first.inner_text(), re.I), "what arrives live matches as well"
    assert errors == []
    page.close()


@pytest.mark.parametrize("name", also_shared(STREAM))
def test_real_records_replayed_are_found_and_shown(start: Start, chromium: Browser, name: str) -> None:
    product = start(SOURCE="replay", REPLAY_PATH=str(path_of(name)), REPLAY_SPEED="max").wait_ready()
    until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 60)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(product.url)
    posts = page.get_by_role("feed").get_by_role("article")
    expect(posts.first).to_be_visible(timeout=15_000)
    word = product.get("/api/top", q="*", field="words", limit=1)["items"][0]["value"]
    page.get_by_role("combobox", name="Search").fill(word)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(urllib.parse.quote(word))), timeout=5_000)
    expect(posts.first).to_contain_text(re.compile(re.escape(word), re.I), timeout=15_000)
    page.close()


def test_the_page_outlives_a_restart_and_shows_what_came_meanwhile(start: Start, chromium: Browser) -> None:
    first = start(SOURCE="demo", DEMO_RATE="2").wait_ready()
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(first.url)
    posts = page.get_by_role("feed").get_by_role("article")
    expect(posts.first).to_be_visible(timeout=15_000)
    first.stop()
    again = start(SOURCE="demo", DEMO_RATE="2", PORT=str(first.port)).wait_ready()
    seen = posts.first.inner_text()
    until(lambda: posts.first.inner_text() != seen, 60)
    assert again.stored() > 0
    page.close()
