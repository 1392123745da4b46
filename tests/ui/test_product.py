"""The page on the whole product: real broker, store, workers and web process, with a browser."""

from __future__ import annotations

import copy
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from pipeline.post import Post, Upsert
from pipeline.settings import load
from pipeline.store import open_store
from pipeline.store.contract import Writes
from tests.e2e.product import Product, until
from tests.ui import records
from tests.ui.conftest import OpenPage, articles, numbers
from tests.ui.conftest import until as until_seen
from tests.ui.simulator import now

STORED = 5_000
FIRST_VIEW_BYTES = 150_000


def test_a_typed_search_shows_history_and_then_live_posts(product: Product, open_page: OpenPage) -> None:
    until(lambda: product.stored() > 5_000, 60)
    page = open_page(product.url)
    posts = page.get_by_role("feed").get_by_role("article")
    posts.first.wait_for()
    assert page.locator(".examples button").first.inner_text()
    page.get_by_role("combobox", name="Search").fill("coffee OR starlings")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("coffee|starlings"))
    expect(page.locator("#column-title")).to_have_text("coffee OR starlings")
    expect(posts.first).to_contain_text(re.compile("coffee|starlings", re.I), timeout=15_000)
    history = product.get("/api/search", q="coffee OR starlings", limit=100)["posts"]
    assert len(history) == 100, "history is more than a page"
    for text in posts.all_inner_texts():
        assert re.search("coffee|starlings", text, re.I), text
    newest = articles(page)[0]
    expect(page.locator("#list article").first).not_to_have_attribute("data-id", newest, timeout=60_000)
    assert re.search("coffee|starlings", posts.first.inner_text(), re.I), "what arrives live matches as well"
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()


def test_the_page_shows_the_stored_posts(product: Product, open_page: OpenPage) -> None:
    page = open_page(f"{product.url}/?q=lang%3Aen")
    page.locator("#list article").first.wait_for()
    page.locator(".live").click()
    ids = articles(page)[:5]
    for one in ids:
        shown = page.locator(f'[data-id="{one}"] .text').first
        for _ in range(50):  # a stored edit may not have reached the page yet
            stored = product.get(f"/api/posts/{urllib.parse.quote(one, safe='')}")
            post = stored.get("post", stored)
            if _plain(shown.inner_text()) == _plain(post["text"]):
                break
            page.wait_for_timeout(100)
        assert post["id"] == one
        assert _plain(shown.inner_text()) == _plain(post["text"])


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_first_view_is_small_and_loaded_from_one_host(product: Product, open_page: OpenPage) -> None:
    page = open_page("about:blank")  # has its own, empty cache
    requested: list[str] = []
    sizes: dict[str, int] = {}

    def of_the_page(url: str) -> bool:
        path = urllib.parse.urlsplit(url).path
        return path.startswith("/static/") or path == "/"

    def finished(request: Request) -> None:
        """Note the size of a response.

        Preloaded files come from the cache again; the size of a worker's script is only in a header.
        """
        response = request.response()
        header_size = int(response.headers.get("content-length", 0)) if response is not None else 0
        sizes[request.url] = max(request.sizes()["responseBodySize"] or header_size, sizes.get(request.url, 0))

    page.on("request", lambda request: requested.append(request.url))
    page.on("requestfinished", finished)
    page.goto(product.url)
    page.locator("#list article").first.wait_for()
    page.locator(".bars li").first.wait_for()
    page.locator(".cloud text").first.wait_for()
    until_seen(page, lambda: {url for url in requested if of_the_page(url)} <= sizes.keys())
    assert {urllib.parse.urlsplit(url).netloc for url in requested} == {urllib.parse.urlsplit(product.url).netloc}
    needed = {url: size for url, size in sizes.items() if of_the_page(url)}
    assert len(needed) > 3
    assert all(needed.values()), needed
    assert sum(needed.values()) < FIRST_VIEW_BYTES


def test_a_notice_marks_generated_posts_and_names_the_next_step(product: Product, open_page: OpenPage) -> None:
    page = open_page(product.url)
    expect(page.get_by_label("About these posts")).to_contain_text("SOURCE=bluesky make run")
    expect(page.locator(".status .state")).to_contain_text("Generated posts live")
    expect(page.locator(".figures")).to_contain_text("stored")


