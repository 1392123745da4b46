"""A new search starts afresh: pause, focus, Undo and posts of the former search have no effect on it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from pipeline.post import Entity, Link
from tests.ui import records
from tests.ui.conftest import OpenPage, articles, until
from tests.ui.simulator import Simulator, now

TEXT = "Ferry news of @harbour for #coastwatch, read on"


@pytest.fixture
def linked(simulator: Simulator) -> Simulator:
    """Put 40 posts with a tag, a mention, a link and one author, so that a search for each finds several."""
    made = []
    for number in range(9_000, 9_040):
        text = f"{TEXT} {number} {number * 7} {number * 13}"
        at = now() - (9_040 - number) * 1_000
        mention, tag = text.index("@harbour"), text.index("#coastwatch")
        entities = [
            Entity("mention", mention, mention + 8, "harbour"),
            Entity("hashtag", tag, tag + 11, "coastwatch"),
        ]
        one = records.post(number, at, text=text, entities=entities, hashtags=["coastwatch"], mentions=["harbour"])
        one.author = records.author(7, one.source)
        one.links, one.hosts = [Link("https://www.example.org/report/7", "Warning level 3")], ["www.example.org"]
        made.append(one)
    simulator.put(made, live=False)
    return simulator


CLICKED = {
    "tag": ".text a:has-text('#coastwatch')",
    "mention": ".text a:has-text('@harbour')",
    "author": "a.author",
    "domain": "a.host",
}


@pytest.mark.parametrize("part", sorted(CLICKED))
def test_a_click_in_a_post_starts_a_live_search(linked: Simulator, open_page: OpenPage, part: str) -> None:
    page = open_page(linked.url)
    page.locator("#list article").nth(3).wait_for()
    page.locator("#list article").nth(1).locator(CLICKED[part]).first.click()
    expect(page.locator("#column-title")).not_to_have_text("All posts")
    page.locator("#list article").nth(3).wait_for()
    # A faulty page would move the focus to a neighbour once the new list is drawn.
    new = records.post(9_100, now(), text=f"{TEXT} again", entities=[], hashtags=["coastwatch"], mentions=["harbour"])
    new.hosts = ["www.example.org"]
    new.entities = [Entity("mention", 13, 21, "harbour"), Entity("hashtag", 26, 37, "coastwatch")]
    new.author = records.author(7, articles_source(page))
    new.links = [Link("https://www.example.org/report/8", "Warning level 4")]
    linked.put([new])
    expect(page.locator("#list article").first).to_have_attribute("data-id", new.id)
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('article')") is None
    assert page.evaluate("document.activeElement.id") == "list", "the focus went with the post that was clicked"


def articles_source(page: Page) -> str:
    """Return the source of the first post."""
    return articles(page)[0].partition(":")[0]


def test_undo_disappears_with_its_search(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.locator(".bars a").first.click()
    expect(page.locator(".toast")).to_contain_text("Added")
    page.get_by_role("combobox", name="Search").fill("harbour")
    page.keyboard.press("Enter")
    expect(page.locator("#column-title")).to_have_text("harbour")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator("#column-title")).to_have_text("harbour")


def test_undo_steps_back_in_the_history(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm")
    page.locator(".bars a").nth(3).click()
    expect(page.locator(".toast")).to_contain_text("Added")
    steps = page.evaluate("history.length")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#column-title")).to_have_text("storm")
    assert page.evaluate("history.length") == steps
    page.go_forward()
    expect(page.locator("#column-title")).not_to_have_text("storm")


def test_a_deleted_post_is_not_shown_in_the_next_search(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    at = now()
    made = records.post(9_500, at, text="harbour and ferry", entities=[], hashtags=[])
    simulator.put([made])
    page.locator(f'[data-id="{made.id}"]').wait_for()
    simulator.delete([made.id])
    page.locator(f'[data-id="{made.id}"]').wait_for(state="detached")
    page.get_by_role("combobox", name="Search").fill("ferry")
    page.keyboard.press("Enter")
    expect(page.locator("#column-title")).to_have_text("ferry")
    page.locator("#list article").first.wait_for()
    late = records.post(9_500, at, version=at + 5, text="harbour and ferry, edited", entities=[], hashtags=[])
    other = records.post(9_501, now() + 1, text="a ferry that nobody deleted", entities=[], hashtags=[])
    bodies = [Simulator().body(late), simulator.body(other)]  # the simulator's own store accepts no deleted post
    simulator.send_frame("posts", posts=[json.loads(body) for body in bodies], after=simulator.seq)
    page.locator(f'[data-id="{other.id}"]').wait_for()
    assert made.id not in articles(page)


def test_an_edited_search_keeps_the_chosen_time(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm&from={now() - 600_000}&to={now() - 60_000}")
    page.locator("#list article").first.wait_for()
    page.get_by_role("combobox", name="Search").fill("harbour")
    page.keyboard.press("Enter")
    expect(page.locator("#column-title")).to_have_text("harbour")
    expect(page.locator(".live")).to_contain_text("Fixed time")
    assert "from=" in page.url


def test_a_reset_rebuilds_the_list_and_loses_nothing(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator(".loaded")).to_have_text("300 loaded")
    simulator.put([records.post(9_700, now())], live=False)
    simulator.reset()
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_700, 0).id)
    expect(page.locator(".loaded")).to_have_text("301 loaded")
    simulator.put([records.post(9_701, now())])
    expect(page.locator("#list article").first).to_have_attribute("data-id", records.post(9_701, 0).id)
    expect(page.get_by_role("button", name="Live. Press to pause")).to_be_visible()


def test_links_in_posts_keep_the_chosen_order(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    author = page.locator("#list article a.author").first
    author.wait_for()
    page.locator(".live").click()
    page.get_by_role("button", name="Likes").click()
    until(page, "document.querySelectorAll('#list article').length === 25")
    hrefs = page.locator("#list article a.author").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    hrefs += page.locator(".bars a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert [one for one in hrefs if "sort=likes" not in one] == []


def test_a_search_that_is_too_long_is_cut_with_a_message(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=" + "storm+" * 400)
    expect(page.get_by_role("combobox", name="Search")).not_to_have_value("")
    assert len(page.get_by_role("combobox", name="Search").input_value()) <= 1_024
    expect(page.locator(".toast")).to_contain_text("longer than 1,024 characters")
