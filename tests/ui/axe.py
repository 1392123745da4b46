"""Accessibility check with axe-core: returns the violations on a page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.conftest import missing
from tests.paths import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESTED = "() => document.getAnimations().every(one => one.playState !== 'running')"


RUN = "([within, tags]) => axe.run(within, { runOnly: tags, resultTypes: ['violations'] })"
"""Only violations are described: describing passed rules takes most of the time."""


def violations(page: Page, *, within: str = "html") -> list[str]:
    """Return the violated rules, each with its elements. Waits for running animations first.

    Args:
        page: the page.
        within: selector of the part that is examined, where the rest was examined before.
    """
    if not AXE.exists():
        missing("axe-core: run `npm ci`")
    page.wait_for_function(RESTED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(RUN, [within, TAGS])
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found["violations"]]
