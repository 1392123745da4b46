"""States of the page, each caused by a fault: each shows words, a cause, a start time and one action."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from pipeline.store.contract import CoverageRow
from tests.ui import records
from tests.ui.conftest import OpenPage
from tests.ui.simulator import Simulator, now


def status(page: Page, kind: str) -> None:
    expect(page.locator(".status")).to_have_attribute("data-kind", kind, timeout=60_000)


def test_the_state_is_connecting_until_the_server_answers(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.refuse_sockets = True
    page = open_page(simulator.url)
    status(page, "connecting")
    expect(page.locator(".status .cause")).not_to_be_empty()
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    simulator.refuse_sockets = False
    # Clicked in one step: the page may reconnect by itself, and then the button is gone.
    page.evaluate("document.querySelector('.status .action button')?.click()")
    status(page, "live")


def test_an_empty_store_announces_the_first_posts(open_page: OpenPage) -> None:
    simulator = Simulator().start()
    try:
        page = open_page(simulator.url)
        expect(page.locator(".empty")).to_have_attribute("data-kind", "empty")
        expect(page.locator(".empty")).to_contain_text("Bluesky live")
        simulator.put([records.post(1, now())])
        expect(page.locator("#list article")).to_have_count(1)
    finally:
        simulator.stop()


def test_no_match_offers_the_closest_search_with_matches(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm+xylophone")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "no-match")
    page.get_by_role("button", name="Closest: storm, ").wait_for()
    page.get_by_role("button", name="Closest: storm, ").click()
    expect(page.locator("#column-title")).to_have_text("storm")
    expect(page.locator("#list article").first).to_be_visible()


def test_a_time_not_collected_differs_from_no_match(simulator: Simulator, open_page: OpenPage) -> None:
    hour = 3_600_000
    begin = now() - 5 * hour
    simulator.store.add_coverage(CoverageRow("bluesky", begin - hour, None, "*", ""))
    simulator.store.add_coverage(CoverageRow("bluesky", begin, None, "*", "connection refused"))
    simulator.store.add_coverage(CoverageRow("bluesky", begin + 2 * hour, None, "*", ""))
    page = open_page(f"{simulator.url}/?from={begin + 1000}&to={begin + hour}")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "not-collected")
    expect(page.locator(".empty")).to_contain_text("connection refused")
    expect(page.locator(".live")).to_contain_text("Fixed time")
    page.locator(".empty").get_by_role("button", name="Back to live").click()
    expect(page.locator("#list article").first).to_be_visible()


def test_a_source_that_is_down_shows_cause_and_start(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.sources = [
        {
            "name": "x",
            "state": "down",
            "since": now() - 90_000,
            "lag_s": None,
            "detail": "401 Unauthorized",
            "generated": False,
        }
    ]
    status(page, "source-down")
    expect(page.locator(".status .cause")).to_have_text("401 Unauthorized")
    expect(page.locator(".status .state")).to_contain_text("for 2 min")
    page.locator(".status").get_by_role("button", name="Show coverage").click()
    expect(page.get_by_role("dialog", name="Coverage and gaps")).to_contain_text("X is down")


def test_on_a_phone_the_coverage_dialog_shows_the_cause(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url, width=375, height=800, has_touch=True, is_mobile=True)
    status(page, "live")
    simulator.refuse_sockets = True
    simulator.drop(1012)
    status(page, "reconnecting")
    page.locator(".status .state").tap()
    expect(page.get_by_role("dialog", name="Coverage and gaps")).to_contain_text(
        "The connection to the server was lost"
    )


def test_the_next_step_is_copied_without_the_clipboard_api(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.route("**/api/page", lambda route: route.abort())  # what is copied is what is shown, also before the server's
    page.reload()
    simulator.sources = [{"name": "replay", "state": "ended", "since": now()}]
    status(page, "replay-ended")
    copy = page.locator(".status").get_by_role("button", name="Copy")
    copy.click()
    expect(page.locator(".status .action")).to_contain_text("Copied")
    expect(copy).to_be_focused()
    page.get_by_role("combobox", name="Search").fill("")
    page.keyboard.press("Control+V")
    expect(page.get_by_role("combobox", name="Search")).to_have_value("SOURCE=bluesky make run")


def test_a_spent_budget_is_shown_also_beside_a_healthy_source(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    spent = "4,900 of 5,000 posts this month: no more is read until 01 December 00:00 UTC"
    resting = {"name": "x", "state": "resting", "since": now() - 90_000, "detail": spent}
    simulator.sources = [resting]
    status(page, "resting")
    expect(page.locator(".status .state")).to_contain_text("X: paused on purpose")
    expect(page.locator(".status .cause")).to_have_text(spent)
    expect(page.get_by_role("complementary", name="About X")).to_contain_text(spent)
    simulator.sources = [{"name": "bluesky", "state": "live", "since": now()}, resting | {"state": "sampling"}]
    status(page, "live")
    expect(page.get_by_role("complementary", name="About X")).to_contain_text("X sampled")


def test_the_state_is_reconnecting_while_the_server_is_away(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.refuse_sockets = True
    simulator.drop(1012)
    status(page, "reconnecting")
    expect(page.locator(".status").get_by_role("button", name="Try now")).to_be_visible()
    simulator.refuse_sockets = False
    page.evaluate("document.querySelector('.status .action button')?.click()")
    status(page, "live")


def test_the_state_is_lagged_until_the_page_has_caught_up(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.stalled = True
    simulator.lag()
    status(page, "lagged")
    simulator.stalled = False
    simulator.drop(1012)
    status(page, "live")


def test_a_replay_that_ended_offers_the_next_step(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    simulator.sources = [
        {"name": "replay", "state": "ended", "since": now(), "lag_s": None, "detail": "", "generated": False}
    ]
    status(page, "replay-ended")
    expect(page.locator(".status")).to_contain_text("SOURCE=bluesky make run")


def test_signed_out_offers_to_sign_in(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    simulator.locked = True
    simulator.drop(4401)
    status(page, "signed-out")
    page.locator(".status").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("dialog", name="Sign in").get_by_label("Access token")).to_be_visible()


def test_a_permanent_refusal_is_not_retried(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    status(page, "live")
    subscribed = len(simulator.subscribes)
    simulator.drop(4400)
    status(page, "refused")
    page.wait_for_timeout(2_500)
    assert len(simulator.subscribes) == subscribed


def test_a_server_without_its_broker_has_its_own_state(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    simulator.reconnecting = True
    status(page, "reconnecting")
    expect(page.locator(".status .state")).to_contain_text("Server reconnecting")


def test_generated_posts_are_marked_and_split_stores_are_named(open_page: OpenPage) -> None:
    simulator = Simulator()
    simulator.page["generated"] = True
    simulator.page["problem"] = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"
    simulator.start()
    try:
        page = open_page(simulator.url)
        expect(page.get_by_label("About these posts")).to_contain_text("SOURCE=bluesky make run")
        expect(page.get_by_role("alert")).to_contain_text("do not share a store")
    finally:
        simulator.stop()


def test_without_sockets_the_page_uses_event_streams(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.refuse_sockets = True
    page = open_page(simulator.url)
    post = json.dumps(json.loads(simulator.body(records.post(8_000, now()))))
    simulator.stream = (
        'event: subscribed\ndata: {"type":"subscribed","id":"s1","key":"k","query":"*","terms":[]}\n\n'
        'event: history\ndata: {"type":"history","id":"s1","key":"k","posts":[],"done":true,"after":1}\n\n'
        f'id: 2\nevent: posts\ndata: {{"type":"posts","key":"k","after":2,"posts":[{post}]}}\n\n'
    )
    expect(page.locator("#list article")).to_have_count(1, timeout=15_000)


def test_the_page_returns_to_a_socket_when_the_server_is_back(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.refuse_sockets = True
    page = open_page(simulator.url)
    while not any(path.startswith("/api/stream") for path in simulator.requests):  # ended by pytest's timeout
        page.wait_for_timeout(50)
    assert not simulator.subscribes
    simulator.refuse_sockets = False
    status(page, "live")
    assert simulator.subscribes
    expect(page.locator("#list article").first).to_be_visible()


def test_all_posts_are_offered_where_no_shorter_search_has_matches(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=xylophone")
    page.get_by_role("button", name="Show all posts").click()
    expect(page.locator("#column-title")).to_have_text("All posts")
    expect(page.locator("#list article").first).to_be_visible()
