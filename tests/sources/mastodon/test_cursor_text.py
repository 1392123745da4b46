"""The cursor as text: it survives a restart, and a broken one stops nothing."""

from __future__ import annotations

from pipeline.sources.mastodon.cursor_text import StreamPosition, decode_cursor, encode_cursor


def test_cursor_survives_and_a_broken_one_is_empty() -> None:
    positions = {"a.example": StreamPosition("5", 7)}
    assert decode_cursor(encode_cursor(positions)) == positions
    assert decode_cursor(None) == decode_cursor("not ours") == {}
