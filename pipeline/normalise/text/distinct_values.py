"""Deduplicates hashtags, cashtags and mentions without regard to case; order and first spelling stay."""

from __future__ import annotations


def distinct_ignoring_case(values: list[str]) -> list[str]:
    """Return values in order, without those that differ from an earlier one only in case."""
    if len(values) < 2:
        return values
    kept: dict[str, str] = {}
    for value in values:
        kept.setdefault(value.casefold(), value)
    return list(kept.values())
