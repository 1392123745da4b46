"""GIF links: recognises links to a GIF at Tenor, KLIPY or GIPHY, and reads the description in their preview.

Bluesky has no embed for GIFs of these hosts: its app writes a link preview, and shows a GIF where the link leads to one
of them (social-app, `src/lib/strings/embed-player.ts`). The preview's description begins with "Alt: " where the author
wrote it, and with "ALT: " where the host did (`src/lib/gif-alt-text.ts`).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_FILE = re.compile(r"/[^/]+\.(?:gif|webp|mp4|webm)$", re.I)
_HOST = re.compile(r"(?:media\d?|c)\.tenor\.com|static\d?\.klipy\.com|(?:media\d?|i)\.giphy\.com")
_GIPHY_PAGE = re.compile(r"/gifs/(?:[^/]*-)?(?P<id>[A-Za-z0-9]+)/?")


def gif_address(uri: str) -> str:
    """Return the address of the moving picture that a link leads to, "" where it leads to no GIF."""
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    if host in ("giphy.com", "www.giphy.com"):
        page = _GIPHY_PAGE.fullmatch(parts.path)
        return f"https://i.giphy.com/media/{page['id']}/200.webp" if page else ""
    return uri if _HOST.fullmatch(host) and _FILE.search(parts.path) else ""


def gif_alt(title: str, description: str) -> str:
    """Return the description of a GIF from its preview, without the mark of who wrote it; else its title."""
    return re.sub(r"^(?:Alt|ALT): ", "", description).strip() or title.strip()
