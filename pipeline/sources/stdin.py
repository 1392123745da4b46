"""Records from standard input, or from a pipe or file that stands for it: JSON lines of any known format.

Nothing can be read twice here, so there is no cursor: what was read and not yet handed over when this process is killed
is lost, at most `BLOCK` bytes and one line. What a line says is for `normalise`.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext

BLOCK = 256 * 1024
RECEIVE_S = 0.5
LONGEST = 4 * 1024 * 1024
KEPT = 64 * 1024
"""A longer line is cut to this, which makes it unreadable: it is set aside and nothing else."""


class LineCutter:
    """Takes bytes as they come, gives the lines that are whole; empty ones are left out."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def cut(self, block: bytes) -> list[bytes]:
        """Return the lines that end in a block."""
        *whole, rest = (self._rest + block).split(b"\n")
        if whole and self._skipping:
            whole, self._skipping = whole[1:], False
        found = [line for line in (part.strip() for part in whole) if line]
        if len(rest) > LONGEST:
            if not self._skipping:
                found.append(rest[:KEPT])
            rest, self._skipping = b"", True
        self._rest = rest
        return found

    def end(self) -> list[bytes]:
        """Return the last line, which nothing ended."""
        rest, self._rest = self._rest.strip(), b""
        return [rest] if rest and not self._skipping else []


class StdinSource:
    """Lines of a descriptor: standard input's, or that of a pipe or file at `path`."""

    name = "stdin"
    generated = False
    resumes = False
    patient = True

    def __init__(self, path: str = "", *, descriptor: int = 0) -> None:
        self._path = path
        self._descriptor = descriptor
        self._opened = not path
        self._begun = not path
        self._lines = LineCutter()

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:  # noqa: ARG002 - nothing is read twice
        """Yield lines until the input ends; see the contract.

        Raises:
            SourceUnavailable: the input cannot be read.
        """
        self._open()
        told = ""
        while not context.stopped():
            block = self._block(context.patience(RECEIVE_S))
            state = "live" if self._begun else "starting"
            if state != told:
                told = state
                context.report(state, self._path if self._begun else f"nobody has written to {self._path} yet")
            if block is None:
                yield Chunk([])
                continue
            if not block:
                yield Chunk(_records(self._lines.end()))
                context.report("ended", "the input has ended")
                return
            yield Chunk(_records(self._lines.cut(block)))

    def _open(self) -> None:
        if self._opened:
            return
        try:
            # A pipe without a writer must not keep us from ending.
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise SourceUnavailable(f"{self._path}: {error.strerror}") from error
        self._opened = True

    def _block(self, wait_s: float) -> bytes | None:
        """Return what has come, None if nothing has by then, b"" at the end."""
        try:
            ready, _, _ = select.select([self._descriptor], [], [], wait_s)
            block = os.read(self._descriptor, BLOCK) if ready else None
        except BlockingIOError:
            return None
        except (OSError, ValueError) as error:
            raise SourceUnavailable(f"the input cannot be read: {error}") from error
        if block:
            self._begun = True
        elif block == b"" and not self._begun:
            time.sleep(RECEIVE_S)  # a pipe nobody has opened yet looks like one that has ended
            return None
        return block


def _records(lines: list[bytes]) -> list[RawRecord]:
    received_at = int(time.time() * 1000)
    return [RawRecord(received_at, line) for line in lines]
