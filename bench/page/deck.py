"""Deck of ten columns under load: heap, long tasks and frames while the columns together show the whole stream.

Each column searches for another tenth of the posts, so that every post reaches one column.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser

from bench.page.cdp_window import Window
from bench.page.frames import frames_while_scrolling
from bench.page.heap import heap_mb
from bench.page.last_minute import heap_before_last_minute, tasks_of_last_minute
from tests.e2e.product import Product, until

COLUMNS = 10
DEPTH = 500
"""Posts that each column loads."""
DEEP = 2_000
"""Posts that each column loads in the second window, which shows what a further post costs."""
SCROLLED_S = 10.0
PX_A_SECOND = 2_000
SHOWN = """document.querySelectorAll("[data-column] article").length"""
COUNTS = """[...document.querySelectorAll("[data-column] .loaded")]
  .map(one => parseInt(one.textContent.replace(/\\D/g, "")))"""


def address(columns: int = COLUMNS, depth: int = DEPTH) -> str:
    """Return the address of a deck: each column has another part of all posts."""
    share = 100 // columns
    searches = [f"sample:{share * (at + 1)}" + (f" -sample:{share * at}" if at else "") for at in range(columns)]
    return "/?" + urlencode([pair for query in searches for pair in (("q", query), ("depth", depth))])


def torrent_of_columns(data: Path, browser: Browser, seconds: float, rate: float) -> dict[str, Any]:
    """Show ten columns while posts stream in; return their figures."""
    product = Product(data, SOURCE="demo", DEMO_RATE=str(rate))
    try:
        product.wait_ready()
        until(lambda: product.stored() >= 1.2 * COLUMNS * DEEP, 300)
        window = _opened(browser, product, DEPTH)
        heap = heap_before_last_minute(window, seconds)
        tasks = tasks_of_last_minute(browser, seconds)
        frames = frames_while_scrolling(browser, window, PX_A_SECOND, min(SCROLLED_S, seconds / 6))
        window.close()
        per_post = _heap_a_post_kb(browser, product)
    finally:
        product.stop()
    return {
        "columns": COLUMNS,
        "seconds": seconds,
        **tasks,
        **heap,
        "heap_kb_a_further_post": per_post,
        "frames": [{"px_a_second": PX_A_SECOND} | frames],
    }


def _opened(browser: Browser, product: Product, depth: int) -> Window:
    """Open the deck; return once the columns in sight have their posts."""
    window = Window(browser)
    window.go(product.url + address(depth=depth))
    until(lambda: window.value(SHOWN) and min(window.value(COUNTS)) >= depth, 120)
    return window


def _heap_a_post_kb(browser: Browser, product: Product) -> float:
    """Return the heap that each further loaded post costs, kB, from two decks of different depths."""
    heaps = []
    for depth in (DEPTH, DEEP):
        window = _opened(browser, product, depth)
        window.call("Performance.enable")
        heaps.append(heap_mb(window))
        window.close()
    return round(1_000 * (heaps[1] - heaps[0]) / (COLUMNS * (DEEP - DEPTH)), 2)
