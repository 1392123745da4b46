"""Several columns: side by side, moved, removed and brought back, collapsed, out of sight, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from pipeline.post import ReplyTo
from tests.ui import records
from tests.ui.axe import violations
from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator, now


@pytest.fixture
def harbour(simulator: Simulator) -> Simulator:
    """Put 40 posts for each of three searches into the server."""
    for number, word in enumerate(("alpha", "bravo", "delta")):
        made = [
            records.post(2_000 + 100 * number + at, now() - at * 5_000, text=f"{word} {at} {at * 7} {at * 13} report")
            for at in range(40)
        ]
        simulator.put(made, live=False)
    return simulator


def columns(page: Page) -> list[str]:
    """Return the titles of the columns, in order."""
    return page.locator("[data-column] h2 bdi").all_inner_texts()


def column(page: Page, title: str) -> Locator:
    return page.locator("[data-column]").filter(has=page.locator("h2", has_text=title))


def box_of(part: Locator) -> FloatRect:
    """Return the place and size of an element."""
    box = part.bounding_box()
    assert box is not None
    return box


def test_two_searches_stand_side_by_side(harbour: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{harbour.url}/?q=alpha&q=bravo&title=Boats")
    alpha, boats = column(page, "alpha"), column(page, "Boats")
    for one in (alpha, boats):
        one.locator("article").nth(3).wait_for()
    expect(page.locator("#column-title")).to_have_text("alpha")
    expect(page.locator(".panel")).to_be_visible()
    assert violations(page) == []

    # Each has its own pause; a new post reaches the column whose search it matches.
    boats.locator(".feed").evaluate("list => list.scrollTo(0, 400)")
    expect(boats.locator(".live")).to_contain_text("Paused")
    expect(alpha.locator(".live")).to_have_text("Live")
    harbour.put(
        [records.post(2_900, now(), text="alpha and bravo together"), records.post(2_901, now(), text="bravo only")]
    )
    expect(alpha.locator("article").first).to_contain_text("alpha and bravo")
    expect(boats.locator(".pill")).to_contain_text("2 new posts")

    # A press selects a column: search box, panel and title of the tab are its own.
    boats.locator("h2").click()
    expect(page.get_by_role("combobox", name="Search")).to_have_value("bravo")
    expect(page).to_have_title("(3) Boats · Murmuration")  # what is unread in both
    page.get_by_role("combobox", name="Search").fill("delta")
    page.keyboard.press("Enter")
    expect(boats.locator("article").first).to_contain_text("delta")
    expect(alpha.locator("article").first).to_contain_text("alpha")
    page.go_back()
    expect(boats.locator("article").first).to_contain_text("bravo")

    # The title is edited in its place, and kept in the address.
    boats.locator("h2").dblclick()
    boats.locator("input:focus").wait_for()
    page.keyboard.type("Ferries")
    page.keyboard.press("Enter")
    expect(page.locator("#column-title")).to_have_text("Ferries")
    assert "title=Ferries" in page.url


def test_a_hidden_post_says_why(harbour: Simulator, open_page: OpenPage) -> None:
    reply = records.post(2_950, now() - 3_000, text="alpha answer", reply_to=ReplyTo("x:1", "m", "mara"))
    harbour.put([reply, records.post(2_951, now(), text="alpha gale warning")], live=False)
    page = open_page(f"{harbour.url}/?q=alpha&hide=replies&mute=gale&q=alpha")
    first, second = page.locator("[data-column]").all()
    first.locator("article").first.wait_for()
    expect(first.locator(".filters")).to_contain_text("2 filters, 2 hidden")
    expect(second.locator(".filters")).to_have_count(0)
    first.get_by_role("button", name="Show the 2 posts").click()
    expect(first.locator(".hidden-why")).to_have_text(["Hidden: muted word gale", "Hidden: a reply"])
    first.get_by_role("button", name="Hide what the filters hide").click()
    expect(first.locator(".hidden-why")).to_have_count(0)


def test_columns_are_added_moved_collapsed_removed_and_brought_back(harbour: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{harbour.url}/?q=alpha&q=bravo", width=1440)
    column(page, "alpha").locator("article").nth(3).wait_for()
    page.keyboard.press("n")
    page.keyboard.type("delta")
    page.keyboard.press("Enter")
    expect(column(page, "delta").locator("article").nth(3)).to_be_visible()
    assert columns(page) == ["alpha", "delta", "bravo"]
    expect(page.locator(".panel")).to_have_count(0)  # three columns need its room

    # By drag: the list that a reader scrolled stays where it is.
    alpha = column(page, "alpha")
    alpha.locator(".feed").evaluate("list => list.scrollTo(0, 700)")
    expect(alpha.locator(".live")).to_contain_text("Paused")
    grip, target = box_of(alpha.locator(".grip")), box_of(column(page, "bravo"))
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] - 20, grip["y"] + 8, steps=5)
    expect(column(page, "bravo")).to_have_attribute("data-drop", "after")
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("alpha is column 3 of 3")
    assert columns(page) == ["delta", "bravo", "alpha"]
    assert alpha.locator(".feed").evaluate("list => list.scrollTop") == 700
    expect(alpha.locator(".live")).to_contain_text("Paused")

    # By key: the grip keeps the focus.
    page.keyboard.press("ArrowLeft")
    until(page, lambda: columns(page) == ["delta", "alpha", "bravo"])
    assert alpha.locator(".grip").evaluate("grip => grip === document.activeElement")
    page.keyboard.press("]")
    expect(page.locator("#column-title")).to_have_text("bravo")

    # A strip counts what arrives.
    column(page, "bravo").get_by_role("button", name="Collapse to a strip").click()
    strip = column(page, "bravo")
    assert box_of(strip)["width"] == 48
    harbour.put([records.post(2_960, now() - 2_000, text="bravo news"), records.post(2_961, now(), text="bravo more")])
    expect(strip.locator(".unread")).to_have_text("2")
    assert violations(page) == []
    strip.get_by_role("button", name="bravo 2 new posts").click()
    expect(column(page, "bravo").locator("article").first).to_contain_text("bravo more")

    # A narrow column cuts no title and no order, and its bar covers no card.
    bravo = column(page, "bravo")
    expect(bravo.locator(".unread-bar button").first).to_be_visible()
    expect(bravo.locator(".order-choice")).to_be_visible()
    expect(bravo.locator(".order-list")).to_be_hidden()
    assert bravo.locator("h2").evaluate("title => title.scrollWidth <= title.clientWidth")
    assert box_of(bravo.locator(".head > .unread"))["height"] <= 24
    feed = box_of(bravo.locator(".feed"))
    assert box_of(bravo.locator(".unread-bar"))["y"] >= feed["y"] + feed["height"] - 1

    # Removed and brought back, by Undo and by the steps of the browser.
    page.get_by_role("button", name="Column menu").nth(2).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    until(page, lambda: columns(page) == ["delta", "alpha"])
    page.get_by_role("button", name="Undo").click()
    until(page, lambda: columns(page) == ["delta", "alpha", "bravo"])
    page.reload()
    column(page, "bravo").locator("article").first.wait_for()
    assert columns(page) == ["delta", "alpha", "bravo"]
    expect(page.locator("#column-title")).to_have_text("bravo")


def test_a_column_out_of_sight_draws_nothing(harbour: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{harbour.url}/?{'&'.join(f'q=alpha+OR+none{number}' for number in range(10))}")
    drawn = "all => all.map(one => one.querySelectorAll('article').length > 0)"
    page.locator("[data-column] article").first.wait_for()
    assert page.eval_on_selector_all("[data-column]", drawn)[6:] == [False] * 4
    page.locator(".columns").evaluate("deck => deck.scrollTo(deck.scrollWidth, 0)")
    last = page.locator("[data-column]").last
    last.locator("article").first.wait_for()
    expect(last.locator(".count")).to_have_text("40")
    asked = [one for one in harbour.requests if "/api/timeline" in one]
    assert not [one for one in asked if "none5" in one]
    # What it drew stays, but new posts are drawn only where a reader sees them.
    harbour.put([records.post(2_970, now(), text="alpha late")])
    expect(last.locator("article").first).to_contain_text("alpha late")
    expect(page.locator("[data-column]").nth(1).locator("article").first).not_to_contain_text("alpha late")


def test_a_phone_shows_one_column_by_swipe_and_by_list(harbour: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{harbour.url}/?q=alpha&q=bravo&title=Boats&q=delta", width=375, height=812, has_touch=True)
    column(page, "alpha").locator("article").first.wait_for()
    page.locator(".columns").evaluate("deck => deck.scrollTo({ left: 375 })")
    expect(page.locator("#column-title")).to_have_text("Boats")
    expect(page.locator(".live:visible")).to_have_count(1)
    head, top = box_of(column(page, "Boats")), box_of(page.locator(".top"))
    assert (head["x"], head["width"]) == (0, 375)
    assert head["y"] >= top["y"] + top["height"]
    assert violations(page) == []

    page.get_by_role("button", name="Columns").click()
    rows = page.locator(".columns-view li")
    expect(rows).to_have_count(3)
    assert violations(page) == []
    rows.nth(2).get_by_role("button", name="Move delta forward").click()
    rows.nth(0).get_by_role("button", name="Remove the column alpha").click()
    expect(rows).to_contain_text(["delta", "Boats"])
    page.get_by_role("button", name="Bring back alpha").click()
    expect(rows).to_contain_text(["alpha", "delta", "Boats"])
    page.get_by_role("button", name="delta", exact=True).click()
    expect(page.locator("#column-title")).to_have_text("delta")
    expect(column(page, "delta").locator("article").first).to_be_in_viewport()
