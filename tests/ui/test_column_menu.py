"""Column menu: mutes, languages and kinds of posts that it hides, and its export links."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pipeline.post import Author, Media, ReplyTo
from tests.ui import records
from tests.ui.conftest import OpenPage
from tests.ui.simulator import Simulator, now

IDS = {name: f"x:80{at}" for at, name in enumerate(("plain", "reply", "german", "pictured", "original", "by mara"))}


@pytest.fixture
def mixed(simulator: Simulator) -> Simulator:
    """Put one post of each kind into the server; all contain "quiet"."""
    kinds: dict[str, dict[str, Any]] = {
        "plain": {},
        "reply": {"reply_to": ReplyTo("x:1", "m", "mara")},
        "german": {"lang": "de", "langs": ["de"], "text": "quiet ist es am Hafen"},
        "pictured": {"media": [Media("image", "https://pictures.example/1.jpg")]},
        "original": {"text": "quiet original of long ago", "created_at": now() - 20 * 86_400_000},
        "by mara": {"author": Author("m", "mara", "Mara"), "text": "quiet #storm and no power cut"},
    }
    for at, (name, changes) in enumerate(kinds.items()):
        apart: dict[str, Any] = {"id": IDS[name], "source": "x", "text": f"quiet {'abcdef'[at] * 5} {'ghijkl'[at] * 5}"}
        simulator.put([records.post(800 + at, now() - at * 1_000, **(apart | changes))], live=False)
    return simulator


def shown(page: Page) -> set[str]:
    """Return the kinds of posts that are shown."""
    ids = page.locator("#list article").evaluate_all("all => all.map(one => one.dataset.id)")
    return {name for name, post_id in IDS.items() if post_id in ids}


def opened(page: Page) -> Page:
    page.locator("#list article").nth(5).wait_for()
    page.get_by_role("button", name="Column menu").click()
    return page


def test_kinds_of_posts_can_be_hidden_and_shown_again(mixed: Simulator, open_page: OpenPage) -> None:
    page = opened(open_page(f"{mixed.url}/?q=quiet"))
    for label, hidden in (("Replies", {"reply"}), ("Posts without media", set(IDS) - {"pictured"})):
        page.get_by_role("checkbox", name=label).check()
        expect(page.locator("#list article")).to_have_count(len(IDS) - len(hidden))
        assert shown(page) == set(IDS) - hidden
        expect(page.locator(".count")).to_have_text(str(len(IDS)))
        page.get_by_role("checkbox", name=label).uncheck()
        expect(page.locator("#list article")).to_have_count(len(IDS))


def test_posts_seen_only_as_reposts_can_be_hidden(mixed: Simulator, open_page: OpenPage) -> None:
    repost = records.repost(1, records.post(850, now(), id=IDS["original"], source="x"), now())
    mixed.put([repost], live=False)
    page = opened(open_page(f"{mixed.url}/?q=quiet&from={now() - 3_600_000}&to={now() + 3_600_000}"))
    assert "original" in shown(page)
    page.get_by_label("Posts seen only as reposts").check()
    expect(page.locator("#list article")).to_have_count(len(IDS) - 1)
    assert "original" not in shown(page)


MUTES: dict[str, set[str]] = {
    "@mara": {"by mara"},
    "#storm": {"by mara"},
    "power cut": {"by mara"},
    "HAFEN": {"german"},
    "pow": set(),
}


def test_accounts_tags_words_and_phrases_are_muted(mixed: Simulator, open_page: OpenPage) -> None:
    page = opened(open_page(f"{mixed.url}/?q=quiet"))
    for mute, hidden in MUTES.items():
        page.get_by_role("textbox", name="Mute").fill(mute)
        page.keyboard.press("Enter")
        remove = page.get_by_role("button", name=f"Remove {mute}", exact=True)
        remove.wait_for()
        expect(page.locator("#list article")).to_have_count(len(IDS) - len(hidden))
        assert shown(page) == set(IDS) - hidden
        remove.click()
        expect(page.locator("#list article")).to_have_count(len(IDS))


def test_a_mute_is_kept_until_it_is_removed(mixed: Simulator, open_page: OpenPage) -> None:
    page = opened(open_page(f"{mixed.url}/?q=quiet"))
    page.get_by_role("textbox", name="Mute").fill("@mara")
    page.keyboard.press("Enter")
    expect(page.locator("#list article")).to_have_count(len(IDS) - 1)
    page.reload()
    page.locator("#list article").first.wait_for()
    expect(page.locator("#list article")).to_have_count(len(IDS) - 1)
    page.get_by_role("button", name="Column menu").click()
    page.get_by_role("button", name="Remove @mara").click()
    expect(page.locator("#list article")).to_have_count(len(IDS))


def test_only_chosen_languages_are_shown(mixed: Simulator, open_page: OpenPage) -> None:
    page = opened(open_page(f"{mixed.url}/?q=quiet"))
    page.get_by_role("textbox", name="Only these languages").fill("DE")
    page.keyboard.press("Enter")
    expect(page.locator("#list article")).to_have_count(1)
    assert shown(page) == {"german"}


def test_the_list_says_when_filters_hide_every_post(mixed: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{mixed.url}/?q=quiet+-lang:de")
    page.locator("#list article").nth(4).wait_for()
    page.get_by_role("button", name="Column menu").click()
    page.get_by_role("textbox", name="Only these languages").fill("de")
    page.keyboard.press("Enter")
    expect(page.locator(".end")).to_have_text("All posts are hidden by your filters.")


def test_the_export_links_cover_all_matches_or_the_chosen_time(mixed: Simulator, open_page: OpenPage) -> None:
    page = opened(open_page(f"{mixed.url}/?q=quiet"))
    for form in ("jsonl", "csv", "ids"):
        link = page.get_by_role("link", name=form.upper(), exact=True)
        address = urlsplit(link.get_attribute("href") or "")
        assert (address.path, parse_qs(address.query)) == ("/api/export", {"q": ["quiet"], "format": [form]})
    page = open_page(f"{mixed.url}/?q=quiet&from=1774000000000&to=1774000060000")
    page.get_by_role("button", name="Column menu").click()
    for form in ("jsonl", "csv", "ids"):
        address = urlsplit(page.get_by_role("link", name=form.upper(), exact=True).get_attribute("href") or "")
        (query,) = parse_qs(address.query)["q"]
        assert query.startswith("(quiet) since:2026-03-20T")
        assert " until:2026-03-20T" in query
