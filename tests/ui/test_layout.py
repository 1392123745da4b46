"""Layout and look: widths from 320 px to 4K, click targets, forced colours, reduced motion, right-to-left scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.post import Entity
from tests.ui import records
from tests.ui.conftest import OpenPage
from tests.ui.contrast import faint_texts
from tests.ui.simulator import Simulator, now

# Controls that are covered at the middle or near a corner, or whose words do not fit.
HIDDEN_CONTROLS = """() => {
  const parts = ".top, .status, .head, .orders, .tabbar, .panel";
  const within = part => [...part.querySelectorAll("button, select, input, a[href]")];
  const controls = [...document.querySelectorAll(parts)].flatMap(within);
  const wrong = [];
  for (const one of new Set(controls)) {
    if (!one.checkVisibility()) continue;
    one.scrollIntoView({ block: "nearest", inline: "nearest" });
    const box = one.getBoundingClientRect();
    const says = `${one.className} ${(one.ariaLabel ?? one.innerText).slice(0, 30)}`;
    const across = box.left < -0.5 || box.right > innerWidth + 0.5;
    if (across || box.top < -0.5 || box.bottom > innerHeight + 0.5) wrong.push(`outside: ${says}`);
    for (const [dx, dy] of [[0.5, 0.5], [0.15, 0.25], [0.85, 0.25], [0.15, 0.75], [0.85, 0.75]]) {
      const top = document.elementFromPoint(box.left + dx * box.width, box.top + dy * box.height);
      if (top && (one === top || one.contains(top) || top.contains(one) && !top.matches("button, a, select"))) continue;
      wrong.push(`under ${top?.className || top?.tagName}: ${says}`);
      break;
    }
    const cut = one.matches("button") && one.scrollWidth > one.clientWidth + 1;
    if (cut && getComputedStyle(one).textOverflow !== "ellipsis") wrong.push(`cut: ${says}`);
  }
  return wrong;
}"""
SMALL_TARGETS = """least => {
  const kinds = "button, select, input, .button, .act, .number.go, .author, .by time a, .link a, .bar-row, .tops a";
  return [...document.querySelectorAll(kinds)].filter(one => {
    const target = one.matches("input[type=checkbox], input[type=radio]") ? one.closest("label") : one;
    const box = target.getBoundingClientRect();
    if (!one.checkVisibility() || !box.width || one.closest(".spoken, .skip")) return false;
    return box.height < least - 0.5 || (box.width < least - 0.5 && !one.matches("input"));
  }).map(one => one.outerHTML.slice(0, 90));
}"""


def test_nothing_overflows_from_320_px_to_4k(simulator: Simulator, open_page: OpenPage) -> None:
    simulator.put(records.hostile(now() - 10_000), live=False)
    page = open_page(simulator.url, width=320, height=800)
    page.locator("#list article").first.wait_for()
    for width in (320, 375, 700, 768, 1023, 1024, 1920, 3840):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.locator("#list article").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            """() => [...document.querySelectorAll('.column *')].filter(one => {
              const box = one.getBoundingClientRect();
              return box.width && box.right > innerWidth + 1 && !one.closest('.order-list, .hidden, svg, bdi');
            }).map(one => one.className)"""
        )
        assert wide == [], width


@pytest.mark.parametrize("touch", [False, True])
def test_no_control_is_cut_or_covered(simulator: Simulator, open_page: OpenPage, touch: bool) -> None:
    page = open_page(f"{simulator.url}/?q=storm+OR+ferry", width=3840, height=900, has_touch=touch)
    for width in (3840, 1024, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("#list article").first.wait_for()
        if width < 700:
            assert page.evaluate(HIDDEN_CONTROLS) == []
            page.get_by_role("button", name="Choose a time").click()
            assert page.evaluate(HIDDEN_CONTROLS) == []
            page.get_by_role("button", name="Insight", exact=True).click()
        page.get_by_role("tab", name="Cloud", exact=True).click()
        page.locator(".bars li").first.wait_for()
        page.locator(".series canvas").wait_for()
        assert page.evaluate(HIDDEN_CONTROLS) == []
        page.get_by_role("tab", name="Authors").click()
        page.locator(".tops tr").first.wait_for()
        assert page.evaluate(HIDDEN_CONTROLS) == []


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_click_targets_are_large_enough(simulator: Simulator, open_page: OpenPage, touch: bool, least: int) -> None:
    page = open_page(simulator.url, width=390, height=800, has_touch=touch, is_mobile=touch)
    page.locator("#list article").first.wait_for()
    page.locator(".examples button").first.wait_for()
    assert page.evaluate(SMALL_TARGETS, least) == []
    page.get_by_role("button", name="Insight", exact=True).click()
    page.locator(".bars li").first.wait_for()
    page.get_by_role("tab", name="Links").click()
    page.locator(".tops tr").first.wait_for()
    assert page.evaluate(SMALL_TARGETS, least) == []
    for name in ("Saved", "Help, keys and settings"):
        page.get_by_role("button", name=name).click()
        page.get_by_role("dialog").wait_for()
        assert page.evaluate(SMALL_TARGETS, least) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("width", "height", "touch"), [(320, 256, False), (844, 340, True), (1280, 400, False)])
def test_a_low_window_still_shows_the_list(
    simulator: Simulator, open_page: OpenPage, width: int, height: int, touch: bool
) -> None:
    simulator.page["generated"] = True
    page = open_page(simulator.url, width=width, height=height, has_touch=touch, is_mobile=touch)
    page.locator("#list article").first.wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('#list').clientHeight / innerHeight") >= 0.5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(HIDDEN_CONTROLS) == []
    expect(page.locator(".histogram")).to_be_hidden()
    page.get_by_role("button", name="Choose a time").click()
    page.locator(".histogram canvas").wait_for()
    assert page.evaluate("document.querySelector('#list').clientHeight") >= 90
    page.get_by_role("button", name="Zoom in (latest half)").click()
    expect(page.locator(".live")).to_contain_text("Fixed time")
    page.locator(".status .state").click()
    expect(page.get_by_role("dialog")).to_contain_text("These posts are generated")


@pytest.fixture
def desk(chromium: Browser) -> Page:
    """Return a blank page whose scripts read pixels."""
    return chromium.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_under_forced_colours(
    simulator: Simulator, open_page: OpenPage, desk: Page, scheme: str
) -> None:
    page = open_page(
        f"{simulator.url}/?q=storm+OR+ferry",
        forced_colors="active",
        color_scheme=scheme,
        device_scale_factor=2,
        height=1_400,
    )
    page.locator("#list article").first.wait_for()
    page.locator(".cloud text").first.wait_for()
    page.locator(".live").click()
    for _ in range(10):  # an element that is being redrawn may have moved
        measured, faint = faint_texts(page, desk, 4.5, 2)
        if not faint:
            break
        page.wait_for_timeout(500)
    assert measured > 150
    assert faint == []
    desk.close()


def test_reduced_motion_stops_all_animations(simulator: Simulator, open_page: OpenPage) -> None:
    began = """() => {
      window.began = [];
      for (const kind of ["animationstart", "transitionstart"])
        document.addEventListener(kind, event => window.began.push(event.animationName ?? event.propertyName), true);
    }"""
    for motion, found in (("no-preference", ["arrive"]), ("reduce", [])):
        page = open_page(simulator.url, reduced_motion=motion)
        page.locator("#list article").first.wait_for()
        page.locator(".cloud text").first.wait_for()
        page.evaluate(began)
        made = records.post(13_000 + len(found), now())
        simulator.put([made])
        card = page.locator(f'[data-id="{made.id}"]')
        card.hover()
        page.keyboard.press("j")
        page.get_by_role("button", name="Help, keys and settings").click()
        page.keyboard.press("Escape")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert sorted(set(page.evaluate("window.began"))) == found
        smooth = "[...document.querySelectorAll('*')].some(one => getComputedStyle(one).scrollBehavior === 'smooth')"
        assert not page.evaluate(smooth)


def test_right_to_left_and_mixed_texts_keep_their_direction_and_language(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(simulator.url)
    page.locator("#list article").first.wait_for()
    at = now()
    arabic = records.post(12_000, at, text="العاصفة تقترب من الميناء storm", lang="ar", entities=[])
    japanese = records.post(12_001, at + 1, text="港の波がすごい", lang="ja", entities=[])
    told = "@ada 12:30 – הסערה מתקרבת\nand in English"
    mixed = records.post(12_002, at + 2, text=told, lang="he", entities=[Entity("mention", 0, 4, "ada@far.example")])
    simulator.put([arabic, japanese, mixed])
    paragraphs = page.locator(f'[data-id="{mixed.id}"] .paragraph')
    expect(paragraphs).to_have_count(2)
    directions = paragraphs.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")
    assert directions == ["rtl", "ltr"]
    text = page.locator(f'[data-id="{arabic.id}"] .text')
    expect(text).to_have_attribute("lang", "ar")
    assert text.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator(f'[data-id="{arabic.id}"] .by').evaluate("one => getComputedStyle(one).direction") == "ltr"
    expect(page.locator(f'[data-id="{japanese.id}"] .text')).to_have_attribute("lang", "ja")


def test_right_to_left_words_do_not_reorder_numbers_in_charts_and_tables(open_page: OpenPage) -> None:
    words = "العاصفة תקרבת الميناء"
    made = Simulator()
    made.put(
        [
            records.post(number, now() - number * 4_000, text=f"{words} {number}", entities=[], lang="ar")
            for number in range(1, 61)
        ],
        live=False,
    )
    made.start()
    try:
        page = open_page(f"{made.url}/?q=العاصفة", height=1_400)
        page.locator(".bars li").first.wait_for()
        beside = """([row, word, number]) => [...document.querySelectorAll(row)].map(one => {
          const parts = [one.querySelector(word), one.querySelector(number)];
          const whole = one.getBoundingClientRect(), [a, b] = parts.map(part => part.getBoundingClientRect());
          const fits = a.left >= whole.left - 1 && a.right <= b.left + 1 && b.right <= whole.right + 1;
          return [...parts.map(part => part.innerText.trim()), fits];
        })"""
        rows = page.evaluate(beside, [".bars li", ".word", ".n"])
        assert {(word, count, fits) for word, count, fits in rows} >= {(word, "60", True) for word in words.split()}
        assert all(fits for _, _, fits in rows), rows
        title = page.locator("#column-title")
        expect(title).to_have_text("العاصفة")
        assert page.locator(".count").inner_text() == "60"
        assert title.bounding_box()["x"] < page.locator(".count").bounding_box()["x"]  # type: ignore[index]
        page.locator(".cloud text").first.wait_for()
        outside = """() => { const box = document.querySelector(".cloud svg").getBoundingClientRect();
          return [...document.querySelectorAll(".cloud text")].filter(one => {
            const word = one.getBoundingClientRect();
            return word.left < box.left - 1 || word.right > box.right + 1;
          }).map(one => one.textContent); }"""
        assert page.evaluate(outside) == []
        page.locator(".cloud").get_by_role("button", name="Show as table").click()
        rows = page.evaluate(beside, [".cloud tbody tr", "td:first-child bdi", "td:last-child"])
        assert {word for word, _, _ in rows} >= set(words.split())
        assert all(count == "60" and fits for word, count, fits in rows if word in words.split()), rows
    finally:
        made.stop()
