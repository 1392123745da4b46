"""The cursor as text: it survives a restart, and a broken one stops nothing."""

from __future__ import annotations

from pipeline.sources.x.cursor_text import XCursor, decode_cursor, encode_cursor


def test_cursor_survives_and_a_broken_one_is_new() -> None:
    cursor = XCursor("2026-10", 5, 7)
    assert decode_cursor(encode_cursor(cursor)) == cursor
    assert decode_cursor(None) == decode_cursor("not ours") == XCursor()
