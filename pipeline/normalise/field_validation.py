"""Numbers and ids as sources send them, made safe: an id is text and never a float, a count fits any store."""

from __future__ import annotations

from pipeline.errors import RecordError

MAX_SAFE_INTEGER = 2**53 - 1
"""What a browser can hold exactly; a greater count is no count."""


MAX_TEXT_CHARS = 100_000
"""More characters than any network lets a post have; a longer text is no post's."""


def checked_text(text: str) -> str:
    """Return a text that is not too long for a post.

    Raises:
        RecordError: it is.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise RecordError(f"a text of {len(text)} characters is no post's")
    return text


def numeric_id(text: str | None, number: int | str | None) -> str:
    """Return a numeric id as text, from its text form or else the number; "" where there is none that can be used."""
    if text is None and number is None:
        return ""
    found = text or (str(number) if number and (isinstance(number, str) or number < 10**20) else "")
    return found if len(found) <= 20 and found.isascii() and found.isdigit() else ""


def valid_count(number: int | str | None) -> int | None:
    """Return a count, "100+" as 100 (so X's REST once rounded); None where it is none."""
    if isinstance(number, str):
        digits = number.rstrip("+")
        number = int(digits) if len(digits) <= 16 and digits.isascii() and digits.isdigit() else None
    return number if number is not None and 0 <= number <= MAX_SAFE_INTEGER else None
