"""Text from outside on a terminal and in logs: no control or format character of it reaches either.

An escape sequence in a record could set a window's title, move the cursor or recolour what follows; a line feed could
forge a line of the log; a bidirectional override could turn around what is read.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any


def printable(text: str) -> str:
    """Return a text as one line: a dot for each character that is not printable (`str.isprintable`)."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "·" for sign in text)


def printable_lines(text: str) -> str:
    """Return a text whose line feeds are ours, its lines made printable."""
    return "\n".join(map(printable, text.split("\n")))


class _Record(logging.LogRecord):
    """A log record whose message is one printable line; those of its traceback are too, and begin with two spaces, so
    that an exception's text looks like no other line of the log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            lines = "".join(traceback.format_exception(*self.exc_info)).rstrip("\n").split("\n")
            self.exc_text = "\n".join([f"  {printable(line)}" for line in lines])

    def getMessage(self) -> str:  # noqa: N802 - the name is the library's
        return printable(super().getMessage())


def protect_logs() -> None:
    """Make every log record of this process printable, whoever logs it. Libraries' records are made so too."""
    logging.setLogRecordFactory(_Record)
