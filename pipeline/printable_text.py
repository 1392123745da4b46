"""Sanitises text from outside for terminals and logs: replaces each character that is not printable with a dot.

`protect_logs` makes every log record of the process one printable line, tracebacks indented. An escape sequence in a
record could set a window's title, move the cursor or recolour the text after it; a line feed could forge a log line; a
bidirectional override could reverse the text that a person reads.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any


def printable(text: str) -> str:
    """Return a text as one line, with a dot for each character that is not printable (`str.isprintable`)."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "·" for sign in text)


def printable_lines(text: str) -> str:
    """Return a text of several lines with each line made printable; the caller vouches for the line feeds."""
    return "\n".join(map(printable, text.split("\n")))


class _Record(logging.LogRecord):
    """Log record whose message is one printable line.

    The lines of a traceback are printable too and begin with two spaces, so that no text of an exception looks like a
    log line.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            lines = "".join(traceback.format_exception(*self.exc_info)).rstrip("\n").split("\n")
            self.exc_text = "\n".join([f"  {printable(line)}" for line in lines])

    def getMessage(self) -> str:  # noqa: N802 - the name is the library's
        return printable(super().getMessage())


def protect_logs() -> None:
    """Make every log record of this process printable, those of libraries too."""
    logging.setLogRecordFactory(_Record)
