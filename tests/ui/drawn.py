"""Pictures of a page as a blank page's scripts read them."""

from __future__ import annotations

import base64

HEAD = "data:image/png;base64,"
DRAWN = """const drawn = async (source, share = 1) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(image.width * share);
  canvas.height = Math.ceil(image.height * share);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context;
};"""
"""Begins a script: `drawn` draws a picture, or a share of its size, and returns the context to read its pixels from."""


def source_of(png: bytes) -> str:
    """Return a picture as the `source` that `drawn` takes."""
    return HEAD + base64.b64encode(png).decode()
