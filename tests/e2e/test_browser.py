"""A person at the page of the whole product, in a real Chromium: over a replay of real records, and over a restart."""

from __future__ import annotations

import re
import urllib.parse
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Start
from tests.e2e.product import Product, until
from tests.records import also_shared, path_of

pytestmark = pytest.mark.e2e

STREAM = "x-v1.1/stream.jsonl.gz"


def _top_word(product: Product) -> str:
    """Return the most frequent word, "" where a busy machine took longer over it than a search may take."""
    try:
        return str(product.get("/api/top", q="*", field="words", limit=1)["items"][0]["value"])
    except HTTPError as error:
        if error.code != 503:
            raise
        return ""


@pytest.mark.thorough  # tests/ui/test_product.py searches the whole product, of generated posts, in the page
@pytest.mark.parametrize("name", also_shared(STREAM))
def test_real_records_replayed_are_found_and_shown(start: Start, chromium: Browser, name: str) -> None:
    product = start(SOURCE="replay", REPLAY_PATH=str(path_of(name)), REPLAY_SPEED="max").wait_ready()
    until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 60)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(product.url)
    posts = page.get_by_role("feed").get_by_role("article")
    expect(posts.first).to_be_visible(timeout=15_000)
    word = until(lambda: _top_word(product))
    page.get_by_role("combobox", name="Search").fill(word)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(urllib.parse.quote(word))), timeout=5_000)
    expect(posts.first).to_contain_text(re.compile(re.escape(word), re.I), timeout=15_000)
    page.close()


def test_the_page_survives_a_restart_and_shows_the_posts_of_the_meantime(start: Start, chromium: Browser) -> None:
    first = start(SOURCE="demo", DEMO_RATE="0.5").wait_ready()
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(first.url)
    posts = page.get_by_role("feed").get_by_role("article")
    expect(posts.first).to_be_visible(timeout=15_000)
    first.stop()
    again = start(SOURCE="demo", DEMO_RATE="0.5", PORT=str(first.port)).wait_ready()
    seen = posts.first.inner_text()
    until(lambda: posts.first.inner_text() != seen, 60)
    assert again.stored() > 0
    page.close()
