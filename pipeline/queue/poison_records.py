"""Search for poison records: tries a failing batch in parts, and each failing part in smaller parts.

The search knows neither Redis nor the store. It saves a `PoisonProgress` before each try, so that the attempt after a
crash, or after the time budget, resumes there. A record is poison when it raised alone, or when `DEATHS` workers died
over it alone. Running out of time makes no record poison.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from pipeline.errors import BatchDone, BrokerUnavailable, MurmurError, StoreError, StoreUnavailable

DEATHS = 2
"""Workers that must die over one record before it counts as guilty: one may have died of something else."""
PARTS = 8
"""Into so many parts a span of records is divided: few tries for an exception, few deaths for what kills."""
BUDGET_S = 20.0
"""After this long the rest is left to another attempt, well before the kernel ends the worker at `BATCH_LIMIT_S`."""
DIED = "a worker died over it"
REASON_CHARS = 200

Span = tuple[int, int]
T = TypeVar("T")


class PoisonProgress(msgspec.Struct, frozen=True):
    """How far a batch is known: `left` are the spans not tried yet (None: all), `bad` the guilty records with reasons.

    `at` is the span that was being tried when this was noted, `deaths` how many workers in a row died over it before.
    """

    left: list[Span] | None = None
    bad: dict[int, str] = {}
    at: Span | None = None
    deaths: int = 0


class AttemptUnfinished(MurmurError):
    """Raised when an attempt's share of time is used up: what it found or removed stays, and another goes on there."""

    code = "unfinished"


@dataclass(frozen=True, slots=True)
class PoisonResult(Generic[T]):
    """The parts that went well, and the guilty records with their reasons."""

    parts: list[T]
    bad: dict[int, str]


def parts_of(span: Span) -> list[Span]:
    """Return a span divided into at most `PARTS`, in order."""
    start, end = span
    step = -(-(end - start) // PARTS)
    return [(at, min(end, at + step)) for at in range(start, end, max(1, step))]


class PoisonFinder(Generic[T]):
    """Sifts one batch in one attempt.

    Args:
        size: how many records the batch has.
        known: what earlier attempts found.
        attempt: tries the records at some indexes together, and raises whatever goes wrong.
        note: keeps what is known by now.
        clock_s: a clock in seconds.
    """

    def __init__(
        self,
        size: int,
        known: PoisonProgress,
        attempt: Callable[[Sequence[int]], T],
        note: Callable[[PoisonProgress], None],
        clock_s: Callable[[], float],
    ) -> None:
        self._size = size
        self._known = known
        self._attempt = attempt
        self._note = note
        self._clock_s = clock_s
        self._bad = dict(known.bad)
        self._left = parts_of((0, size)) if known.left is None else list(known.left)
        if known.at is not None and known.at[1] - known.at[0] > 1:
            self._left = sorted({*self._left, *parts_of(known.at)} - {known.at})
        elif known.at is not None and known.deaths >= DEATHS:
            self._bad[known.at[0]] = DIED
        self._good = [index for index in range(size) if index not in self._bad and not self._is_left(index)]
        self._done: list[T] = []
        self._refused: StoreError | None = None

    def run(self) -> Generator[str, None, PoisonResult[T]]:
        """Try the records part by part; yield after each part, return what went well and what did not.

        Raises:
            AttemptUnfinished: the time is used up; what was noted last says where to go on.
            StoreUnavailable, BrokerUnavailable: an outage, nobody's guilt.
            StoreError: the store refused every record alone, so the cause is in none of them.
            Exception: whatever was raised over records together that had gone well alone.
        """
        began_s = self._clock_s()
        tried = False
        while (span := self._next()) is not None:
            if tried and self._clock_s() - began_s > BUDGET_S:
                self._note(PoisonProgress(self._left, self._bad))
                left = sum(end - start for start, end in self._left)
                raise AttemptUnfinished(f"{left} of {self._size} records are still to be tried")
            self._try(span)
            tried = True
            yield "tried"
        if self._good:  # found so by earlier attempts, which published nothing
            self._try_together()
            yield "tried"
        if self._refused is not None and not self._done:
            self._note(PoisonProgress())
            raise self._refused
        self._note(PoisonProgress([], self._bad))
        return PoisonResult(self._done, self._bad)

    def _is_left(self, index: int) -> bool:
        return any(start <= index < end for start, end in self._left)

    def _next(self) -> Span | None:
        """Return the next part with a record that is not known to be guilty."""
        while self._left:
            if any(index not in self._bad for index in range(*self._left[0])):
                return self._left[0]
            self._left.pop(0)
        return None

    def _try(self, span: Span) -> None:
        deaths = self._known.deaths + 1 if span == self._known.at else 1
        self._note(PoisonProgress(self._left, self._bad, span, deaths))
        try:
            self._done.append(self._attempt([index for index in range(*span) if index not in self._bad]))
        except (StoreUnavailable, BrokerUnavailable, BatchDone, AttemptUnfinished):
            self._note(PoisonProgress(self._left, self._bad))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the cause is in this part
            if span[1] - span[0] > 1:
                self._left[:1] = parts_of(span)
                return
            self._bad[span[0]] = f"{type(error).__name__}: {error}"[:REASON_CHARS]
            if isinstance(error, StoreError):
                self._refused = error
        self._left.pop(0)

    def _try_together(self) -> None:
        self._note(PoisonProgress([], self._bad, (0, self._size), 1))
        try:
            self._done.append(self._attempt(self._good))
        except (StoreUnavailable, BrokerUnavailable, BatchDone, AttemptUnfinished):
            self._note(PoisonProgress([], self._bad))
            raise
        except Exception:
            self._note(PoisonProgress(parts_of((0, self._size)), self._bad))
            raise
