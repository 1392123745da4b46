"""Progress of an import on standard error: a bar with posts, records set aside and time left, or plain lines.

Lines are for a standard error that is no terminal.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

import click

from pipeline.importer.tally import Tally

LINE_EVERY_S = 10.0
"""Seconds between two lines where standard error is no terminal."""


class ImportProgress:
    """The progress over `total_bytes` of files on disk."""

    def __init__(self, total_bytes: int) -> None:
        self._total_bytes = max(1, total_bytes)
        self._before_bytes = 0
        self._began_s = self._line_s = time.monotonic()
        self._counts = ""
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(
                length=self._total_bytes, file=sys.stderr, show_pos=False, item_show_func=lambda _: self._counts
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def show(self, position_bytes: int, before: Tally, now: Tally) -> None:
        """Show how far the present file was read, and the counts of the files before and of this one."""
        done = self._before_bytes + position_bytes
        elapsed_s = time.monotonic() - self._began_s
        posts = before.posts + now.posts
        self._counts = (
            f"{posts:,} posts, {before.unread + now.unread:,} set aside, {posts / max(elapsed_s, 0.001):,.0f} posts/s"
        )
        if self._bar is not None:
            self._bar.update(max(0, done - self._bar.pos), True)
        elif time.monotonic() - self._line_s >= LINE_EVERY_S:
            self._line_s = time.monotonic()
            left_s = elapsed_s * (self._total_bytes - done) / max(1, done)
            share = min(100, 100 * done // self._total_bytes)
            click.echo(f"{share} %, {self._counts}, {_duration(left_s)} left", err=True)

    def file_done(self, size_bytes: int) -> None:
        """Count a file as read."""
        self._before_bytes += size_bytes


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"
