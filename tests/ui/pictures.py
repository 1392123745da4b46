"""Compares what the page looks like with a baseline kept here: boxes and words exactly enough, pixels roughly.

A baseline is a JSON of the boxes of named parts with their words and colours, and a picture of a quarter of the size:
there a hair more or less of antialiasing, as another Chromium draws it, is no difference. `UPDATE_PICTURES=1` writes
baselines anew.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.conftest import missing
from tests.ui.drawn import DRAWN, HEAD, source_of

BASELINES = Path(__file__).parent / "baseline"
UPDATE = "UPDATE_PICTURES"
BOX_TOLERANCE_PX = 3
CHANNEL_TOLERANCE = 40
DIFFERENT_SHARE_MAX = 0.01
FONT_TOLERANCE_PX = 0.5
SETTLE_MS = 250
SETTLE_TRIES = 40
TRIES = 8
AGAIN_MS = 1_000
PARTS = (
    ".top", ".search", ".tools", ".notice", ".column", ".head", ".head h2", ".live", ".histogram", ".orders",
    ".feed-place", "#list", ".empty h3", ".empty p", ".empty .action", ".status", ".status .state", ".status .cause",
    ".status .action", ".figures", ".panel", ".words", ".tabs", ".tabbar",
)  # fmt: skip
WORDS = (".head h2", ".live", ".empty", ".status .state", ".status .cause", ".status .action", ".search-fault")
MASKED = (".cloud", ".figures-of", ".figures")
MEASURE = """([parts, words]) => {
  const shown = one => one && one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
  const boxes = {}, said = {};
  for (const part of parts) {
    const one = document.querySelector(part);
    if (!shown(one)) continue;
    const box = one.getBoundingClientRect();
    boxes[part] = [box.x, box.y, box.width, box.height].map(Math.round);
  }
  for (const part of words) {
    const one = document.querySelector(part);
    if (shown(one)) said[part] = [one.innerText.replace(/\\s+/g, " ").trim(), getComputedStyle(one).color];
  }
  return { boxes, said };
}"""
FONT_PROBE = """() => {
  const probe = document.createElement("span");
  probe.textContent = "The quick brown fox 0123456789 jumps over 港の波 العاصفة";
  probe.style.cssText = "position: absolute; white-space: nowrap; font: 600 32px var(--font)";
  document.body.append(probe);
  const width = probe.getBoundingClientRect().width;
  probe.remove();
  return width;
}"""
SHRINK = (
    "async source => {"
    + DRAWN
    + """
  return (await drawn(source, 1 / 4)).canvas.toDataURL("image/png");
}"""
)
DIFFERENCE = (
    "async ([one, other, tolerance]) => {"
    + DRAWN
    + """
  const pixels = async source => {
    const context = await drawn(source);
    return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let different = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const far = [0, 1, 2].some(channel => Math.abs(a.data[at + channel] - b.data[at + channel]) > tolerance);
    if (far) different++;
  }
  return different / (a.data.length / 4);
}"""
)


class Pictures:
    """Takes the page as it is and compares it. Shrinks and compares in a blank page of its own."""

    def __init__(self, browser: Browser, shots: Path) -> None:
        self._desk = browser.new_page()
        self._shots = shots

    def close(self) -> None:
        """Close the blank page."""
        self._desk.close()

    def check(self, page: Page, name: str) -> None:
        """Compare the page with a baseline once it has come to rest; with other fonts only its words and colours."""
        page.evaluate("document.fonts.ready")
        kept = BASELINES / f"{name}.json"
        if os.environ.get(UPDATE):
            found, picture = self._settled(page, name)
            BASELINES.mkdir(exist_ok=True)
            kept.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
            (BASELINES / f"{name}.png").write_bytes(base64.b64decode(picture.removeprefix(HEAD)))
            return
        wanted = json.loads(kept.read_text(encoding="utf-8"))
        difference = ""
        for _ in range(TRIES):  # a page may rest for a moment and still not have all it asked for
            found, picture = self._settled(page, name)
            difference = self._difference(name, found, picture, wanted)
            if not difference:
                return
            page.wait_for_timeout(AGAIN_MS)
        raise AssertionError(difference)

    def _difference(self, name: str, found: dict[str, Any], picture: str, wanted: dict[str, Any]) -> str:
        """Return what differs from the baseline, "" if nothing does."""
        if found["said"] != wanted["said"]:
            return f"it says {found['said']}, not {wanted['said']}"
        if abs(found["font"] - wanted["font"]) > FONT_TOLERANCE_PX:
            missing("fonts-noto-core, -cjk and -color-emoji in the version of the baselines")
        moved = _moved(found["boxes"], wanted["boxes"])
        if moved:
            return f"(now, then) of what is elsewhere: {moved}"
        before = source_of((BASELINES / f"{name}.png").read_bytes())
        share = self._desk.evaluate(DIFFERENCE, [picture, before, CHANNEL_TOLERANCE])
        if share <= DIFFERENT_SHARE_MAX:
            return ""
        return (
            f"{share:.1%} of {name} looks different: compare {self._shots / name}.png with {BASELINES / name}.png; "
            f"if it is meant, {UPDATE}=1 writes it anew"
        )

    def _settled(self, page: Page, name: str) -> tuple[dict[str, Any], str]:
        """Return boxes, words and the shrunk picture when two in a row are the same; keep the last one in full size."""
        before: tuple[dict[str, Any], str] | None = None
        for _ in range(SETTLE_TRIES):
            taken = page.screenshot(
                mask=[page.locator(one) for one in MASKED], mask_color="#888888", animations="disabled", caret="hide"
            )
            small: str = self._desk.evaluate(SHRINK, source_of(taken))
            measured = page.evaluate(MEASURE, [PARTS, WORDS]) | {"font": round(page.evaluate(FONT_PROBE), 1)}
            if before == (measured, small):
                (self._shots / f"{name}.png").write_bytes(taken)
                return before
            before = measured, small
            page.wait_for_timeout(SETTLE_MS)
        raise AssertionError("the page does not come to rest")


def _moved(found: dict[str, list[int]], wanted: dict[str, list[int]]) -> dict[str, Any]:
    """Return the parts that are not where they were: (now, then), None where there is none."""
    moved: dict[str, Any] = {}
    for part in found.keys() | wanted.keys():
        now, then = found.get(part), wanted.get(part)
        if now is None or then is None or any(abs(a - b) > BOX_TOLERANCE_PX for a, b in zip(now, then, strict=True)):
            moved[part] = (now, then)
    return moved
