"""Pictures of charts, typed times, UTC, rankings of all that is stored, print, and the phone's header in a browser."""

from __future__ import annotations

import re
import struct
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.sync_api import Page, expect

from pipeline.post import Counts
from tests.ui import records
from tests.ui.conftest import OpenPage, articles
from tests.ui.simulator import Simulator, now

SVG = "{http://www.w3.org/2000/svg}"


def _saved(page: Page, chart: str, file_format: str, path: Path) -> Path:
    page.get_by_role("button", name=f"Picture of “{chart}”").click()
    with page.expect_download() as download:
        page.get_by_role("group", name=f"Picture of “{chart}”").get_by_role("button", name=file_format).click()
    assert download.value.suggested_filename.endswith(f".{file_format.lower()}")
    download.value.save_as(path)
    return path


def test_pictures_say_what_they_show_and_hold_foreign_text_as_text(
    simulator: Simulator, open_page: OpenPage, tmp_path: Path
) -> None:
    simulator.put(
        [records.post(900 + n, now() - n, text=f"<b>זלזל</b> {n}", entities=[]) for n in range(3)], live=False
    )
    page = open_page(f"{simulator.url}/?q=זלזל+OR+storm", width=1440)
    page.locator(".cloud text").first.wait_for()
    for chart in ("Over time", "Word cloud", "Words"):
        root = ET.parse(_saved(page, chart, "SVG", tmp_path / "chart.svg")).getroot()  # noqa: S314 - our own file
        texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
        assert texts[0] == "זלזל OR storm"
        assert root.find(f"{SVG}text[@direction='rtl']") is not None
        assert re.search(r"\d{4}, \d\d:\d\d.* UTC", texts[1]), texts
        assert [one for one in texts if one.startswith("Based on ")]
        assert "Sources: Bluesky" in texts
        assert [one for one in texts if one.startswith("Made ")]
    png = _saved(page, "Over time", "PNG", tmp_path / "chart.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height > 600) == (1920, True)


def test_a_time_is_typed_in_the_zone_that_stands_beside_and_all_times_follow_the_setting(
    simulator: Simulator, open_page: OpenPage
) -> None:
    at = now() // 60_000 * 60_000
    page = open_page(f"{simulator.url}/?q=storm", width=1440, at=at, timezone_id="Asia/Kolkata")
    page.get_by_role("button", name="Type a time").click()
    fields = page.get_by_role("form", name="Time shown, typed")
    expect(fields.locator(".zone")).to_have_text("UTC+5:30")
    local = page.evaluate("ms => new Date(ms + 19800000).toISOString().slice(0, 19)", at - 600_000)
    fields.get_by_label("From").fill(local)
    fields.get_by_role("button", name="Show").click()
    expect(page.locator(".live")).to_contain_text("Fixed time")
    start = page.evaluate("Date.parse(new URLSearchParams(location.search).get('from'))")
    assert start == at - 600_000
    page.get_by_role("button", name="Help").click()
    page.get_by_label("in UTC").check()
    page.keyboard.press("Escape")
    expect(fields.locator(".zone")).to_have_text("UTC")
    utc = page.evaluate("ms => new Date(ms).toISOString().slice(0, 16)", at - 600_000)
    expect(fields.get_by_label("From")).to_have_value(re.compile(f"^{utc}"))


def test_a_ranking_is_of_all_that_is_stored_and_a_further_page_is_had_from_there(
    simulator: Simulator, open_page: OpenPage
) -> None:
    old = [
        records.post(
            2_000 + n, now() - 86_400_000 - n * 1_000, id=f"x:{n}", source="x", text=f"otter {n}",
            entities=[], counts=Counts(likes=9_000 - n),
        )
        for n in range(140)
    ]  # fmt: skip
    new = [
        records.post(3_000 + n, now() - n * 1_000, text=f"otter now {n}", entities=[], counts=Counts(likes=n))
        for n in range(520)
    ]
    simulator.put([*old, *new], live=False)
    page = open_page(f"{simulator.url}/?q=otter&sort=likes&depth=500")
    expect(page.locator(".pager .meta")).to_have_text("Ranked among all 660 posts stored that are no reposts.")
    assert articles(page)[:3] == ["x:0", "x:1", "x:2"]
    page.get_by_label("Posts per page").select_option("100")
    page.get_by_role("button", name="Next").click()
    expect(page.locator('#list article[data-id="x:139"]')).to_be_attached()
    assert articles(page)[:40] == [f"x:{n}" for n in range(100, 140)]


def test_print_has_posts_and_no_controls_and_the_phone_header_covers_nothing(
    simulator: Simulator, open_page: OpenPage
) -> None:
    page = open_page(f"{simulator.url}/?q=storm", width=1000)
    page.locator("#list article").first.wait_for()
    drawn = page.locator("#list article").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('#list article').length") > drawn
    page.emulate_media(media="print")
    expect(page.locator("#list article").first).to_be_visible()
    for control in (".top", ".status", ".orders", ".live"):
        expect(page.locator(control).first).to_be_hidden()
    phone = open_page(f"{simulator.url}/?q=storm+(", width=360, height=640)
    phone.locator(".fault").wait_for()
    boxes = [phone.locator(one).first.bounding_box() for one in (".search", ".fault", ".head h2")]
    for above, below in pairwise(boxes):
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"] + 1
