"""Text from outside in logs and on terminals: it stays on its line and steers nothing."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from pipeline.printable_text import printable, printable_lines, protect_logs

STEERING = "\x1b]0;owned\x07\r\n2026 ERROR forged \u202e\u2028\x85"


@pytest.fixture
def factory() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


def test_text_is_one_printable_line() -> None:
    assert printable("Größe 海 🐦 a b") == "Größe 海 🐦 a b"
    assert printable(STEERING) == "·]0;owned···2026 ERROR forged ···"
    assert printable_lines("a\n\tb") == "a\n·b"


@pytest.mark.usefixtures("factory")
def test_log_line_and_traceback_cannot_be_forged() -> None:
    protect_logs()
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("of somebody")
    log.propagate = False
    log.addHandler(handler)
    log.warning("a source says %s", STEERING)
    try:
        raise ValueError(STEERING)
    except ValueError:
        log.exception("it failed: %r", b"\n")
    lines = out.getvalue().split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[0].startswith("WARNING a source says ·]0;owned")
    assert lines[1].startswith("ERROR it failed")
    assert "  2026 ERROR forged ···" in lines
    assert all(line.startswith("  ") for line in lines[2:-1]), "what an exception says looks like no line of the log"
