"""Stored decks in the browser: naming, following between two pages, a conflict that keeps both sides, files."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from tests.e2e.product import Product
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage


def _columns(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "[data-column]", "all => all.map(one => one.getAttribute('aria-label') ?? '')"
    )
    return found


def _api(product: Product, deck_id: str) -> dict[str, object]:
    found: dict[str, object] = product.get(f"/api/decks/{deck_id}")
    return found


def _queries(product: Product, deck_id: str) -> list[str]:
    return [one["query"] for one in _api(product, deck_id)["deck"]["columns"]]  # type: ignore[index]


def test_two_pages_of_one_deck_follow_each_other_and_join_what_both_changed(
    product: Product, open_page: OpenPage, tmp_path: Path
) -> None:
    title = f"Harbour {secrets.token_hex(3)}"
    deck_id = title.lower().replace(" ", "-")
    first = open_page(f"{product.url}/?q=coffee&q=rain", width=1600)
    first.get_by_role("button", name="Decks", exact=True).click()
    dialog = first.get_by_role("dialog")
    field = dialog.get_by_role("textbox", name="Title")
    field.fill(title)
    assert violations(first) == []
    field.press("Enter")
    expect(dialog).to_have_count(0)
    expect(first).to_have_url(re.compile(f"/d/{deck_id}$"))
    bar = first.get_by_role("region", name="Deck")
    expect(bar).to_contain_text(title)
    expect(bar).not_to_contain_text("Unsaved")

    second = open_page(f"{product.url}/d/{deck_id}", width=1600)
    expect(second.locator("[data-column]")).to_have_count(2)
    expect(second.get_by_role("region", name="Deck")).to_contain_text(title)

    # What one saves, the other shows, but for the search box in which somebody types.
    second.locator("#search").focus()
    second.keyboard.type(" morning")
    first.get_by_role("button", name="Add a column").click()
    first.locator("#search").fill("music")
    first.keyboard.press("Enter")
    expect(bar).to_contain_text("Unsaved changes")
    assert violations(first) == []
    first.get_by_role("button", name="Save", exact=True).click()
    expect(bar).not_to_contain_text("Unsaved")
    expect(second.locator("[data-column]")).to_have_count(3)
    assert "morning" in second.locator("#search").input_value()
    assert "music" in _queries(product, deck_id)

    # Both change the deck: the later one is told, and keeps both.
    second.keyboard.press("Enter")
    expect(second.get_by_role("region", name="Deck")).to_contain_text("Unsaved changes")
    first.get_by_role("button", name="Add a column").click()
    first.locator("#search").fill("storm")
    first.keyboard.press("Enter")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("region", name="Deck")).to_contain_text("Somebody saved other columns")
    assert second.locator("[data-column]").count() == 3, "nothing moves under a reader with changes of his own"
    second.get_by_role("button", name="Compare").click()
    conflict = second.get_by_role("dialog", name="Somebody else saved this deck")
    expect(conflict).to_contain_text("Added")
    assert violations(second) == []
    conflict.get_by_role("button", name="Keep both as columns").click()
    expect(conflict).to_have_count(0)
    expect(second.locator("[data-column]")).to_have_count(4)
    expect(first.locator("[data-column]")).to_have_count(4)
    saved = _queries(product, deck_id)
    assert len(saved) == 4
    assert {"storm", "music", "rain"} < set(saved)
    assert any("morning" in one for one in saved)

    # A deck goes out as a file and comes in again; a bad file is refused in a sentence.
    second.get_by_role("button", name="Decks", exact=True).click()
    with second.expect_download() as downloading:
        second.get_by_role("button", name="Write this deck to a file").click()
    file = tmp_path / "deck.json"
    downloading.value.save_as(file)
    written = json.loads(file.read_text())
    assert [one["query"] for one in written["columns"]] == saved
    bad = tmp_path / "bad.json"
    bad.write_text('{"version":9,"columns":[]}')
    second.locator("[type=file]").set_input_files(bad)
    expect(second.get_by_role("alert").filter(has_text="version")).to_contain_text("is not 1")
    file.write_text(json.dumps(written | {"columns": written["columns"][:2]}))
    second.locator("[type=file]").set_input_files(file)
    expect(second.locator("[data-column]")).to_have_count(2)
    expect(second.get_by_role("region", name="Deck")).to_contain_text("Unsaved changes")
    second.reload()
    expect(second.locator("[data-column]")).to_have_count(2)
    expect(second.get_by_role("region", name="Deck")).to_contain_text("Unsaved changes")

    # Deleted for everybody: the other page keeps its columns and says so.
    first.get_by_role("button", name="Decks", exact=True).click()
    first.get_by_role("button", name=re.compile(f"Delete .*{title}")).click()
    expect(first.get_by_role("button", name="Keep")).to_be_focused()
    first.keyboard.press("Enter")
    expect(first.get_by_role("button", name=re.compile(f"Delete .*{title}"))).to_be_focused()
    first.keyboard.press("Enter")
    first.keyboard.press("Shift+Tab")
    expect(first.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    first.keyboard.press("Enter")
    expect(second.get_by_role("region", name="Deck")).to_contain_text("Somebody deleted this deck")
    assert requests.get(f"{product.url}/api/decks/{deck_id}", timeout=10).status_code == 404


def test_a_deck_that_cannot_be_saved_or_opened_says_so_and_loses_nothing(product: Product, open_page: OpenPage) -> None:
    deck_id = f"night-{secrets.token_hex(3)}"
    columns = [{"id": "a", "query": "coffee"}, {"id": "b", "query": "rain"}]
    made = requests.put(
        f"{product.url}/api/decks/{deck_id}",
        json={"revision": None, "deck": {"version": 1, "title": "Night", "columns": columns}},
        timeout=10,
    )
    assert made.status_code == 200
    page = open_page(f"{product.url}/d/{deck_id}", width=1600)
    bar = page.get_by_role("region", name="Deck")
    expect(bar).to_contain_text("Night")
    away = json.dumps({"error": {"code": "store_unavailable", "message": "The store cannot be reached now."}})
    page.route("**/api/decks/**", lambda route: route.fulfill(status=503, content_type="application/json", body=away))
    page.get_by_role("button", name="Add a column").click()
    page.locator("#search").fill("music")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(bar).to_contain_text("Not saved: The store cannot be reached now.")
    assert violations(page) == []
    page.reload()
    expect(page.locator("[data-column]")).to_have_count(3)
    expect(bar).to_contain_text("The server does not answer")
    page.unroute("**/api/decks/**")
    page.reload()
    expect(page.locator("[data-column]")).to_have_count(3)
    expect(bar).to_contain_text("Unsaved changes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(bar).not_to_contain_text("Unsaved")
    assert _queries(product, deck_id) == ["coffee", "music", "rain"]
