"""Work with a post in a browser: menus by keyboard, mouse and finger, pins with notes, its page, and what changed."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from pipeline.post import Post, ReplyTo
from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage
from tests.ui.simulator import Simulator, now

TEXT = "Ferries stay in harbour tonight"


def put(simulator: Simulator, number: int, text: str, **changes: object) -> Post:
    """Store a plain post and send it."""
    plain: dict[str, Any] = {"text": text, "lang": "en", "entities": [], "hashtags": [], "links": [], "hosts": []}
    post = records.post(number, now() + number % 1_000, **(plain | changes))
    simulator.put([post])
    return post


def open_menu(page: Page, post: Post) -> None:
    card = page.locator(f'#list article[data-id="{post.id}"]')
    card.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()


def choose(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("menuitem", name=name).click()


def test_a_card_menu_works_by_keyboard_and_gives_the_focus_back(simulator: Simulator, open_page: OpenPage) -> None:
    post = put(simulator, 700_001, TEXT)
    page = open_page(f"{simulator.url}/?q=harbour")
    open_menu(page, post)
    items = page.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("End")
    expect(items.last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.locator(f'#list article[data-id="{post.id}"]')).to_be_focused()
    open_menu(page, post)
    choose(page, "Why does this match?")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("mark")).to_have_text("harbour")
    assert violations(page) == []
    page.keyboard.press("Escape")
    open_menu(page, post)
    choose(page, re.compile("Column of posts by"))
    expect(page.locator("[data-column]")).to_have_count(2)


def test_a_word_has_a_menu_by_mouse_key_and_menu_of_its_post(simulator: Simulator, open_page: OpenPage) -> None:
    post = put(simulator, 700_002, TEXT)
    page = open_page(simulator.url)
    text = page.locator(f'#list article[data-id="{post.id}"] .text')
    text.click(button="right", position={"x": 4, "y": 8})
    expect(page.get_by_role("menu", name="Ferries")).to_be_visible()
    assert violations(page) == []
    choose(page, "Exclude from the search")
    expect(page.locator("#search")).to_have_value("* -Ferries")
    page.keyboard.press("Escape")
    word = page.locator(".bars a").first
    word.focus()
    name = word.locator(".word").inner_text()
    word.dispatch_event("contextmenu")
    choose(page, "New column")
    expect(page.locator("[data-column]")).to_have_count(2)
    expect(page.locator("#search")).to_have_value(name)
    page.go_back()


def test_a_pinned_post_keeps_its_note_when_it_is_deleted(simulator: Simulator, open_page: OpenPage) -> None:
    post = put(simulator, 700_003, TEXT)
    page = open_page(f"{simulator.url}/?q=harbour")
    open_menu(page, post)
    choose(page, "Add a note")
    page.get_by_label("Note").fill("Call the harbour master")
    page.keyboard.press("Control+Enter")
    pins = page.locator(".pins")
    expect(pins.locator(".note")).to_have_text("Call the harbour master")
    expect(page.locator(f'#list article[data-id="{post.id}"] .pin-line')).to_contain_text("Pinned")
    assert violations(page) == []
    pins.get_by_role("button", name="Mark as handled").click()
    expect(pins.locator(".pin.handled")).to_have_count(1)
    pins.get_by_text("Hide handled").click()
    expect(pins.locator(".pin")).to_have_count(0)
    pins.get_by_text("Hide handled").click()
    page.reload()
    expect(pins.locator(".pin .text")).to_have_text(TEXT)
    simulator.delete([post.id])
    expect(pins.locator(".gone-pin")).to_contain_text("Deleted at its source")
    expect(pins).not_to_contain_text(TEXT)
    expect(pins.locator(".note")).to_have_text("Call the harbour master")


def test_the_page_of_a_post_shows_its_context_and_forgets_a_deleted_one(
    simulator: Simulator, open_page: OpenPage
) -> None:
    first = put(simulator, 700_010, "The bridge is closed")
    post = put(simulator, 700_011, "Closed until the storm is over", reply_to=ReplyTo(first.id, "a", "mara"))
    former = {
        "version": 1,
        "seen_at": now() - 60_000,
        "post": {**page_body(simulator, post), "text": "Closed until noon"},
    }
    simulator.versions[post.id] = [{"version": 2, "seen_at": now(), "post": page_body(simulator, post)}, former]
    deck = open_page(f"{simulator.url}/?q=storm&q=ferry")
    open_menu(deck, post)
    choose(deck, "Conversation and versions")
    page = deck
    expect(page.get_by_role("heading", level=1)).to_contain_text("Post by @")
    expect(page.locator(".thread li")).to_have_count(2)
    expect(page.locator(".thread .here")).to_contain_text("Closed until the storm")
    expect(page.locator(".whole .text mark")).to_have_text("storm")
    expect(page.locator(".difference del")).to_have_text("noon")
    expect(page.locator(".matches > li")).to_have_count(2)
    expect(page.locator(".around").first.locator("li")).not_to_have_count(0)
    assert violations(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    simulator.delete([post.id])
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("deleted at its source")
    expect(page.locator("body")).not_to_contain_text("Closed until")
    page.get_by_role("link", name="Back to the deck").click()
    expect(page.locator("[data-column]")).to_have_count(2)


def page_body(simulator: Simulator, post: Post) -> dict[str, object]:
    """Return a stored post as the API has it."""
    with simulator.store.reading() as reading:
        found: dict[str, object] = json.loads(reading.posts([post.id])[post.id])
    return found


def test_what_changed_compares_the_last_hour_with_an_earlier_one(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.get_by_role("button", name="What changed").click()
    changed = page.locator(".what-changed")
    expect(changed).to_contain_text("posts, none before")
    simulator.put([records.post(n, now() - 3_700_000 - n * 4_000) for n in range(400, 700)], live=False)
    changed.get_by_role("button", name="Compare again").click()
    expect(changed).to_contain_text("New authors")
    changed.get_by_role("combobox").select_option("week")
    expect(changed).to_contain_text("posts, none before")
    assert violations(page) == []
