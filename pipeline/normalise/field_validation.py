"""Validates untrusted field values: numeric ids, counts and the length of texts.

An unusable id becomes "", an unusable count None; a text that is too long for a post raises `RecordError`.
"""

from __future__ import annotations

from pipeline.errors import RecordError
from pipeline.post import Counts

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that a browser holds exactly; a greater count is rejected."""

MAX_TEXT_CHARS = 100_000
"""Most characters of a text. No network lets a post have as many."""


MAX_POST_ID_CHARS = 512
"""Most characters of a post id."""


def checked_text(text: str) -> str:
    """Return the text.

    Raises:
        RecordError: it has more than `MAX_TEXT_CHARS` characters.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise RecordError(f"a text of {len(text)} characters is no post's")
    return text


def numeric_id(text: str | None, number: int | str | None) -> str:
    """Return a numeric id as text, from its text form or else from the number; "" where neither is usable."""
    if not text:
        if not number or (not isinstance(number, str) and number >= 10**20):
            return ""
        text = str(number)
    return text if len(text) <= 20 and text.isascii() and text.isdigit() else ""


def valid_count(number: int | str | None) -> int | None:
    """Return a count; None where it is invalid or too great. X's REST once rounded: "100+" is 100."""
    if isinstance(number, str):
        digits = number.rstrip("+")
        number = int(digits) if len(digits) <= 16 and digits.isascii() and digits.isdigit() else None
    return number if number is not None and 0 <= number <= MAX_SAFE_INTEGER else None


def valid_counts(
    replies: int | str | None, reposts: int | str | None, quotes: int | str | None, likes: int | str | None
) -> Counts:
    """Return the counts of a post; None for each that is invalid or too great."""
    return Counts(valid_count(replies), valid_count(reposts), valid_count(quotes), valid_count(likes))
