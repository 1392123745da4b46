"""Accessibility check with axe-core: returns the violations on a page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.conftest import missing
from tests.paths import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESTED = "() => document.getAnimations().every(one => one.playState !== 'running')"


def violations(page: Page) -> list[str]:
    """Return the violated rules, each with its elements. Waits for running animations first."""
    if not AXE.exists():
        missing("axe-core: run `npm ci`")
    page.wait_for_function(RESTED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    # Only violations are described: describing passed rules takes most of the time.
    found = page.evaluate("tags => axe.run({ runOnly: tags, resultTypes: ['violations'] })", TAGS)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found["violations"]]
