"""The browser, the simulator, and the product behind the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.conftest import missing
from tests.e2e.product import Product
from tests.paths import PROJECT
from tests.ui import records
from tests.ui.simulator import Simulator, now

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The page must have been built (`make page`)."""
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulated server with three hundred posts of the last twenty minutes."""
    made = Simulator()
    made.put([records.post(number, now() - number * 4_000) for number in range(1, 301)], live=False)
    yield made.start()
    made.stop()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open the page of a server; any error the page makes fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def begin(url: str, *, width: int = 1280, height: int = 900, at: int | None = None, **options: Any) -> Page:
        """`at` (ms) holds the page's clock still at a moment; its timers go on."""
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        if at is not None:
            page.clock.set_fixed_time(datetime.fromtimestamp(at / 1000, UTC))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
        if url != "about:blank":  # else the test looks on while the page is loaded
            page.goto(url)
            page.locator(".status").wait_for()
        return page

    yield begin
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as a person starts it, with generated posts."""
    made = Product(tmp_path_factory.mktemp("product") / "data", SOURCE="demo", DEMO_RATE="20")
    try:
        yield made.wait_ready()
    finally:
        made.end()


def articles(page: Page) -> list[str]:
    """Return the ids of the cards in the document, in order."""
    found: list[str] = page.eval_on_selector_all("#list article", "all => all.map(one => one.dataset.id)")
    return found


def numbers(cells: Locator) -> list[int]:
    """Return the whole numbers that elements show."""
    return [int(text.replace(",", "")) for text in cells.all_inner_texts()]


def held(page: Page) -> None:
    """Load a page anew under a clock that stands still; only `ticked` moves it."""
    page.clock.install()
    page.reload()
    page.locator("#list article").first.wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 10)


def ticked(page: Page, true: Callable[[], bool], most_ms: int) -> None:
    """Let a held clock go on, `most_ms` at most, until something is true; the server has its own time."""
    for _ in range(200):
        if true():
            return
        page.clock.run_for(most_ms // 200)
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {most_ms} ms of the page's time")


def until(page: Page, true: str | Callable[[], bool]) -> None:
    """Wait until a script of the page, or a function of the test's, says true.

    Asked from here: polling in the page needs `eval`, which its policy forbids.
    """
    for _ in range(200):
        if page.evaluate(true) if isinstance(true, str) else true():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {true}")
