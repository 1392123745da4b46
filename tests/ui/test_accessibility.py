"""Accessibility: axe-core, and the properties axe cannot check (names, tab order, announcements, tables, keys)."""

from __future__ import annotations

import itertools
import re
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage, articles, numbers, until
from tests.ui.simulator import Simulator, now


def settings(page: Page, **values: object) -> None:
    page.evaluate("values => localStorage.setItem('murmuration', JSON.stringify(values))", values)
    page.reload()
    page.locator("#list article").first.wait_for()


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_reports_no_violation(simulator: Simulator, open_page: OpenPage, theme: str) -> None:
    page = open_page(f"{simulator.url}/?q=storm+OR+ferry", width=1280, height=800)
    settings(page, theme=theme, recent=["storm"])
    assert violations(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_role("button", name="Insight", exact=True).wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Insight", exact=True).click()
    page.locator(".bars li").first.wait_for()
    assert violations(page) == []


def test_axe_reports_no_violation_in_dialogs(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    for name in ("Saved", "Column menu", "Help, keys and settings"):
        page.get_by_role("button", name=name).click()
        page.locator("dialog header + *").first.wait_for()  # the contents are loaded on demand
        assert violations(page, within="dialog") == [], name
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=name)).to_be_focused()


def test_axe_reports_no_violation_in_tabs(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    for name in ("Trending", "Hashtags", "Links", "Authors", "Domains", "Languages"):
        tab = page.get_by_role("tab", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        page.locator("#tab-panel .based").wait_for()
        assert violations(page, within=".words") == [], name


def test_landmarks_headings_and_cards_have_accessible_names(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm")
    page.locator("#list article").first.wait_for()
    for landmark in ("search", "main", "contentinfo", "complementary"):
        assert page.locator("body").aria_snapshot().count(f"- {landmark}") == 1
    expect(page.get_by_role("region", name="storm")).to_have_count(1)
    expect(page.get_by_role("heading", level=2, name="storm")).to_have_count(1)
    expect(page.get_by_role("feed", name="Posts, newest first")).to_have_count(1)
    card = page.get_by_role("article").first
    expect(card).to_have_attribute("aria-posinset", "1")
    who, when, text = card.evaluate(
        "one => one.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id).textContent)"
    )
    assert re.search(r"\d{4}.*\d:\d\d:\d\d.* \S", when), f"an exact time with its zone, not {when}"
    spoken = " ".join(f"{who} {when} {text}".split())
    expect(card).to_have_accessible_name(spoken)


def test_the_tab_key_visits_search_status_live_orders_list_and_panel(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.locator(".bars li").first.wait_for()
    parts = ["#search", ".status .state", ".live", ".order-list button", "#list article", ".panel select"]
    order = page.evaluate(
        """parts => {
          const stops = document.querySelectorAll("a[href], button, input, select, [tabindex]");
          const all = [...stops].filter(one => one.tabIndex >= 0);
          return parts.map(part => all.indexOf(document.querySelector(part)));
        }""",
        parts,
    )
    assert -1 not in order
    assert order == sorted(order)


def test_the_focused_card_shows_the_exact_time(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url, timezone_id="UTC")
    page.locator("#list article").first.wait_for()
    time = page.locator("#list article time").first
    wide = "one => one.querySelector('.exact').getBoundingClientRect().width"
    assert time.evaluate(wide) <= 1
    page.keyboard.press("j")
    expect(page.locator("#list article").first).to_be_focused()
    assert time.evaluate(wide) > 100
    expect(time.locator(".ago")).to_be_hidden()
    expect(time).to_contain_text("UTC")


def _newest_is_of(page: Page, ids: set[str]) -> bool:
    return articles(page)[0] in ids


def test_new_posts_are_announced_at_most_every_thirty_seconds(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.clock.install()
    page.reload()
    page.locator("#list article").first.wait_for()
    page.evaluate(
        """() => {
          window.said = [];
          const live = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]';
          new MutationObserver(changes => changes.forEach(change => {
            const at = change.target.nodeType === 1 ? change.target : change.target.parentElement;
            const region = at && at.closest(live);
            if (region) window.said.push([Date.now(), region.innerText, region.outerHTML.slice(0, 80)]);
          })).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    for second in range(40):
        posts = [records.post(10_000 + second * 50 + n, now() + second * 1_000) for n in range(50)]
        simulator.put(posts)
        # The socket has its own time: the page's clock waits for its frames.
        until(page, partial(_newest_is_of, page, {post.id for post in posts}))
        page.clock.run_for(1_000)
    said = [one for one in page.evaluate("window.said") if one[1]]
    assert said
    assert all("new posts" in text for _, text, _ in said), said
    times = [at for at, _, _ in said]
    assert all(later - earlier >= 29_900 for earlier, later in itertools.pairwise(times)), said
    assert len(said) <= 1 + (times[-1] - times[0]) / 30_000 + 0.1


def test_announcements_can_be_switched_off(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.get_by_role("button", name="Help, keys and settings").click()
    page.get_by_label("Announce new posts").uncheck()
    page.keyboard.press("Escape")
    page.clock.install()
    page.reload()
    page.locator("#list article").first.wait_for()
    posts = [records.post(11_000 + n, now()) for n in range(50)]
    simulator.put(posts)
    until(page, partial(_newest_is_of, page, {post.id for post in posts}))
    page.clock.run_for(40_000)
    expect(page.locator("#spoken")).to_be_empty()


def test_every_chart_has_a_summary_and_a_table_with_the_same_figures(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    histogram = page.get_by_role("figure", name="Matches over time", exact=True)
    expect(histogram.locator("figcaption")).to_contain_text("300 matches")
    page.get_by_role("button", name="Show as table").first.click()
    table = page.get_by_role("region", name="Matches over time, table")
    assert sum(numbers(table.locator("td:nth-child(2)"))) == 300
    steps = page.locator(".series")
    expect(steps.locator("figcaption")).to_contain_text("300 matches")
    steps.get_by_role("button", name="Show as table").click()
    assert sum(numbers(steps.locator("td:nth-child(2)"))) == 300
    expect(steps.locator(".based")).to_contain_text("based on 300 of 300")
    cloud = page.get_by_role("figure", name="Word cloud")
    expect(cloud.locator("figcaption")).to_contain_text("The most frequent words")
    cloud.get_by_role("button", name="Show as table").click()
    expect(cloud.locator("tbody tr").nth(20)).to_be_visible()


def test_buttons_choose_a_time_range_as_dragging_does(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator(".histogram .u-over").wait_for()
    box = page.locator(".histogram .u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 30, steps=5)
    page.mouse.up()
    expect(page.locator(".live")).to_contain_text("Fixed time")
    assert "from=" in page.url
    page.get_by_role("button", name="All time").click()
    expect(page.locator(".live")).to_contain_text("Live")
    page.get_by_role("button", name="Zoom in (latest half)").click()
    expect(page.locator(".live")).to_contain_text("Fixed time")
    page.locator(".live").click()
    expect(page.locator(".live")).to_contain_text("Live")


def test_keyboard_shortcuts_work_and_can_be_switched_off(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    expect(page.locator(".live")).to_contain_text("Paused")
    page.keyboard.press("Space")
    expect(page.locator(".live")).to_contain_text("Live")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Help and settings")
    dialog.get_by_label("Keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".live")).to_contain_text("Live")


def test_a_time_chart_of_one_step_shows_its_point(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    newest = int(page.evaluate("fetch('/api/timeline?q=*').then((answer) => answer.json()).then((found) => found.to)"))
    page.goto(f"{simulator.url}/?from={newest - 1_000}&to={newest}")
    page.locator(".series canvas").wait_for()
    page.wait_for_function(
        """() => {
          const canvas = document.querySelector('.series canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let coloured = 0;
          for (let at = 0; at < data.length; at += 4) {
            const colour = data.slice(at, at + 3);
            if (data[at + 3] > 200 && Math.max(...colour) - Math.min(...colour) > 60) coloured++;
          }
          return coloured > 20;
        }"""
    )


def test_an_address_with_an_impossible_time_opens_the_page_live(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?from=0&to=9000000000000000")
    page.locator("#list article").first.wait_for()
    expect(page.locator(".live")).to_contain_text("Live")
