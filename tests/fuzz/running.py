"""Run of one part of the fuzz tests: its cases, the memory of the processes, and the report of a failure."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WARM_CASES = 300
GROWTH_MB = 48.0
"""A process whose memory, past its first quarter, has grown by more than this leaks."""
LOOK_S = 0.25


class Fault(Exception):
    """Raised when a case fails: `what` happened, and the shrunk input that causes it."""

    def __init__(self, what: str, data: bytes | str) -> None:
        super().__init__(what)
        self.what = what
        self.data = data


def rss_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def sockets_of(pid: int) -> int:
    """Return the number of open sockets of a process. Files do not count: threads open the store."""
    return sum(_target(link).startswith("socket:") for link in Path(f"/proc/{pid}/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:  # closed since it was listed
        return ""


@dataclass
class Memory:
    """The memory of some processes over the cases of a part."""

    pids: tuple[int, ...]
    seen: list[tuple[int, float]] = field(default_factory=list)
    _looked_s: float = 0.0

    def look(self, case: int) -> None:
        """Sample the memory now and then."""
        now = time.monotonic()
        if case >= WARM_CASES and now - self._looked_s >= LOOK_S:
            self._looked_s = now
            self.seen.append((case, sum(map(rss_mb, self.pids))))

    def growth_mb(self) -> float:
        """Return by how much the last quarter's least is above the second's greatest; 0 where too little was seen."""
        count = len(self.seen)
        if count < 16:
            return 0.0
        early = max(mb for _, mb in self.seen[count // 4 : count // 2])
        return min(mb for _, mb in self.seen[-count // 4 :]) - early

    def line(self) -> str:
        """Return a line for people: the slope in MB per thousand cases (least squares), and the latest."""
        if len(self.seen) < 2:
            return "memory: too few cases to tell"
        later = self.seen[len(self.seen) // 4 :]
        x = sum(case for case, _ in later) / len(later)
        y = sum(mb for _, mb in later) / len(later)
        spread = sum((case - x) ** 2 for case, _ in later) or 1.0
        slope = sum((case - x) * (mb - y) for case, mb in later) / spread * 1_000
        return f"memory: {self.seen[-1][1]:.0f} MB, {slope:+.2f} MB per 1,000 cases"


@dataclass
class Run:
    """One part's run. `only` is the single case to repeat, else as many as fit before `until_s`."""

    name: str
    seed: int
    until_s: float
    only: int | None = None
    done: int = 0

    def cases(self) -> Iterator[random.Random]:
        """Yield the chance of each case: the same for the same seed and number, whatever came before."""
        number = self.only or 0
        while self.only is None or not self.done:
            if self.only is None and time.monotonic() > self.until_s:
                return
            yield random.Random(f"{self.seed}:{self.name}:{number}")
            number += 1
            self.done += 1

    @property
    def number(self) -> int:
        """The present case's number."""
        return (self.only or 0) + self.done

    @contextmanager
    def watched(self, memory: Memory) -> Iterator[Callable[[], None]]:
        """Yield the function to call after each case; fail at the end if memory grew."""
        yield lambda: memory.look(self.done)
        print(f"{self.name}: {memory.line()}", flush=True)
        if memory.growth_mb() > GROWTH_MB:
            raise Fault(f"memory grew by {memory.growth_mb():.0f} MB: {memory.line()}", "")
