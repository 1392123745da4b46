"""Contrast of drawn text, measured in the pixels of a screenshot, so that every source of a colour counts."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.ui.canvas import DRAWN, source_of

# Boxes of the texts in the viewport, without disabled, hidden and covered ones.
TEXTS = """() => {
  const found = [];
  const voiceOnly = one => one && (getComputedStyle(one).clipPath !== "none" || voiceOnly(one.parentElement));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const one = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
    if (!text || one.closest("script, noscript, :disabled, option, .paint, [hidden]")) continue;
    if (voiceOnly(one)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const box of range.getClientRects()) {
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      if (box.width < 4 || box.height < 8 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      const top = document.elementFromPoint(x, y);
      if (!top || !(top === one || one.contains(top) || top.contains(one))) continue;
      const at = one.className.baseVal ?? one.className;
      found.push({ text: text.slice(0, 40), at, box: [box.x, box.y, box.width, box.height] });
      break;
    }
  }
  return found;
}"""
RATIOS = (
    "async ([source, boxes, scale]) => {"
    + DRAWN
    + """
  const context = await drawn(source);
  const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  return boxes.map(box => {
    const [x, y, width, height] = box.map(one => Math.round(one * scale));
    const { data } = context.getImageData(x, y, Math.max(1, width), Math.max(1, height));
    let [least, most] = [1, 0];
    for (let at = 0; at < data.length; at += 4) {
      const light = 0.2126 * part(data[at]) + 0.7152 * part(data[at + 1]) + 0.0722 * part(data[at + 2]);
      least = Math.min(least, light);
      most = Math.max(most, light);
    }
    return (most + 0.05) / (least + 0.05);
  });
}"""
)


def faint_texts(page: Page, desk: Page, least: float, scale: int) -> tuple[int, list[str]]:
    """Return the number of measured texts, and those with a contrast below `least`. `scale`: device pixels a CSS px."""
    found: list[dict[str, Any]] = page.evaluate(TEXTS)
    picture = source_of(page.screenshot(animations="disabled"))
    ratios: list[float] = desk.evaluate(RATIOS, [picture, [one["box"] for one in found], scale])
    faint = [
        f"{one['text']} ({one['at']}): {ratio:.1f}" for one, ratio in zip(found, ratios, strict=True) if ratio < least
    ]
    return len(found), faint
