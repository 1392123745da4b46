"""Faulty parts: a part that cannot be drawn or loaded shows a message, and the rest of the page continues."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Route, expect

from tests.ui import records
from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator, now


def status(page: Page, kind: str, *, within_ms: int = 20_000) -> None:
    expect(page.locator(".status")).to_have_attribute("data-kind", kind, timeout=within_ms)


def test_a_post_that_cannot_be_drawn_shows_a_message_and_the_rest_continues(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    body = json.loads(Simulator().body(records.post(9_001, now())))
    simulator.send_frame("posts", posts=[body | {"created_at": 9_000_000_000_000_000}], after=simulator.seq)
    bad = page.locator(f'article[data-id="{body["id"]}"]')
    expect(bad).to_have_text("This post cannot be shown.")
    simulator.put([records.post(9_002, now())])
    page.locator(f'article[data-id="{records.post(9_002, 0).id}"]').wait_for()
    page.get_by_role("combobox", name="Search").fill("harbour")
    page.keyboard.press("Enter")
    expect(page.locator("#column-title")).to_have_text("harbour")
    page.locator("#list article").first.wait_for()


def test_a_panel_that_cannot_be_drawn_leaves_the_list_alone(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator(".bars a").first.wait_for()

    def spoilt(route: Route) -> None:
        answer = route.fetch().json()
        answer["items"] = [{**answer["items"][0], "value": 7, "label": {}}]
        route.fulfill(json=answer)

    page.route("**/api/top?*", spoilt)
    panel = page.get_by_role("complementary", name="Insight")
    expect(panel).to_contain_text("The panel cannot be shown.", timeout=15_000)
    simulator.put([records.post(9_010, now())])
    page.locator(f'article[data-id="{records.post(9_010, 0).id}"]').wait_for()
    page.unroute("**/api/top?*")
    with page.expect_response(re.compile("/api/top")):
        pass
    panel.get_by_role("button", name="Try again").click()
    page.locator(".bars a").first.wait_for()


def test_charts_continue_after_a_malformed_response(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator(".count")).to_have_text("300")
    page.route("**/api/timeline?*", lambda route: route.fulfill(json={"took_ms": 1, "total": 1, "buckets": None}))
    with page.expect_response(re.compile("/api/timeline")):
        pass
    page.unroute("**/api/timeline?*")
    simulator.put([records.post(9_020, now())])
    expect(page.locator(".count")).to_have_text("301", timeout=20_000)


def test_charts_update_again_after_signing_in(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    expect(page.locator(".count")).to_have_text("300")
    simulator.locked = True
    status(page, "signed-out")
    simulator.put([records.post(9_030, now())])
    simulator.locked = False
    status(page, "live")
    expect(page.locator(".count")).to_have_text("301", timeout=20_000)


def test_a_missing_chunk_after_a_deploy_offers_a_reload(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.context.route(re.compile(r"assets/(timeChart|cloud)"), lambda route: route.fulfill(status=404, body="{}"))
    page.reload()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("The page has changed")
    page.locator("#list article").first.wait_for()
    page.context.unroute(re.compile(r"assets/(timeChart|cloud)"))
    notice.get_by_role("button", name="Reload").click()
    page.locator(".histogram canvas").first.wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_dialog_with_a_missing_chunk_closes_and_offers_a_reload(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.context.route("**/assets/DialogContent-*.js", lambda route: route.fulfill(status=404, body="{}"))
    page.reload()
    page.locator("#list article").first.wait_for()
    page.get_by_role("button", name="Column menu").click()
    expect(page.get_by_role("alert")).to_contain_text("The page has changed")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Column menu")).to_be_focused()


def test_a_dialog_whose_contents_are_loading_has_the_focus_and_closes_on_escape(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    pending: list[Route] = []

    def hold(route: Route) -> None:
        pending.append(route)

    page.context.route("**/assets/DialogContent-*.js", hold)
    page.reload()
    page.locator("#list article").first.wait_for()
    button = page.get_by_role("button", name="Column menu")
    button.click()
    dialog = page.get_by_role("dialog", name="This column")
    expect(dialog.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    until(page, lambda: bool(pending))
    for route in pending:
        route.continue_()
    expect(dialog).to_contain_text("Only these languages")


def test_a_missing_start_chunk_after_a_deploy_shows_a_message(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.context.route("**/assets/start-*.js", lambda route: route.fulfill(status=404, body="{}"))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The page has changed")


def test_a_silent_connection_is_not_shown_as_live(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.silent = True
    # The test asserts the state while the socket is still open, not how soon it comes.
    status(page, "reconnecting", within_ms=10_000)
    expect(page.locator(".live")).to_have_class(re.compile("tone-warn"))
    simulator.silent = False
    status(page, "live")
    simulator.put([records.post(9_040, now())])
    page.locator(f'article[data-id="{records.post(9_040, 0).id}"]').wait_for()


def test_the_connection_is_probed_when_the_network_returns(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    subscribed = len(simulator.subscribes)
    simulator.silent = True
    page.evaluate("dispatchEvent(new Event('online'))")
    status(page, "reconnecting")
    simulator.silent = False
    status(page, "live")
    assert len(simulator.subscribes) > subscribed, "the connection was kept although nothing came over it"
