"""Compression dictionaries (Zstandard) of Jetstream servers: fetched once for each server and kept.

With a server's dictionary its events can be requested compressed. Servers of the older wire (see `jetstream_url.py`)
publish none; their events come uncompressed, as do those of a server that no longer knows its dictionary (`forget`).
"""

from __future__ import annotations

from dataclasses import dataclass

import urllib3
import zstandard

from pipeline.sources.bluesky.jetstream_url import dictionary_url, is_newer

DICTIONARY_TIMEOUT_S = 10.0
LARGEST_DICTIONARY = 4 * 1024 * 1024


@dataclass(frozen=True)
class ZstdDictionary:
    """Compression dictionary of a server, and the server's number of it."""

    number: int
    data: zstandard.ZstdCompressionDict


class Dictionaries:
    """Compression dictionaries of the servers, each requested once. None: a server's events come uncompressed."""

    def __init__(self) -> None:
        self._known: dict[str, ZstdDictionary | None] = {}

    def of(self, url: str) -> ZstdDictionary | None:
        """Return the dictionary of a server; requests it the first time."""
        if not is_newer(url):
            return None  # a server of the long-standing wire does not publish its dictionary
        if url not in self._known:
            self._known[url] = _fetch_dictionary(url)
        return self._known[url]

    def forget(self, url: str) -> None:
        """Request uncompressed events from now on: the server no longer knows its dictionary."""
        self._known[url] = None


def _fetch_dictionary(url: str) -> ZstdDictionary | None:
    try:
        answer = urllib3.request(
            "GET", dictionary_url(url), timeout=DICTIONARY_TIMEOUT_S, retries=False, preload_content=False
        )
        data = answer.read(LARGEST_DICTIONARY + 1) if answer.status == 200 else b""
        answer.close()
        known = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT) if data else None
    except (urllib3.exceptions.HTTPError, zstandard.ZstdError, OSError, ValueError):
        return None
    return ZstdDictionary(known.dict_id(), known) if known is not None and len(data) <= LARGEST_DICTIONARY else None
