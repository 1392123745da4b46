"""Pixels of screenshots: a script that draws a picture on a canvas of a blank page, for other scripts to read."""

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
"""Beginning of a script. Its function `drawn` draws a picture, scaled by `share`, and returns the canvas context."""


def source_of(png: bytes) -> str:
    """Return a PNG as the data URL that `drawn` takes."""
    return HEAD + base64.b64encode(png).decode()
