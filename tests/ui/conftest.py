"""Fixtures of the page tests (browser pages, simulated server, running product), and helpers that read a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.conftest import missing
from tests.e2e.product import Product, generated
from tests.paths import PROJECT
from tests.ui import records
from tests.ui.simulator import Simulator, now

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Check that the page has been built (`make page`)."""
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Return a simulated server with 300 posts of the last twenty minutes."""
    made = Simulator()
    made.put([records.post(number, now() - number * 4_000) for number in range(1, 301)], live=False)
    yield made.start()
    made.stop()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Return a function that opens the page of a server. A JavaScript error in the page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def begin(url: str, *, width: int = 1280, height: int = 900, at: int | None = None, **options: Any) -> Page:
        """Open a page. `at` (ms) sets the page's clock to a fixed time; its timers continue."""
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        if at is not None:
            page.clock.set_fixed_time(datetime.fromtimestamp(at / 1000, UTC))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
        if url != "about:blank":  # with about:blank the test navigates itself
            page.goto(url)
            page.locator(".status").wait_for()
        return page

    yield begin
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start the product as a person does, with generated posts."""
    with generated(tmp_path_factory.mktemp("product") / "data") as made:
        yield made


def articles(page: Page) -> list[str]:
    """Return the ids of the cards in the document, in order."""
    found: list[str] = page.eval_on_selector_all("#list article", "all => all.map(one => one.dataset.id)")
    return found


def numbers(cells: Locator) -> list[int]:
    """Return the whole numbers that elements show."""
    return [int(text.replace(",", "")) for text in cells.all_inner_texts()]


def freeze_clock(page: Page) -> None:
    """Reload a page under a stopped clock; only `advance_clock_until` and `run_for` move it."""
    page.clock.install()
    page.reload()
    page.locator("#list article").first.wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 10)


def advance_clock_until(page: Page, true: Callable[[], bool], most_ms: int) -> None:
    """Advance a stopped clock by at most `most_ms` until a condition is true. The server keeps its own time."""
    for _ in range(200):
        if true():
            return
        page.clock.run_for(most_ms // 200)
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {most_ms} ms of the page's time")


def until(page: Page, true: str | Callable[[], bool]) -> None:
    """Wait until a script in the page, or a function of the test, returns true.

    The condition is polled from the test: polling in the page needs `eval`, which the page's policy forbids.
    """
    for _ in range(200):
        if page.evaluate(true) if isinstance(true, str) else true():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {true}")
