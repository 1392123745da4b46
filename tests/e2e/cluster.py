"""Direct access to an Elasticsearch cluster, past the product: counts its documents, and sets a full disk's block."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def block(url: str, *, on: bool, prefix: str = "murmur") -> None:
    """Make all indices under a prefix read-only, as a server does whose disk is full, or let them be written again."""
    _ask(f"{url}/{prefix}-*/_settings", {"index.blocks.read_only_allow_delete": True if on else None}, "PUT")


def documents(url: str, word: str, prefix: str = "murmur") -> int:
    """Return the number of documents of posts that have a word, duplicates included."""
    _ask(f"{url}/{prefix}-posts/_refresh", None, "POST")
    count: int = _ask(f"{url}/{prefix}-posts/_count", {"query": {"term": {"words": word}}}, "POST")["count"]
    return count


def _ask(address: str, body: Any, method: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
