"""Source of JSON lines from standard input, or from a pipe or file: records of any known format.

A list or an indented document is divided into its records; a byte order mark and UTF-16 are understood. Input cannot be
read twice, so there is no cursor: when the process is killed, lines that were read and not yet queued
are lost, at most `BLOCK` bytes and one line. The source ends with its input, and waits for a pipe that nobody has
written to yet. `normalise` decides what a line says.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.sources.containers.text_blocks import TextDecoder
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.large_document import RECORD_MAX_BYTES, LargeDocument
from pipeline.sources.line_splitter import TRUNCATED_BYTES, Cut, LineSplitter
from pipeline.sources.record_splitter import DocumentScan, shape_of
from pipeline.sources.recorded_deletions import RecordedDeletions

_READ_BLOCK_BYTES = 256 * 1024
_RECEIVE_TIMEOUT_S = 0.5


class StdinSource:
    """Lines of a descriptor: of standard input, or of the pipe or file at `path`."""

    name = "stdin"
    generated = False
    resumes = False
    patient = True

    def __init__(self, path: str = "", *, descriptor: int = 0) -> None:
        self._path = path
        self._descriptor = descriptor
        self._opened = not path
        self._begun = not path
        self._text = TextDecoder()
        self._lines = LineSplitter(RECORD_MAX_BYTES, TRUNCATED_BYTES, open_long=LargeDocument)
        self._document: DocumentScan | None = None
        self._shaped = False
        self._deletions = RecordedDeletions()

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:  # noqa: ARG002 - input has no cursor
        """Yield lines until the input ends, as `Source.read` describes.

        Raises:
            SourceUnavailable: the input cannot be read.
        """
        self._open()
        reported = ""
        while not context.stopped():
            block = self._block(context.patience(_RECEIVE_TIMEOUT_S))
            state = "live" if self._begun else "starting"
            if state != reported:
                reported = state
                context.report(state, self._path if self._begun else f"nobody has written to {self._path} yet")
            if block is None:
                yield Chunk([])
                continue
            if not block:
                yield Chunk(self._records([*self._split(self._text.end()), *self._end()]))
                context.report("ended", "the input has ended")
                return
            yield Chunk(self._records(self._split(self._text.feed(block))))

    def _split(self, text: bytes) -> list[Cut]:
        """Return the records that end in a piece of text; its first characters tell how it is divided."""
        if not self._shaped and text.strip():
            self._shaped = True
            self._document = DocumentScan(0) if shape_of(text) == "document" else None
        return self._lines.split(text) if self._document is None else self._document.feed(text)

    def _end(self) -> list[Cut]:
        return self._lines.end() if self._document is None else self._document.end()

    def _open(self) -> None:
        if self._opened:
            return
        try:
            # Opening a pipe without a writer would block, and this process could not end.
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise SourceUnavailable(f"{self._path}: {error.strerror}") from error
        self._opened = True

    def _block(self, wait_s: float) -> bytes | None:
        """Return the next bytes, None if none arrive within `wait_s` seconds, b"" at the end."""
        try:
            ready, _, _ = select.select([self._descriptor], [], [], wait_s)
            block = os.read(self._descriptor, _READ_BLOCK_BYTES) if ready else None
        except BlockingIOError:
            return None
        except (OSError, ValueError) as error:
            raise SourceUnavailable(f"the input cannot be read: {error}") from error
        if block:
            self._begun = True
        elif block == b"" and not self._begun:
            time.sleep(_RECEIVE_TIMEOUT_S)  # a pipe that no writer has opened yet reads like one that has ended
            return None
        return block

    def _records(self, cuts: list[Cut]) -> list[RawRecord]:
        received_at = int(time.time() * 1000)
        lines = (line.strip() for line, _ in cuts)
        return [RawRecord(received_at, self._deletions.resolved(line)) for line in lines if line]
