"""Redaction of error texts that strangers may read: removes URLs, addresses, paths and the hosts of our settings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipeline.settings import Settings

_REDACTED = "…"
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s,;)'\"]+", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]*:[0-9a-f:.]*\])(?::\d+)?(?![\w.])", re.IGNORECASE
)
_PATH = re.compile(r"(?<![\w/])/[\w.-]+(?:/[\w.-]*)+")


def redacted(why: str, settings: Settings) -> str:
    """Return a text without URLs, IP addresses, file paths, and the hosts of our own settings."""
    text = _PATH.sub(_REDACTED, _ADDRESS.sub(_REDACTED, _URL.sub(_REDACTED, why)))
    for host in _own_hosts(settings):
        text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?::\d+)?(?![\w-])", _REDACTED, text, flags=re.IGNORECASE)
    return text


def _own_hosts(settings: Settings) -> set[str]:
    urls = (settings.elasticsearch_url, settings.redis_url, settings.broker_url)
    return {host for url in urls if url and (host := urlsplit(url).hostname)}
