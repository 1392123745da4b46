"""Memory of a stream's ids: which status a later deletion means, and which statuses were deleted before they came.

A deletion names the id that one server gave a status; the status's `uri` identifies it everywhere. The last
`STATUS_CACHE_SIZE` statuses whose id alone would name another post, or none, are remembered with their `uri`. Mastodon
sends a deletion that follows within some milliseconds before the status itself (streaming 4.6.5: 20 of 20), so ids of
deletions that meant no known status are kept for `EARLY_DELETE_S`. An id that two statuses bear, as where a recording
holds several servers, names neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.normalise.mastodon.status_ids import id_from_uri

STATUS_CACHE_SIZE = 50_000
"""Statuses whose URI is remembered for a deletion."""
EARLY_DELETES_MAX = 10_000
"""Deletions of unknown statuses that are remembered."""
EARLY_DELETE_S = 600.0
"""Seconds that a deletion of an unknown status is remembered."""
_URI_MAX_CHARS = 1000
_AMBIGUOUS = ""


class StatusMemory:
    """Ids of one stream. `instance`: the server whose ids they are, "" where that is unknown."""

    def __init__(self, instance: str = "", clock_s: Callable[[], float] = time.monotonic) -> None:
        self._instance = instance
        self._clock_s = clock_s
        self._uris: dict[str, str] = {}
        self._early: dict[str, float] = {}

    def is_deleted(self, number: str) -> bool:
        """Return whether the deletion of a status came before the status."""
        at_s = self._early.get(number)
        return at_s is not None and self._clock_s() - at_s <= EARLY_DELETE_S

    def remember(self, number: str, uri: str) -> None:
        """Remember a status that passed."""
        if (
            not uri
            or len(uri) > _URI_MAX_CHARS
            or (self._instance and id_from_uri(uri) == f"{self._instance}/{number}")
        ):
            return  # the server's own status: its id names it without the URI
        former = self._uris.pop(number, uri)
        self._uris[number] = uri if former == uri else _AMBIGUOUS
        if len(self._uris) > STATUS_CACHE_SIZE:
            del self._uris[next(iter(self._uris))]

    def deleted(self, number: str) -> str | None:
        """Return the URI of the status that a deletion means, None if no known status has this id."""
        uri = self._uris.get(number)
        if uri:
            del self._uris[number]
            return uri
        if uri is None:
            self._early.pop(number, None)
            self._early[number] = self._clock_s()
            if len(self._early) > EARLY_DELETES_MAX:
                del self._early[next(iter(self._early))]
        return None
