"""Bench of the page in Chromium under load: prints figures, and a verdict for each goal. `python -m bench.page --help`.

The product generates 500 posts a second on the same machine, so the figures hold for a busy two-core computer, not for
an idle one.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.page.cdp_window import Window
from bench.page.deck import address, torrent_of_columns
from bench.page.first_view import first_view
from bench.page.frames import frames_of_a_plain_page, frames_while_scrolling
from bench.page.last_minute import heap_before_last_minute, tasks_of_last_minute
from bench.page.verdict import table
from pipeline.settings import load
from tests import chromium
from tests.e2e.product import Product, until

QUIET_RATE = load({}).demo_rate
"""Posts a second that `make run` generates by default."""
QUIET_STORED = 600
SCROLLED_S = 10.0
COMPLETE = """document.querySelector("#list article") && document.querySelector(".cloud text") !== null"""
LOADED = """document.querySelector(".loaded").innerText"""
SPEEDS_PX_S = (2_000, 6_000)
"""Scroll speeds: a reader who skims (three windows a second), and a reader who looks for something far down."""


def run(minutes: float, rate: float, loaded: int, parts: str) -> dict[str, Any]:
    """Run the quiet part and the loaded ones, of one column, of ten, or both; return their figures."""
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        browser = chromium.launch(playwright, "--enable-precise-memory-info")
        figures = _quiet(Path(directory) / "quiet", browser, loaded, parts)
        if parts != "ten":
            figures |= _torrent(Path(directory) / "torrent", browser, minutes * 60, rate, loaded)
        if parts != "one":
            figures["deck"] = torrent_of_columns(Path(directory) / "deck", browser, minutes * 60, rate)
        browser.close()
    return figures


def _quiet(data: Path, browser: Browser, loaded: int, parts: str) -> dict[str, Any]:
    product = Product(data, SOURCE="demo")
    try:
        product.wait_ready()
        until(lambda: product.stored() >= QUIET_STORED, 120)
        until(lambda: _grown(product) <= 3 * QUIET_RATE, 120)  # the generated history is stored
        figures: dict[str, Any] = {"quiet_posts_a_second": QUIET_RATE, "first_view": first_view(browser, product.url)}
        if parts != "one":
            figures["first_view_of_ten"] = first_view(browser, product.url + address())
        if parts == "ten":
            return figures
        window = _opened(browser, product)
        until(lambda: _held(window) >= loaded, 120)
        frames = _scrolled(browser, window, SCROLLED_S)
        return figures | {"quiet_frames": frames}
    finally:
        product.stop()


def _opened(browser: Browser, product: Product) -> Window:
    """Open the page in a window; return once posts and word cloud are drawn."""
    window = Window(browser)
    window.go(product.url)
    until(lambda: bool(window.value(COMPLETE)), 60)
    return window


def _scrolled(browser: Browser, window: Window, seconds: float) -> list[dict[str, Any]]:
    """Return the frames of the page at each speed, each with those of a plain page. Closes the window of the page."""
    figures = [{"px_a_second": px} | frames_while_scrolling(browser, window, px, seconds) for px in SPEEDS_PX_S]
    window.close()
    for one in figures:
        plain = frames_of_a_plain_page(browser, one["px_a_second"], seconds)
        one |= {f"plain_{name}": plain[name] for name in ("a_second", "stolen")}
    return figures


def _held(window: Window) -> int:
    """Return the number of loaded posts that the page displays."""
    return int(window.value(LOADED).split()[0].replace(",", ""))


def _events(product: Product) -> int:
    """Return the number of events that the product has read: posts, edits, deletions."""
    with urllib.request.urlopen(f"{product.url}/metrics", timeout=15) as answer:
        found = re.search(r"^murmur_records_read_total ([\d.e+]+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


def _grown(product: Product) -> int:
    """Return the number of posts stored within one second."""
    before = product.stored()
    time.sleep(1)
    return product.stored() - before


def _torrent(data: Path, browser: Browser, seconds: float, rate: float, loaded: int) -> dict[str, Any]:
    product = Product(data, SOURCE="demo", DEMO_RATE=str(rate))
    try:
        product.wait_ready()
        until(lambda: product.stored() >= loaded, 120)
        window = _opened(browser, product)
        heap = heap_before_last_minute(window, seconds)
        came, began = _events(product), time.monotonic()
        tasks = tasks_of_last_minute(browser, seconds)
        arrived = (_events(product) - came) / (time.monotonic() - began)
        loaded = _held(window)
        frames = _scrolled(browser, window, min(SCROLLED_S, seconds / 6))
    finally:
        product.stop()
    return {
        "seconds": seconds,
        "asked_posts_a_second": rate,
        "events_a_second": round(arrived),
        "loaded": loaded,
        **tasks,
        **heap,
        "frames": frames,
    }


def main() -> None:
    """Run the bench; print the figures as JSON and the goals as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--loaded", type=int, default=5_000)
    parser.add_argument(
        "--columns", choices=("one", "ten", "both"), default="both", help="one column, ten, or both in turn"
    )
    given = parser.parse_args()
    figures = run(given.minutes, given.rate, given.loaded, given.columns)
    print(json.dumps(figures, indent=1))
    print(table(figures))


if __name__ == "__main__":
    main()
