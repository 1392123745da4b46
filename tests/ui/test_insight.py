"""The insight panel in a browser: words with trend arrows, word cloud, top tables, and charts over time."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.store.contract import CoverageRow
from tests.ui import records
from tests.ui.conftest import OpenPage, numbers, until
from tests.ui.simulator import Simulator, now

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
CLOUD_AGAIN_MS = 15_000
SAMPLES_MS = 20_000
WORDS = ["".join(letters) for letters in itertools.product("bdklmnprst", "aeiou", "bdklmnprst", "aeiou")]

POINTED_AT = """async places => {
  const found = [];
  for (const [, clientX, clientY] of places) {
    const moved = new MouseEvent("mousemove", { clientX, clientY, bubbles: true });
    document.elementFromPoint(clientX, clientY).dispatchEvent(moved);
    await new Promise(done => setTimeout(done));
    await new Promise(done => setTimeout(done));
    found.push([...document.querySelectorAll(".cloud text.over")].map(one => one.textContent).join());
  }
  return found;
}"""
"""Returns the word that is marked after the pointer moved to each place; 250 moves from Python would take long."""


def put_texts(simulator: Simulator, texts: Sequence[str], *, live: bool = True, ago_ms: int = 0) -> None:
    """Put posts with these texts, written now or some time ago."""
    made = [
        records.post(
            400_000 + simulator.seq + at, now() - ago_ms, text=text, entities=[], hashtags=[], links=[], hosts=[]
        )
        for at, text in enumerate(texts)
    ]
    simulator.put(made, live=live)


def middle_of(chart: Locator, part: float) -> tuple[float, float]:
    """Return a point within a chart (px), at `part` of its width from the left."""
    chart.scroll_into_view_if_needed()
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    return box["x"] + part * box["width"], box["y"] + box["height"] / 2


def counted(page: Page) -> int:
    """Return the displayed number of stored matches."""
    expect(page.locator(".count")).not_to_be_empty()
    return numbers(page.locator(".count"))[0]


def places(page: Page) -> dict[str, tuple[float, float, float]]:
    """Return position and size of each word of the cloud (px)."""
    found: list[list[Any]] = page.eval_on_selector_all(
        ".cloud text",
        "all => all.map(one => [one.textContent, ...['x', 'y', 'font-size'].map(name => +one.getAttribute(name))])",
    )
    return {word: (x, y, size) for word, x, y, size in found}


def letters_of(page: Page, place: tuple[float, float, float]) -> tuple[float, float]:
    """Return the point on the screen at the middle of a word's letters."""
    box = page.locator(".cloud-box svg").bounding_box()
    assert box is not None
    x, y, size = place
    return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y - 0.27 * size


