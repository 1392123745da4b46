"""Spelling suggestions for an unknown operator: known names that begin alike or are a few edits away, nearest first."""

from __future__ import annotations

from collections.abc import Iterable

MAX_NAME_CHARS = 32
MAX_SUGGESTIONS = 3


def similar_names(name: str, known_names: Iterable[str]) -> list[str]:
    """Return the known names that are spelled like this one, nearest first, at most `MAX_SUGGESTIONS`."""
    name = name[:MAX_NAME_CHARS]
    ranked = sorted((0 if known.startswith(name) else _edit_distance(name, known), known) for known in known_names)
    return [known for distance, known in ranked if distance <= max(2, len(name) // 2)][:MAX_SUGGESTIONS]


def _edit_distance(left: str, right: str) -> int:
    """Return the Levenshtein distance: the letters that must be inserted, removed or replaced."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
