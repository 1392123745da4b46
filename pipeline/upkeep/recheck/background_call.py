"""Background call: runs a network call that may hang in its own thread, so that the caller can stop waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")
LOOK_S = 0.05
"""Seconds between two looks whether to stop."""


class Stopped(Exception):
    """Raised when the caller stops waiting; the call runs on and its answer is dropped."""


class _Call(Generic[_T]):
    def __init__(self, ask: Callable[[], _T]) -> None:
        self._ask = ask
        self._answer: list[_T] = []
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="recheck-call", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._answer.append(self._ask())
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            self._error = error

    def result(self) -> _T:
        if self._error is not None:
            raise self._error
        return self._answer[0]


def call_in_background(ask: Callable[[], _T], stopping: Callable[[], bool]) -> _T:
    """Return what a call returns, or raise what it raises.

    Raises:
        Stopped: `stopping` returned True first.
    """
    call = _Call(ask)
    while call.thread.is_alive():
        if stopping():
            raise Stopped
        call.thread.join(LOOK_S)
    return call.result()
