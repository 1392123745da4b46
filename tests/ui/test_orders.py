"""Orders of the list in a browser: "Latest" is a stream, every other order a ranking of original posts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pipeline.post import Author, Counts, Post
from tests.ui import records
from tests.ui.conftest import OpenPage, advance_clock_until, articles, freeze_clock
from tests.ui.simulator import Simulator, now

ORDERS = {
    "Latest": ("latest", "cba"),
    "Followers": ("followers", "acb"),
    "Reposts": ("reposts", "bac"),
    "Reposted here": ("inview", "cb"),
    "Reach": ("reach", "bac"),
    "Likes": ("likes", "bac"),
    "Replies": ("replies", "abc"),
}
"""Orders by the name of their button: the name in the address, and the expected order of the posts."""


def _original(name: str, age_s: int, followers: int, counts: Counts) -> Post:
    return records.post(
        0,
        now() - age_s * 1_000,
        id=f"x:{name}",
        source="x",
        text=f"quiet {name * 7} {name * 9}",
        author=Author(name, name, followers=followers),
        counts=counts,
    )


@pytest.fixture
def three(simulator: Simulator) -> Simulator:
    """Put three posts with "quiet" into the server, each first in some order; two of them are reposted."""
    originals = [
        _original("a", 30, 900, Counts(replies=9, reposts=5, likes=1)),
        _original("b", 20, 10, Counts(replies=3, reposts=50, likes=100)),
        _original("c", 10, 300, Counts(replies=1, reposts=None, likes=None)),
    ]
    reposts = []
    for number, (at, followers) in enumerate(((1, 5_000), (1, 200), (1, 5_000), (2, 1), (2, 1), (2, 1))):
        repost = records.repost(number, originals[at], now() - 5_000 + number)
        who = "r0" if followers == 5_000 else f"r{number}"
        repost.author = Author(who, who, followers=followers)
        reposts.append(repost)
    simulator.put([*originals, *reposts], live=False)
    return simulator


def test_each_order_sorts_by_its_field(three: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{three.url}/?q=quiet")
    page.locator("#list article").nth(2).wait_for()
    steps = page.evaluate("history.length")
    for name, (sort, expected) in ORDERS.items():
        button = page.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#list article")).to_have_count(len(expected))
        assert articles(page) == [f"x:{one}" for one in expected], name
        assert page.url.endswith("/?q=quiet" if sort == "latest" else f"/?q=quiet&sort={sort}")
    assert page.evaluate("history.length") == steps, "an order is no step of the history"


def test_a_ranking_shows_reposts_in_view_and_counts_each_account_once(three: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{three.url}/?q=quiet&sort=reach")
    first = page.locator("#list article").first
    expect(first.locator(".in-view")).to_have_text("3 reposts loaded, reach 5.2K")
    first.get_by_role("button", name="3 reposts").click()
    expect(first.locator(".under li").first).to_have_text(re.compile(r"r0\s*@r0 5K followers"))


def test_a_ranking_is_renewed_by_a_click_and_every_five_seconds(three: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{three.url}/?q=quiet&sort=likes")
    freeze_clock(page)
    likes = page.get_by_role("button", name="Likes", exact=True)
    with page.expect_response("**/api/search?*"):
        likes.click()  # makes the ranking anew: its five seconds begin
    page.clock.run_for(200)
    assert articles(page) == ["x:b", "x:a", "x:c"]
    three.put([_original("d", 1, 1, Counts(likes=1_000))])
    advance_clock_until(page, lambda: "10 loaded" in page.locator(".loaded").inner_text(), 4_000)
    assert articles(page) == ["x:b", "x:a", "x:c"]
    likes.click()
    advance_clock_until(page, lambda: len(articles(page)) == 4, 2_000)
    assert articles(page)[0] == "x:d"
    three.put([_original("e", 1, 1, Counts(likes=2_000))])
    page.clock.run_for(5_000)
    advance_clock_until(page, lambda: articles(page)[0] == "x:e", 2_000)
