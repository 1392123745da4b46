"""Standard input of `murmur run`, led to the reader through a named pipe: a supervised process has no input of its own.

Passes bytes on and looks at none. Only whole lines are written, so that a reader that was killed and comes again does
not begin in the middle of one.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

BLOCK = 64 * 1024
LONGEST_LINE = 4 * 1024 * 1024


class StdinPipe:
    """The pipe, and the thread that fills it."""

    def __init__(self, path: Path, source: int = 0) -> None:
        self.path = path
        self._source = source

    def open(self) -> None:
        """Make the pipe and begin to fill it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path, 0o600)
        threading.Thread(target=self._pump, name="inlet", daemon=True).start()

    def _pump(self) -> None:
        rest = b""
        pipe = os.open(self.path, os.O_WRONLY)  # waits for the reader
        while block := os.read(self._source, BLOCK):
            rest += block
            end = rest.rfind(b"\n") + 1
            if not end and len(rest) > LONGEST_LINE:
                end = len(rest)
            pipe = self._write(pipe, rest[:end])
            rest = rest[end:]
        pipe = self._write(pipe, rest)
        os.close(pipe)

    def _write(self, pipe: int, data: bytes) -> int:
        """Write all; if the reader goes away meanwhile, wait for it and write all of it again."""
        left = data
        while left:
            try:
                left = left[os.write(pipe, left) :]
            except BrokenPipeError:
                os.close(pipe)
                pipe = os.open(self.path, os.O_WRONLY)
                left = data
        return pipe
