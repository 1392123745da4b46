"""Response cache: requests for the same thing within two seconds share one response, also while it is being made.

Many readers of one chart cost the store one read. An error goes to every request that waits for it and is never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from gevent.event import Event

CACHE_TTL_S = 2.0
"""Seconds that a response is kept."""
CACHE_MAX_BYTES = 4 * 1024 * 1024
_ENTRY_BYTES = 1024
"""Memory of an entry beside its bytes, roughly."""


class _Response:
    __slots__ = ("body", "done", "error", "made_at")

    def __init__(self) -> None:
        self.done = Event()
        self.body: bytes | None = None
        self.error: Exception | None = None
        self.made_at = 0.0


class ResponseCache:
    """Responses by key, bounded in age and bytes; safe to use from any greenlet."""

    def __init__(self, keep_s: float = CACHE_TTL_S, max_bytes: int = CACHE_MAX_BYTES) -> None:
        self._keep_s = keep_s
        self._max_bytes = max_bytes
        self._making: dict[Hashable, _Response] = {}
        self._kept: dict[Hashable, _Response] = {}  # oldest first
        self._size = 0

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the response of a key: a kept one, the one that is being made, or what `make` returns.

        Raises:
            Exception: the error that `make` raised, in this request or in the one that was making the response.
        """
        while True:
            self._forget_old()
            kept = self._kept.get(key)
            if kept is not None and kept.body is not None:
                return kept.body
            making = self._making.get(key)
            if making is None:
                return self._make(key, make)
            making.done.wait()
            if making.error is not None:
                raise making.error
            if making.body is not None:
                return making.body
            # The request that was making the response was killed: this one makes it.

    @property
    def size_bytes(self) -> int:
        """Bytes of the responses that are kept."""
        return self._size

    def _make(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        response = self._making[key] = _Response()
        try:
            response.body = make()
        except Exception as error:
            response.error = error
            raise
        finally:
            del self._making[key]
            response.done.set()
        response.made_at = time.monotonic()
        self._kept[key] = response
        self._size += _ENTRY_BYTES + len(response.body)
        while self._size > self._max_bytes:
            self._forget(next(iter(self._kept)))
        return response.body

    def _forget_old(self) -> None:
        limit = time.monotonic() - self._keep_s
        while self._kept and next(iter(self._kept.values())).made_at < limit:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        body = self._kept.pop(key).body
        self._size -= _ENTRY_BYTES + len(body or b"")
