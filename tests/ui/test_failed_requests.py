"""Failed requests: a refused or failed search and missing counts are shown with one action, and retried."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pipeline.store.contract import CoverageRow
from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator, now
from tests.ui.test_states import status


def not_live(page: Page) -> None:
    expect(page.locator(".live")).to_have_class(re.compile("tone-bad"))
    expect(page.locator("main")).not_to_contain_text("will appear here")


def test_a_malformed_search_in_the_address_offers_to_fix_it(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=re:zero")
    status(page, "search-wrong")
    not_live(page)
    expect(page.locator(".empty")).to_have_attribute("data-kind", "search-wrong")
    panel = page.get_by_label("Insight", exact=True)
    expect(panel).to_contain_text("There is no operator")
    expect(panel).not_to_contain_text("Counting")
    page.locator(".empty").get_by_role("button", name="Fix the search").click()
    expect(page.locator("#search")).to_be_focused()
    page.locator("#search").fill("storm")
    page.locator("#search").press("Enter")
    expect(panel.locator(".bars li").first).to_be_visible()
    expect(panel).not_to_contain_text("There is no operator")


def test_a_failed_search_is_retried_by_its_button_or_by_enter(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.broken = {"subscribe"}
    page = open_page(f"{simulator.url}/?q=storm")
    status(page, "search-failed")
    not_live(page)
    expect(page.locator(".empty")).to_contain_text("took too long and was stopped. Narrow it down. No new posts come")
    subscribed = len(simulator.subscribes)
    page.locator("#search").press("Enter")
    until(page, lambda: len(simulator.subscribes) > subscribed)
    status(page, "search-failed")
    simulator.broken = set()
    page.locator(".empty").get_by_role("button", name="Try again").click()
    expect(page.locator("#list article").first).to_be_visible()
    status(page, "live")


def test_a_past_span_that_failed_to_load_is_not_shown_as_empty(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.broken = {"search"}
    page = open_page(f"{simulator.url}/?from={now() - 600_000}&to={now()}")
    status(page, "search-failed")
    expect(page.locator(".empty")).not_to_contain_text("No stored post")
    simulator.broken = set()
    page.locator(".empty").get_by_role("button", name="Try again").click()
    expect(page.locator("#list article").first).to_be_visible()


@pytest.mark.parametrize("away", ["server", "store"])
def test_a_past_span_that_failed_to_load_is_loaded_when_the_server_recovers(
    simulator: Simulator, open_page: OpenPage, away: str
) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.broken = {"search"}
    simulator.outage = {"since": now() - 5_000, "why": "the disk is full"} if away == "store" else None
    page.wait_for_timeout(1_200)
    span = f"/?from={now() - 600_000}&to={now()}"
    page.evaluate("to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", span)
    status(page, "search-failed")
    simulator.broken = set()
    simulator.outage = None
    if away == "server":
        simulator.drop(1012)
    expect(page.locator("#list article").first).to_be_visible(timeout=10_000)


def test_the_histogram_says_that_counts_are_missing_until_they_arrive(
    simulator: Simulator, open_page: OpenPage
) -> None:
    simulator.broken = {"timeline"}
    page = open_page(simulator.url)
    expect(page.locator(".histogram")).to_contain_text("No counts over time: This search took too long")
    simulator.broken = set()
    expect(page.locator(".histogram figure")).to_be_visible(timeout=10_000)


def test_old_counts_show_their_time_and_the_failure(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    chart, panel = page.locator(".histogram"), page.locator(".panel")
    expect(chart.locator("figure")).to_be_visible()
    expect(panel.locator(".bars li").first).to_be_visible()
    simulator.broken = {"timeline", "top"}
    stale = re.compile(r"Last updated \d\d:\d\d:\d\d: This search took too long")
    expect(chart).to_contain_text(stale, timeout=15_000)
    expect(panel.locator(".warn")).to_contain_text(stale, timeout=15_000)
    expect(panel.locator(".bars li").first).to_be_visible()
    simulator.broken = set()
    expect(page.locator(".histogram .warn, .panel .warn")).to_have_count(0, timeout=15_000)


def test_a_new_connection_requests_the_facts_of_the_server_again(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.page["generated"] = True
    page = open_page(simulator.url)
    expect(page.get_by_label("About these posts")).to_be_visible()
    simulator.page["generated"] = False
    simulator.drop(1012)
    expect(page.get_by_label("About these posts")).to_have_count(0, timeout=10_000)


def test_a_source_that_is_no_longer_configured_causes_no_gap(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.store.add_coverage(CoverageRow("demo", now() - 7_200_000, None, "*", ""))
    simulator.store.add_coverage(CoverageRow("demo", now() - 3_600_000, None, "*", "stopped"))
    simulator.store.add_coverage(CoverageRow("bluesky", now() - 3_500_000, None, "*", ""))
    page = open_page(simulator.url)
    sentence = page.locator(".histogram figcaption")
    expect(sentence).to_contain_text("300 matches")
    expect(sentence).not_to_contain_text(re.compile("ollected|without"))


def test_an_outage_counts_as_a_gap_while_it_lasts(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.store.add_coverage(CoverageRow("bluesky", now() - 7_200_000, None, "*", ""))
    simulator.store.add_coverage(CoverageRow("bluesky", now() - 2_000, None, "*", "connection refused"))
    page = open_page(simulator.url)
    expect(page.locator(".histogram figcaption")).to_contain_text("1 gap.")
