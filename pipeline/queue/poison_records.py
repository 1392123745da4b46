"""Search for poison records: finds the records that make a batch fail by trying it in ever smaller parts.

The search returns what the good parts gave and the poison records with their errors. It saves a `PoisonProgress` before
each try, so that the attempt after a crash, or after `BUDGET_S`, resumes there. A record is poison when it raised
alone, or when `DEATHS` workers died over it alone; an outage or running out of time makes none poison, nor does a store
that refuses every record. The search knows neither Redis nor the store.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from pipeline.errors import AttemptUnfinished, BatchDone, BrokerUnavailable, StoreError, StoreUnavailable

DEATHS = 2
"""Workers that must die over one record before it counts as poison: one may have died for another reason."""
PARTS = 8
"""Parts that a span of records is divided into: few tries for a record that raises, few deaths for one that kills."""
BUDGET_S = 20.0
"""Seconds after which the next attempt gets the rest, well before the kernel ends the worker (`BATCH_LIMIT_S`)."""
DIED = "a worker died over it"
REASON_CHARS = 200

Span = tuple[int, int]
_T = TypeVar("_T")


class PoisonProgress(msgspec.Struct, frozen=True):
    """State of a search: `left` are the spans not tried yet (None: all), `bad` the poison records with their errors.

    `at` is the span that was about to be tried when this was saved, `deaths` the tries in a row that may have killed a
    worker there.
    """

    left: list[Span] | None = None
    bad: dict[int, str] = {}
    at: Span | None = None
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class PoisonResult(Generic[_T]):
    """Result of a search: what the good parts returned, and the poison records (index → error)."""

    parts: list[_T]
    bad: dict[int, str]


def parts_of(span: Span) -> list[Span]:
    """Return a span divided into at most `PARTS`, in order."""
    start, end = span
    step = -(-(end - start) // PARTS)
    return [(at, min(end, at + step)) for at in range(start, end, max(1, step))]


class PoisonFinder(Generic[_T]):
    """Searches one batch in one attempt.

    Args:
        size: number of records in the batch.
        known: state that earlier attempts saved.
        attempt: processes the records at these indexes together, and raises whatever goes wrong.
        save: saves the state.
        clock_s: monotonic clock in seconds.
    """

    def __init__(
        self,
        size: int,
        known: PoisonProgress,
        attempt: Callable[[Sequence[int]], _T],
        save: Callable[[PoisonProgress], None],
        clock_s: Callable[[], float],
    ) -> None:
        self._size = size
        self._known = known
        self._attempt = attempt
        self._save = save
        self._clock_s = clock_s
        self._bad = dict(known.bad)
        self._left = parts_of((0, size)) if known.left is None else list(known.left)
        if known.at is not None and known.at[1] - known.at[0] > 1:
            self._left = sorted({*self._left, *parts_of(known.at)} - {known.at})
        elif known.at is not None and known.deaths >= DEATHS:
            self._bad[known.at[0]] = DIED
        self._good = [index for index in range(size) if index not in self._bad and not self._is_left(index)]
        self._done: list[_T] = []
        self._refused: StoreError | None = None

    def run(self) -> Generator[str, None, PoisonResult[_T]]:
        """Try the records part by part; yield after each part, return the result.

        Raises:
            AttemptUnfinished: the time is used up; the next attempt resumes from the saved state.
            StoreUnavailable, BrokerUnavailable: an outage, which makes no record poison.
            StoreError: the store refused every record alone, so the cause lies in none of them.
            Exception: raised over records together that had succeeded alone.
        """
        began_s = self._clock_s()
        tried = False
        while (span := self._next()) is not None:
            if tried and self._clock_s() - began_s > BUDGET_S:
                self._save(PoisonProgress(self._left, self._bad))
                left = sum(end - start for start, end in self._left)
                raise AttemptUnfinished(f"{left} of {self._size} records are still to be tried")
            self._try(span)
            tried = True
            yield "tried"
        if self._good:  # earlier attempts found them good and published nothing
            self._try_together()
            yield "tried"
        if self._refused is not None and not self._done:
            self._save(PoisonProgress())
            raise self._refused
        self._save(PoisonProgress([], self._bad))
        return PoisonResult(self._done, self._bad)

    def _is_left(self, index: int) -> bool:
        return any(start <= index < end for start, end in self._left)

    def _next(self) -> Span | None:
        """Return the next part with a record that is not known as poison."""
        while self._left:
            if any(index not in self._bad for index in range(*self._left[0])):
                return self._left[0]
            self._left.pop(0)
        return None

    def _try(self, span: Span) -> None:
        deaths = self._known.deaths + 1 if span == self._known.at else 1
        self._save(PoisonProgress(self._left, self._bad, span, deaths))
        try:
            self._done.append(self._attempt([index for index in range(*span) if index not in self._bad]))
        except (StoreUnavailable, BrokerUnavailable, BatchDone, AttemptUnfinished):
            self._save(PoisonProgress(self._left, self._bad))
            raise
        except Exception as error:  # noqa: BLE001 - any error: its cause lies in this part
            if span[1] - span[0] > 1:
                self._left[:1] = parts_of(span)
                return
            self._bad[span[0]] = f"{type(error).__name__}: {error}"[:REASON_CHARS]
            if isinstance(error, StoreError):
                self._refused = error
        self._left.pop(0)

    def _try_together(self) -> None:
        self._save(PoisonProgress([], self._bad, (0, self._size), 1))
        try:
            self._done.append(self._attempt(self._good))
        except (StoreUnavailable, BrokerUnavailable, BatchDone, AttemptUnfinished):
            self._save(PoisonProgress([], self._bad))
            raise
        except Exception:
            self._save(PoisonProgress(parts_of((0, self._size)), self._bad))
            raise
