"""Answers of the last two seconds: who asks what another just asked, or is asking, gets the same answer.

So that many readers of one chart cost the store one reading. It knows neither searches nor the store; an error is told
to all who wait for it and never kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from gevent.event import Event

KEEP_S = 2.0
MAX_BYTES = 4 * 1024 * 1024
_ENTRY_BYTES = 1024
"""What an answer costs beside its bytes, roughly."""


class _Answer:
    __slots__ = ("body", "done", "error", "made_at")

    def __init__(self) -> None:
        self.done = Event()
        self.body: bytes | None = None
        self.error: Exception | None = None
        self.made_at = 0.0


class Recent:
    """Answers by what was asked, bounded in age and bytes; safe to use from any greenlet."""

    def __init__(self, keep_s: float = KEEP_S, max_bytes: int = MAX_BYTES) -> None:
        self._keep_s = keep_s
        self._max_bytes = max_bytes
        self._making: dict[Hashable, _Answer] = {}
        self._kept: dict[Hashable, _Answer] = {}  # oldest first
        self._size = 0

    def get(self, asked: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the answer to `asked`: a recent one, the one that is being made, or what `make` returns.

        Raises:
            Exception: what `make` raised, here or where this answer was being made.
        """
        while True:
            self._forget_old()
            kept = self._kept.get(asked)
            if kept is not None and kept.body is not None:
                return kept.body
            making = self._making.get(asked)
            if making is None:
                return self._make(asked, make)
            making.done.wait()
            if making.error is not None:
                raise making.error
            if making.body is not None:
                return making.body
            # Who was making it was ended before it was made: the next one makes it.

    @property
    def size_bytes(self) -> int:
        """Bytes of the answers that are kept."""
        return self._size

    def _make(self, asked: Hashable, make: Callable[[], bytes]) -> bytes:
        answer = self._making[asked] = _Answer()
        try:
            answer.body = make()
        except Exception as error:
            answer.error = error
            raise
        finally:
            del self._making[asked]
            answer.done.set()
        answer.made_at = time.monotonic()
        self._kept[asked] = answer
        self._size += _ENTRY_BYTES + len(answer.body)
        while self._size > self._max_bytes:
            self._forget(next(iter(self._kept)))
        return answer.body

    def _forget_old(self) -> None:
        limit = time.monotonic() - self._keep_s
        while self._kept and next(iter(self._kept.values())).made_at < limit:
            self._forget(next(iter(self._kept)))

    def _forget(self, asked: Hashable) -> None:
        body = self._kept.pop(asked).body
        self._size -= _ENTRY_BYTES + len(body or b"")
