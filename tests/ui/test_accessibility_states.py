"""Accessibility of every state of the page: axe-core reports no violation, on a wide screen and on a dark phone.

All tests share one server and one page. Each starts from a healthy page and causes its state by a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pipeline.store.contract import SAMPLED, CoverageRow
from tests.ui import records
from tests.ui.axe import violations
from tests.ui.faults import FAULTS, HOUR, KINDS
from tests.ui.simulator import Simulator, now

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 800}


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    """Start a server with posts of the last hour, and two earlier periods: one not collected, one sampled."""
    made = Simulator()
    made.put([records.post(number, now() - number * 30_000) for number in range(1, 121)], live=False)
    begin = now() - 9 * HOUR
    for at, why in ((0, ""), (2, "connection refused"), (3, ""), (4, f"{SAMPLED}a budget"), (5, "")):
        made.store.add_coverage(CoverageRow("bluesky", begin + at * HOUR, None, "*", why))
    yield made.start()
    made.stop()


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """Open the page that all states share."""
    context = chromium.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == [], "in one of the states"


def check(page: Page) -> None:
    found = []
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        found += [f"{scheme}, {size['width']} px: {one}" for one in violations(page)]
    page.set_viewport_size(WIDE)
    assert found == []


def well(server: Simulator) -> None:
    fresh: dict[str, Any] = {
        "refuse_sockets": False, "locked": False, "stalled": False, "outage": None, "broken": set(),
        "sources": [{"name": "bluesky", "state": "live", "since": now(), "lag_s": 1.0}],
    }  # fmt: skip
    for name, value in fresh.items():
        setattr(server, name, value)


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_axe_reports_no_violation_in_a_state_of_a_running_page(server: Simulator, page: Page, kind: str) -> None:
    well(server)
    page.goto(server.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "live", timeout=15_000)
    page.locator("#list article").first.wait_for()
    FAULTS[kind](server)
    expect(page.locator(".status")).to_have_attribute("data-kind", KINDS.get(kind, kind), timeout=15_000)
    check(page)


def test_axe_reports_no_violation_while_connecting(server: Simulator, page: Page) -> None:
    well(server)
    server.refuse_sockets = True
    page.goto(server.url)
    expect(page.locator(".status")).to_have_attribute("data-kind", "connecting")
    check(page)


def test_axe_reports_no_violation_with_an_empty_store(page: Page) -> None:
    empty = Simulator().start()
    try:
        page.goto(empty.url)
        expect(page.locator(".empty")).to_have_attribute("data-kind", "empty")
        check(page)
    finally:
        empty.stop()


def test_axe_reports_no_violation_without_a_match(server: Simulator, page: Page) -> None:
    well(server)
    page.goto(f"{server.url}/?q=storm+xylophone")
    expect(page.locator(".empty")).to_have_attribute("data-kind", "no-match")
    expect(page.get_by_role("button", name="Closest: storm")).to_be_enabled()
    check(page)


@pytest.mark.parametrize(("hour", "kind"), [(2, "not-collected"), (4, "no-match")])
def test_axe_reports_no_violation_in_a_time_not_collected_or_sampled(
    server: Simulator, page: Page, hour: int, kind: str
) -> None:
    well(server)
    rows = sorted(server.store.coverage(), key=lambda row: row.since)
    begin = rows[0].since + hour * HOUR
    page.goto(f"{server.url}/?from={begin + 1000}&to={begin + HOUR // 2}")
    expect(page.locator(".empty")).to_have_attribute("data-kind", kind)
    check(page)
    if kind == "no-match":
        expect(page.locator(".empty")).to_contain_text("Only a sample was collected then: a budget.")