@pytest.fixture
def talkative(simulator: Simulator) -> Simulator:
    """Put posts with 400 more words of very different frequencies into the server."""
    counts = {word: 1 + 60 // (1 + at) for at, word in enumerate(WORDS[:400])}
    every = [word for word, count in counts.items() for _ in range(count)]
    put_texts(simulator, [" ".join(every[start::60]) for start in range(60)], live=False)
    return simulator


def test_the_cloud_shows_250_words_within_its_box_sized_by_frequency(talkative: Simulator, open_page: OpenPage) -> None:
    page = open_page(talkative.url)
    until(page, "document.querySelectorAll('.cloud text').length > 200")
    page.wait_for_timeout(300)
    cloud = places(page)
    assert 225 <= len(cloud) <= 250, "a word that finds no place is left out"
    assert page.locator(".cloud text[transform], .cloud text[rotate]").count() == 0
    box = page.locator(".cloud-box svg").bounding_box()
    assert box is not None
    assert all(abs(x) <= box["width"] / 2 and abs(y) <= box["height"] / 2 for x, y, _ in cloud.values())
    top = page.evaluate("fetch('/api/top?q=*&field=words&limit=250').then(answer => answer.json())")
    counts = {item["value"]: item["count"] for item in top["items"]}
    assert set(cloud) <= set(counts)
    ranked = sorted(cloud, key=lambda word: -counts[word])
    sizes = [cloud[word][2] for word in ranked]
    assert sizes == sorted(sizes, reverse=True)
    hues = set(page.eval_on_selector_all(".cloud text", "all => all.map(one => one.classList[0])"))
    assert hues <= {f"heat-{step}" for step in range(5)}
    assert len(hues) > 2
    expect(page.locator(".cloud .based")).to_have_text(re.compile(r"^based on 360 of 360, \d\d:\d\d–\d\d:\d\d$"))


def test_words_of_the_cloud_keep_their_place_and_move_at_most_every_15_s(
    talkative: Simulator, open_page: OpenPage
) -> None:
    page = open_page(talkative.url)
    page.clock.install()
    page.reload()
    until(page, "document.querySelectorAll('.cloud text').length > 200")
    page.clock.run_for(1_000)
    before = places(page)
    put_texts(talkative, [f"zeppelin {word}" for word in WORDS[100:300]])
    page.clock.run_for(CLOUD_AGAIN_MS - 6_000)
    page.wait_for_timeout(500)
    assert places(page) == before
    for _ in range(20):
        page.clock.run_for(2_000)
        if "zeppelin" in (after := places(page)):
            break
    assert "zeppelin" in after
    kept = [word for word in before if word in after]
    moved = [abs(before[word][0] - after[word][0]) + abs(before[word][1] - after[word][1]) for word in kept]
    assert len(kept) > 100
    assert statistics.median(moved) < 40, "px"


def test_a_click_on_the_letters_of_a_word_selects_it_among_close_words(
    talkative: Simulator, open_page: OpenPage
) -> None:
    page = open_page(talkative.url, height=1_400)
    until(page, "document.querySelectorAll('.cloud text').length > 200")
    page.wait_for_timeout(300)
    cloud = places(page)
    at = [(word, *letters_of(page, place)) for word, place in cloud.items()]
    assert page.evaluate(POINTED_AT, at) == list(cloud)
    word, x, y = at[-1]
    page.mouse.move(x, y)
    expect(page.locator(".cloud text.over")).to_have_text(word)
    page.mouse.move(5, 5)
    expect(page.locator(".cloud text.over")).to_have_count(0)


def test_a_click_into_the_cloud_adds_the_word_and_alt_click_excludes_it(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(f"{simulator.url}/?q=lang:en", height=1_400)
    page.locator(".cloud text").first.wait_for()
    word, place = next(iter(places(page).items()))
    page.mouse.click(*letters_of(page, place))
    expect(page.locator("#column-title")).to_have_text(f"lang:en {word}")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#column-title")).to_have_text("lang:en")
    page.locator(".cloud text").first.wait_for()
    word, place = next(iter(places(page).items()))
    page.keyboard.down("Alt")
    page.mouse.click(*letters_of(page, place))
    page.keyboard.up("Alt")
    expect(page.locator("#column-title")).to_have_text(f"lang:en -{word}")


def test_arrows_show_the_trends_of_rank_and_share(simulator: Simulator, open_page: OpenPage) -> None:
    put_texts(simulator, ["sinking feeling"] * 200, live=False, ago_ms=HOUR)
    page = open_page(simulator.url)
    page.clock.install()
    page.reload()
    page.locator(".bars li").first.wait_for()
    assert page.locator(".bars li").count() == 25
    for _ in range(SAMPLES_MS // 2_000):
        put_texts(simulator, ["rising wonder"] * 30)
        page.clock.run_for(2_000)
        page.wait_for_timeout(50)
    rising, sinking = (page.locator(".bars li", has_text=re.compile(f"^{word}")) for word in ("rising", "sinking"))
    expect(rising.get_by_role("img", name="rank up")).to_be_visible()
    expect(rising.get_by_role("img", name="share up")).to_be_visible()
    expect(sinking.get_by_role("img", name="share down")).to_be_visible()
    widths = page.eval_on_selector_all(".bars .bar i", "all => all.map(one => one.getBoundingClientRect().width)")
    assert widths == sorted(widths, reverse=True)
    counts = numbers(page.locator(".bars .n"))
    assert counts == sorted(counts, reverse=True)


def test_the_window_of_the_second_arrow_can_be_chosen_and_is_kept(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    window = page.get_by_label("Window of the second arrow")
    expect(window).to_have_value(str(10 * MINUTE))
    asked = len(simulator.requests)
    window.select_option(label="last 30 min")
    before = now() - 30 * MINUTE

    def recalled() -> bool:
        tops = [parse_qs(urlsplit(one).query) for one in simulator.requests[asked:] if one.startswith("/api/top")]
        ends = [int(one["to"][0]) for one in tops if "to" in one]
        return any(abs(end - before) < 5_000 for end in ends)

    until(page, recalled)  # the counts of half an hour ago are requested from the store
    page.reload()
    expect(window).to_have_value(str(30 * MINUTE))


ADDED = {
    "Hashtags": r"#\S+",
    "Links": r"https://www\.example\.org/report/7",
    "Authors": r"from:user\d+",
    "Domains": r"url:(www\.)?example\.org",
    "Languages": r"lang:en",
}
"""Tab → the term that its first row adds to the search."""


def test_a_click_on_a_row_of_a_top_table_adds_its_value(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(f"{simulator.url}/?q=likes:1..")
    for tab, adds in ADDED.items():
        page.get_by_role("tab", name=tab).click()
        rows = page.get_by_role("tabpanel", name=tab).locator(".tops tbody tr")
        rows.first.wait_for()
        expect(page.locator("#tab-panel .based")).to_contain_text(re.compile(r"^based on [\d,]+ of [\d,]+, "))
        counts = numbers(rows.locator("td:nth-child(2)"))
        assert counts == sorted(counts, reverse=True)
        rows.first.get_by_role("link").click()
        expect(page.locator("#column-title")).to_have_text(re.compile(f"^likes:1.. {adds}$"))
        page.locator("#list article").first.wait_for()
        page.go_back()
        expect(page.locator("#column-title")).to_have_text("likes:1..")


def test_a_word_that_is_more_frequent_than_usual_is_trending(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.put(
        [records.post(number, now() - 20 * HOUR - number * 1_000) for number in range(900, 1_900)], live=False
    )
    simulator.store.maintain()  # computes the usual frequencies
    put_texts(simulator, ["zeppelin over town"] * 40, live=False)
    page = open_page(simulator.url)
    page.get_by_role("tab", name="Trending").click()
    row = page.locator(".tops tbody tr", has_text="zeppelin")
    expect(row).to_contain_text(re.compile(r"zeppelin\s*40\s*\d\d %, usually <0.1 %"))
    expect(page.locator(".tops tbody tr", has_text="storm")).to_have_count(0)


@pytest.mark.parametrize(
    ("span", "step"),
    [(2 * HOUR, MINUTE), (5 * HOUR, 15 * MINUTE), (30 * HOUR, HOUR), (6 * DAY, 6 * HOUR), (22 * DAY, DAY)],
)
def test_the_steps_of_the_time_chart_depend_on_its_span(
    simulator: Simulator, open_page: OpenPage, span: int, step: int
) -> None:
    old = 11  # more than are taken for outlying posts
    simulator.put([records.post(5_000 + number, now() - span + number) for number in range(old)], live=False)
    page = open_page(simulator.url)
    page.locator(".series canvas").wait_for()
    page.locator(".series").get_by_role("button", name="Show as table").click()
    assert sum(numbers(page.locator(".series td:nth-child(2)"))) == 300 + old
    asked = [parse_qs(urlsplit(one).query).get("interval") for one in simulator.requests if "/api/timeline" in one]
    assert [str(step)] in asked
    assert Counter(one[0] for one in asked if one).most_common(1)[0][0] == str(step)


def test_hovering_a_chart_shows_time_count_and_gaps(simulator: Simulator, open_page: OpenPage) -> None:
    start = now()
    simulator.put([records.post(6_000, start - 2 * HOUR)], live=False)
    simulator.store.add_coverage(CoverageRow("bluesky", start - 3 * HOUR, None, "*", ""))
    simulator.store.add_coverage(CoverageRow("bluesky", start - 80 * MINUTE, None, "*", "connection refused"))
    simulator.store.add_coverage(CoverageRow("bluesky", start - 40 * MINUTE, None, "*", ""))
    page = open_page(simulator.url)
    for chart in (page.locator(".histogram"), page.locator(".series")):
        chart.locator(".u-over").wait_for()
        page.mouse.move(*middle_of(chart, 0.97))
        hover = chart.locator(".hover")
        expect(hover).to_have_text(re.compile(r"^\d\d:\d\d–\d\d:\d\d · [1-9]\d*$"))
        page.mouse.move(*middle_of(chart, 0.5))
        expect(hover).to_have_text(re.compile(r"^\d\d:\d\d–\d\d:\d\d · 0 · not collected$"))
        page.mouse.move(5, 5)
        expect(hover).to_have_count(0)


def test_dragging_over_the_time_chart_chooses_a_time_range(simulator: Simulator, open_page: OpenPage) -> None:
    page = open_page(simulator.url)
    chart = page.locator(".series")
    chart.locator(".u-over").wait_for()
    page.mouse.move(*middle_of(chart, 0.3))
    page.mouse.down()
    page.mouse.move(*middle_of(chart, 0.7), steps=5)
    page.mouse.up()
    expect(page.locator(".live")).to_contain_text("Fixed time")
    total = counted(page)
    assert 60 < total < 240, "two fifths of 300"
    page.locator("#list article").first.wait_for()
    expect(page.locator(".loaded")).to_have_text(f"{total} loaded")


def test_figures_of_panel_and_status_bar_equal_those_of_store_and_list(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(f"{simulator.url}/?q=lang:ja")
    page.locator("#list article").first.wait_for()
    total = counted(page)
    assert 0 < total < 300
    expect(page.locator(".figures-of")).to_contain_text(re.compile(rf"^matches{total}per minute"))
    expect(page.locator(".figures-of div").last).to_have_text(re.compile(r"^language\s*1$"))
    for text in ("4 posts/s", "300 stored", "1 viewer", f"{total} loaded"):
        expect(page.locator(".status .figures")).to_contain_text(text)


def test_a_post_of_long_ago_is_a_button_that_opens_the_whole_time(simulator: Simulator, open_page: OpenPage) -> None:
    put_texts(simulator, ["zeppelin of old"], live=False, ago_ms=14 * 365 * DAY)
    for minutes in range(10):
        put_texts(simulator, [f"zeppelin {number}" for number in range(4)], live=False, ago_ms=minutes * MINUTE)
    page = open_page(f"{simulator.url}/?q=zeppelin")
    outlying = page.locator(".histogram").get_by_role("button", name=re.compile("^1 earlier post, "))
    box = outlying.bounding_box()
    assert box is not None
    assert box["height"] < 40 < box["width"], "on one line"
    outlying.click()
    expect(page.locator(".histogram figcaption")).to_contain_text("41 matches")
    expect(outlying).to_have_count(0)
    chosen = parse_qs(urlsplit(page.url).query)
    assert int(chosen["to"][0][:4]) - int(chosen["from"][0][:4]) in (13, 14)
