"""The cursor as text: it survives a restart, and a broken one stops nothing."""

from __future__ import annotations

from pipeline.sources.bluesky.cursor_text import JetstreamCursor, decode_cursor, encode_cursor


def test_cursor_survives_and_a_broken_one_is_empty() -> None:
    cursor = JetstreamCursor(5, "a.example", 7)
    assert decode_cursor(encode_cursor(cursor)) == cursor
    assert decode_cursor(None) == decode_cursor("not ours") == JetstreamCursor()
