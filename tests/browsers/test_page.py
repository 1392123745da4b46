"""Core of the page in Firefox and in WebKit: searches, live posts, columns, keys, menus, palette, decks and words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from tests.browsers.drivers import BROWSERS
from tests.browsers.reader import Reader
from tests.e2e.product import Product, generated
from tests.ui import records
from tests.ui.simulator import Simulator, now

FIRST_UNREAD = ".head > .unread"
TITLES = "[data-column] h2 bdi"


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Return each browser in turn."""
    with BROWSERS[request.param]() as driver:
        yield Reader(driver)


@pytest.fixture
def reader(browser: Reader) -> Iterator[Reader]:
    """Return a wide window. An error in the page fails the test."""
    browser.driver.set_window_size(1400, 900)
    yield browser
    assert browser.faults() == []


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Return a simulated server with 40 posts for each of three searches."""
    made = Simulator()
    for number, word in enumerate(("alpha", "bravo", "delta")):
        texts = [f"{word} {at} {at * 7} {at * 13} report" for at in range(40)]
        made.put(
            [records.post(2_000 + 100 * number + at, now() - at * 5_000, text=text) for at, text in enumerate(texts)],
            live=False,
        )
    yield made.start()
    made.stop()


def send(simulator: Simulator, number: int, text: str) -> str:
    """Send a post to the page, and return its id."""
    post = records.post(number, now(), text=text)
    simulator.put([post])
    return post.id


def titles(reader: Reader) -> list[str]:
    return reader.text(TITLES).split("\n")


def focused_post(reader: Reader) -> int:
    """Return the place of the post with the focus, -1 where none has it."""
    found: int = reader.run("return [...document.querySelectorAll('#list article')].indexOf(document.activeElement)")
    return found


def test_a_search_shows_its_posts(reader: Reader, simulator: Simulator) -> None:
    reader.open(simulator.url)
    reader.search("bravo")
    reader.see("#list article", "bravo")
    reader.until(lambda: "alpha" not in reader.text("#list article"), "only posts of the search")
    assert reader.driver.current_url.endswith("?q=bravo")
    reader.driver.back()
    reader.see("#list article", "alpha")


def test_a_mistake_in_a_search_is_named(reader: Reader, simulator: Simulator) -> None:
    reader.open(simulator.url)
    reader.click("#search")
    reader.press('"storm')
    reader.see(".fault", "quot")


def test_live_posts_appear_and_deleted_ones_go(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    post_id = send(simulator, 3_000, "alpha just now")
    reader.see("#list article", "alpha just now")
    assert "alpha just now" in reader.text("#list article:first-of-type")
    simulator.delete([post_id])
    reader.until(lambda: "alpha just now" not in reader.text("#list article"), "the post is gone")


def test_the_page_connects_again(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    simulator.drop()
    send(simulator, 3_001, "alpha after the break")
    reader.see("#list article", "alpha after the break")


def test_space_pauses_and_resumes(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.press(" ")
    reader.see(".live", "Paused")
    send(simulator, 3_002, "alpha while paused")
    reader.see(".pill", "1 new post")
    reader.press(" ")
    reader.see(".live", "Live")
    reader.see("#list article", "alpha while paused")


def test_a_scrolled_list_pauses_and_a_key_shows_the_newest(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.run("document.getElementById('list').scrollTo(0, 900)")
    reader.see(".live", "Paused")
    reader.press(".")
    reader.see(".live", "Live")
    assert reader.run("return document.getElementById('list').scrollTop") == 0


def test_a_column_is_added_moved_removed_and_brought_back(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha&q=bravo")
    reader.press("n")
    reader.until(lambda: reader.focused("#search"), "the search box has the focus")
    reader.press("delta", Keys.ENTER)
    reader.until(lambda: titles(reader) == ["alpha", "delta", "bravo"], "a column is added")
    reader.see("[data-column] article", "delta")
    reader.run("document.querySelectorAll('.grip')[0].focus()")
    reader.press(Keys.ARROW_RIGHT)
    reader.until(lambda: titles(reader) == ["delta", "alpha", "bravo"], "a column is moved")
    reader.run("document.querySelectorAll('[data-column] .feed')[0].focus()")
    reader.click("button", "Column menu")
    reader.click("button.remove", within="dialog")
    reader.until(lambda: len(titles(reader)) == 2, "a column is removed")
    reader.press("u")
    reader.until(lambda: titles(reader) == ["delta", "alpha", "bravo"], "the column is back")


def test_keys_move_between_columns(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha&q=bravo")
    reader.press("]")
    reader.see("#column-title", "bravo")
    reader.press("[")
    reader.see("#column-title", "alpha")


def test_keys_move_between_posts(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    for key, place in (("j", 0), ("j", 1), ("k", 0), (Keys.PAGE_DOWN, 1)):
        reader.press(key)
        reader.until(lambda at=place: focused_post(reader) == at, f"post {place} has the focus")  # type: ignore[misc]


def test_new_posts_are_unread_until_a_key_marks_them(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    send(simulator, 3_003, "alpha unread")
    reader.see(FIRST_UNREAD, "1 unread")
    reader.until(lambda: reader.driver.title.startswith("(1) "), "the title counts")
    reader.press("m")
    reader.see_none(FIRST_UNREAD)


def test_a_card_menu_works_by_keyboard(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.press("j", Keys.ENTER)
    reader.until(lambda: reader.focused("[role=menuitem]"), "the menu has the focus")
    reader.press(Keys.ESCAPE)
    reader.see_none("[role=menu]")
    reader.until(lambda: focused_post(reader) == 0, "the post has the focus again")
    reader.press(Keys.ENTER)
    reader.click("[role=menuitem]", "Why does this match?")
    reader.see("dialog mark", "alpha")


def test_the_page_of_a_post_opens(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.press("j", Keys.ENTER)
    reader.click("[role=menuitem]", "Conversation and versions")
    reader.see("h1", "Post by @")
    reader.see(".whole .text mark", "alpha")


def test_the_palette_runs_an_action_and_goes_to_a_column(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha&q=bravo")
    reader.press_with_control("k")
    reader.until(lambda: reader.focused(".palette input"), "the palette has the focus")
    reader.press("column brav", Keys.ENTER)
    reader.until(lambda: reader.focused(".column.selected .feed"), "the column has the focus")
    assert reader.text("#column-title") == "bravo"
    reader.press_with_control("k")
    reader.until(lambda: reader.focused(".palette input"), "the palette has the focus")
    reader.press("cov gap", Keys.ENTER)
    reader.see("dialog h2", "Coverage and gaps")


def test_the_help_closes_and_gives_the_focus_back(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.press("j", "?")
    reader.see("dialog", "Help and settings")
    reader.press(Keys.ESCAPE)
    reader.see_none("dialog[open]")
    reader.until(lambda: focused_post(reader) == 0, "the post has the focus again")


def test_charts_and_words_are_drawn(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.see(".histogram canvas")
    reader.see(".bars li", "report")


def test_a_ranking_shows_the_most_liked(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.click(".orders button", "Likes")
    reader.until(lambda: "sort=likes" in reader.driver.current_url, "the address has the order")
    reader.see("#list article", "alpha")


def test_a_narrow_window_shows_one_column(reader: Reader, simulator: Simulator) -> None:
    reader.driver.set_window_size(500, 900)
    reader.open(f"{simulator.url}/?q=alpha&q=bravo")
    reader.see("#views")
    width = reader.run("return innerWidth")
    assert width < 600
    assert reader.run("return document.documentElement.scrollWidth") <= width
    assert reader.run("return document.querySelector('[data-column]').getBoundingClientRect().width") == width
    reader.run("document.querySelector('.columns').scrollTo({ left: innerWidth })")
    reader.see("#column-title", "bravo")


def test_a_chosen_language_is_german(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.press("?")
    reader.click("dialog option", "Deutsch")
    reader.see("dialog h2", "Hilfe und Einstellungen")
    assert reader.run("return document.documentElement.lang") == "de"
    reader.open(f"{simulator.url}/?q=alpha")
    reader.see(".orders", "Neueste")


def test_a_dark_page_is_dark(reader: Reader, simulator: Simulator) -> None:
    reader.open(f"{simulator.url}/?q=alpha")
    reader.run("localStorage.setItem('murmuration', JSON.stringify({ theme: 'dark' }))")
    reader.open(f"{simulator.url}/?q=alpha")
    back, front = reader.run(
        "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        ".map(colour => colour.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0))"
    )
    assert back < front


def test_a_wall_shows_posts_and_escape_leaves(reader: Reader, simulator: Simulator) -> None:
    reader.driver.get(f"{simulator.url}/?q=alpha&wall")
    reader.see(".wall-post", "alpha")
    reader.press(Keys.ESCAPE)
    reader.see("#list article", "alpha")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start the product with generated posts: the simulated server keeps no decks."""
    with generated(tmp_path_factory.mktemp("product") / "data") as made:
        yield made


def test_a_deck_is_saved_and_opened(reader: Reader, product: Product) -> None:
    name = f"harbour-{reader.driver.name.lower()}"
    reader.open(f"{product.url}/?q=*&q=coffee")
    reader.click("button", "Decks")
    reader.click("dialog input[type=text]")
    reader.press(name, Keys.ENTER)
    reader.until(lambda: reader.driver.current_url.endswith(f"/d/{name}"), "the deck has an address")
    stored = requests.get(f"{product.url}/api/decks/{name}", timeout=10).json()
    assert [one["query"] for one in stored["deck"]["columns"]] == ["*", "coffee"]
    reader.open(f"{product.url}/?q=rain&q=*")
    reader.press_with_control("k")
    reader.until(lambda: reader.focused(".palette input"), "the palette has the focus")
    reader.press(name)
    reader.see(".palette [aria-selected=true]", "Open the deck")
    reader.press(Keys.ENTER)
    reader.until(lambda: reader.driver.current_url.endswith(f"/d/{name}"), "the deck is opened")
    reader.until(lambda: reader.count("[data-column]") == 2, "its columns are shown")
