"""Search box: completion and errors; addresses and history of searches; clicks that add a term; mutes and depth."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.ui.conftest import OpenPage, until
from tests.ui.simulator import Simulator


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search")


def search(page: Page, query: str) -> None:
    box(page).fill(query)
    box(page).press("Enter")


def test_operators_and_their_values_are_completed(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    box(page).fill("")
    box(page).press_sequentially("storm foll")
    expect(page.get_by_role("option", name="followers:")).to_be_visible()
    box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(box(page)).to_have_value("storm followers:")
    box(page).fill("")
    box(page).press_sequentially("is:rep")
    page.get_by_role("option", name="is:reply").click()
    expect(box(page)).to_have_value("is:reply ")


def test_an_error_shows_at_its_position_while_typing(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    box(page).fill("storm re:zero")
    fault = page.locator("#search-fault")
    expect(fault).to_be_visible()
    expect(fault).to_contain_text("character 7")
    expect(page.locator(".piece.wrong")).to_have_text("re:")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    box(page).fill("storm zero")
    expect(fault).to_have_count(0)


def test_an_error_is_announced_once_after_a_pause_in_typing(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.evaluate(
        """() => {
          window.said = [];
          const region = document.querySelector(".search [role=status]");
          new MutationObserver(() => window.said.push(region.textContent)).observe(region,
            { childList: true, characterData: true, subtree: true });
        }"""
    )
    box(page).fill("")
    box(page).press_sequentially("re:zero and re:one", delay=80)
    expect(page.locator("#search-fault")).to_be_visible()
    spoken = page.locator(".search [role=status]")
    expect(spoken).not_to_be_empty()
    assert page.evaluate("window.said") == [spoken.inner_text()]


def test_the_colours_of_a_long_search_scroll_with_its_words(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url, width=375)
    page.locator("#list article").first.wait_for()
    box(page).fill("storm OR " * 20 + "ferry")
    beside = "document.querySelector('.paint').scrollLeft === document.querySelector('#search').scrollLeft"
    for key, moved in (("End", "> 100"), ("Home", "=== 0")):
        box(page).press(key)
        until(page, f"document.querySelector('#search').scrollLeft {moved} && {beside}")


def test_back_and_forward_step_through_searches_not_keystrokes(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    box(page).fill("")
    box(page).press_sequentially("storm")
    box(page).press("Enter")
    expect(page.locator("#column-title")).to_have_text("storm")
    search(page, "ferry coast")
    expect(page).to_have_url(f"{simulator.url}/?q=ferry+coast")
    page.go_back()
    expect(page.locator("#column-title")).to_have_text("storm")
    expect(box(page)).to_have_value("storm")
    page.go_back()
    expect(page.locator("#column-title")).to_have_text("All posts")
    page.go_forward()
    expect(page.locator("#column-title")).to_have_text("storm")


def test_an_address_restores_search_order_and_time(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm+OR+ferry&sort=reach")
    expect(page.locator("#column-title")).to_have_text("storm OR ferry")
    expect(page.get_by_role("button", name="Reach")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#list mark").first).to_be_visible()


def test_recent_and_saved_searches_are_offered_after_a_reload(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    search(page, "storm")
    page.get_by_role("button", name="Saved").click()
    page.get_by_role("button", name="Save storm").click()
    page.keyboard.press("Escape")
    search(page, "ferry")
    page.reload()
    page.get_by_role("button", name="Saved").click()
    dialog = page.get_by_role("dialog", name="Searches")
    expect(dialog.locator(".searches").first).to_contain_text("storm")
    expect(dialog.locator(".searches").last).to_contain_text("ferry")
    dialog.locator(".searches").first.get_by_role("button", name="storm", exact=True).click()
    expect(page.locator("#column-title")).to_have_text("storm")


def test_the_cheat_sheet_lists_every_operator(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.get_by_role("button", name="Help, keys and settings").click()
    page.get_by_role("button", name="Search syntax").click()
    dialog = page.get_by_role("dialog", name="Search syntax")
    for example in ("from:", "lang:", "has:", "likes:", "since:"):
        expect(dialog).to_contain_text(example)


def test_a_click_adds_a_term_once_with_undo_and_alt_click_excludes(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=storm")
    word = page.locator(".bars li a").nth(1)
    name = word.locator(".word").inner_text()
    word.click()
    expect(page.locator("#column-title")).to_have_text(f"storm {name}")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#column-title")).to_have_text("storm")
    page.locator(".bars li a").nth(1).wait_for()
    other = page.locator(".bars li a").nth(1)
    name = other.locator(".word").inner_text()
    other.click(modifiers=["Alt"])
    expect(page.locator("#column-title")).to_have_text(f"storm -{name}")
    page.locator(".author").first.click()
    expect(page.locator("#column-title")).to_contain_text("from:user")


def test_a_mute_hides_posts_and_can_be_undone(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    card = page.locator("#list article").first
    card.wait_for()
    page.locator(".live").click()
    first = card.get_attribute("data-id")
    card.hover()
    card.get_by_role("button", name="Mute").click()
    expect(page.locator(f'[data-id="{first}"]')).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f'[data-id="{first}"]')).to_have_count(1)


def test_the_reader_chooses_the_number_of_loaded_posts(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    page.get_by_label("How many posts to load").select_option("500")
    until(page, lambda: simulator.subscribes[-1].get("history") == 500)
