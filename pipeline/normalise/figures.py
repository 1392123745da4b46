"""Numbers and ids as sources send them, made safe: an id is text and never a float, a count fits any store."""

from __future__ import annotations

from pipeline.errors import RecordError

GREATEST = 2**53 - 1
"""What a browser can hold exactly; a greater count is no count."""


LONGEST_TEXT = 100_000
"""More characters than any network lets a post have; a longer text is no post's."""


def bounded(text: str) -> str:
    """Return a text that is not too long for a post.

    Raises:
        RecordError: it is.
    """
    if len(text) > LONGEST_TEXT:
        raise RecordError(f"a text of {len(text)} characters is no post's")
    return text


def digits_of(text: str | None, number: int | str | None) -> str:
    """Return a numeric id as text, from its text form or else the number; "" where there is none that can be used."""
    if text is None and number is None:
        return ""
    found = text or (str(number) if number and (isinstance(number, str) or number < 10**20) else "")
    return found if len(found) <= 20 and found.isascii() and found.isdigit() else ""


def count_of(number: int | str | None) -> int | None:
    """Return a count, "100+" as 100 (so X's REST once rounded); None where it is none."""
    if isinstance(number, str):
        digits = number.rstrip("+")
        number = int(digits) if len(digits) <= 16 and digits.isascii() and digits.isdigit() else None
    return number if number is not None and 0 <= number <= GREATEST else None


def distinct(values: list[str]) -> list[str]:
    """Return values in order, without those that differ from an earlier one only in case."""
    if len(values) < 2:
        return values
    kept: dict[str, str] = {}
    for value in values:
        kept.setdefault(value.casefold(), value)
    return list(kept.values())