def test_the_export_of_the_menu_contains_every_match(product: Product, open_page: OpenPage) -> None:
    page = open_page(f"{product.url}/?q=lang%3Ade")
    before = until(lambda: product.get("/api/timeline", q="lang:de")["total"])
    page.get_by_role("button", name="Column menu").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSONL", exact=True).click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert len(lines) >= before
    until(lambda: product.get("/api/timeline", q="lang:de")["total"] >= len(lines))
    assert len({json.loads(line)["id"] for line in lines}) == len(lines)
    assert {json.loads(line)["lang"] for line in lines} == {"de"}


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Product]:
    """Start the product on a store that already holds 5,000 matches of `storm`."""
    data = tmp_path / "data"
    store = open_store(load({"DATA_DIR": str(data)}))
    base = now() - STORED * 200
    template = records.post(
        1, base, source="x", text="storm over the harbour", entities=[], hashtags=[], links=[], hosts=[]
    )
    posts = [Upsert(_copy(template, number, base + number * 200)) for number in range(STORED)]
    store.persist(Writes(upserts=posts), 1)
    store.close()
    made_product = Product(data, SOURCE="demo", DEMO_RATE="0.01")
    try:
        yield made_product.wait_ready()
    finally:
        made_product.end()


def _copy(template: Post, number: int, at: int) -> Post:
    made = copy.copy(template)
    made.id, made.created_at, made.received_at, made.version = f"x:{number}", at, at, at
    made.text = f"storm over the harbour {number} {number * 31 % 9973}"
    return made


def total_of_table(page: Page) -> int:
    page.get_by_role("button", name="Show as table").first.click()
    table = page.get_by_role("region", name="Matches over time, table")
    return sum(numbers(table.locator("td:nth-child(2)")))


def test_charts_count_stored_posts_not_only_loaded_ones(large: Product, open_page: OpenPage) -> None:
    until(lambda: large.stored() >= STORED)
    page = open_page(large.url)
    page.evaluate("localStorage.setItem('murmuration', JSON.stringify({ depth: 500 }))")
    page.goto(f"{large.url}/?q=storm+harbour+source%3Ax")
    expect(page.locator(".count")).to_have_text("5,000", timeout=20_000)
    expect(page.locator(".loaded")).to_have_text("500 loaded")
    assert total_of_table(page) == STORED
    expect(page.locator(".words .based")).to_contain_text("of 5,000")


def test_what_one_browser_has_read_is_read_in_another(product: Product, open_page: OpenPage) -> None:
    page = open_page(product.url)
    deck = {"version": 1, "title": "Reading", "columns": [{"id": "all", "query": "*"}]}
    saved = page.evaluate(
        "async deck => (await fetch('/api/decks/reading', {"
        "method: 'PUT', headers: {'content-type': 'application/json'}, "
        "body: JSON.stringify({revision: null, deck})})).status",
        deck,
    )
    assert saved == 200
    page.goto(f"{product.url}/d/reading")
    unread = page.locator("#list article.is-unread")
    expect(unread.nth(2)).to_be_attached(timeout=60_000)
    marked = [one for one in unread.evaluate_all("all => all.map(one => one.dataset.id)") if one]
    page.keyboard.press("m")
    posts = [product.get(f"/api/posts/{urllib.parse.quote(one, safe='')}") for one in marked]
    highest = max(post["first_seq"] for post in posts)
    assert highest > 0
    until(lambda: product.get("/api/decks/reading")["read"].get("all", 0) >= highest)
    other = open_page(f"{product.url}/d/reading")
    other.locator("#list article").first.wait_for()
    expect(other.locator("#list article.is-unread").first).to_be_attached(timeout=60_000)
    again = other.locator("#list article.is-unread").evaluate_all("all => all.map(one => one.dataset.id)")
    assert not set(again) & set(marked)
    read = product.get("/api/decks/reading")["read"]["all"]
    assert product.get("/api/unread", q="*", read=read)["after"] >= read
