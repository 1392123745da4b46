"""Wall mode: columns in turn without controls, posts after a delay, Escape leaves."""

from __future__ import annotations

from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator, now


def test_a_wall_holds_posts_back_covers_what_is_sensitive_and_leaves_by_escape(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.goto(f"{simulator.url}/?q=storm&wall&delay=2")
    page.locator(".wall-post").first.wait_for()
    assert page.locator("button:not([inert] *), input, a:not([inert] *)").count() == 0
    assert page.evaluate("document.querySelector('.wall-posts').inert")
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    head, text = (page.locator(f".wall-post {part}").first.evaluate(size) for part in ("header", ".text"))
    assert text > head >= 15, "the text is what is read from afar"
    assert violations(page) == []
    late = records.post(9_001, now(), text="A storm comes.", entities=[])
    simulator.put([late])
    shown = f"document.querySelector('.wall-post[data-id=\"{late.id}\"]') !== null"
    page.wait_for_timeout(500)
    assert not page.evaluate(shown)
    until(page, shown)
    page.keyboard.press("Escape")
    page.locator("#list article").first.wait_for()
    assert page.url == f"{simulator.url}/?q=storm"
