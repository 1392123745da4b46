"""Image type detection: the media type of a picture by its first bytes, whatever its header claims."""

from __future__ import annotations


def kind_of(data: bytes) -> str | None:
    """Return the media type of a picture, None where it is none that is passed on (SVG may hold scripts)."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return None
