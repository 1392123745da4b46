"""Pipe from the standard input of `murmur run` to the reader: a supervised process has no standard input of its own.

A thread copies the bytes into a named pipe. It writes whole lines only, and writes again what a lost reader may not
have read, so that a reader that was killed and restarted does not begin in the middle of a line.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

_BLOCK = 64 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
"""Bytes held of a line without an end; a longer line is written in parts."""


class StdinPipe:
    """The named pipe, and the thread that fills it from the descriptor `source`."""

    def __init__(self, path: Path, source: int = 0) -> None:
        self.path = path
        self._source = source

    def open(self) -> None:
        """Create the pipe and start the thread."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        os.mkfifo(self.path, 0o600)
        threading.Thread(target=self._copy, name="stdin-pipe", daemon=True).start()

    def _copy(self) -> None:
        rest = b""
        pipe = os.open(self.path, os.O_WRONLY)  # blocks until the reader opens the pipe
        while block := os.read(self._source, _BLOCK):
            rest += block
            end = rest.rfind(b"\n") + 1
            if not end and len(rest) > _LONGEST_LINE:
                end = len(rest)
            pipe = self._write(pipe, rest[:end])
            rest = rest[end:]
        pipe = self._write(pipe, rest)
        os.close(pipe)

    def _write(self, pipe: int, data: bytes) -> int:
        """Write all data; if the reader closes the pipe meanwhile, wait for the next reader and write all data
        again."""
        left = data
        while left:
            try:
                left = left[os.write(pipe, left) :]
            except BrokenPipeError:
                os.close(pipe)
                pipe = os.open(self.path, os.O_WRONLY)
                left = data
        return pipe
