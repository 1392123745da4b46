"""What matching a batch found, and what it cost. Immutable, built once a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import compress

from pipeline.match.check import bits

_SPARSE = 10
"""Up to so many posts in a mask are taken out one by one; more are read off its binary digits."""
_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


@dataclass(frozen=True, slots=True)
class Report:
    """A batch matched.

    `matches`: key of every search that matched → indexes of its posts in the batch, ascending. `candidates`: (search,
    post) pairs the filter selected; `checked`: those of them whose words, numbers or dates had to be looked at (for the
    others the terms decide). `errors`: key of a search that raised → what; on the posts where it raised it counts as
    not matching. `slow`: key of a search whose exact check took outsized time → that time, ms.
    """

    posts: int
    matches: Mapping[str, tuple[int, ...]]
    candidates: int = 0
    checked: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)

    def by_post(self) -> list[list[str]]:
        """Return the keys that matched each post, in the posts' order."""
        keys: list[list[str]] = [[] for _ in range(self.posts)]
        for key, indexes in self.matches.items():
            for index in indexes:
                keys[index].append(key)
        return keys


def spread(masks: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Return key → indexes of the bits set. Searches with equal masks share one tuple: most have one of few."""
    known: dict[int, tuple[int, ...]] = {}
    found = {}
    for key, mask in masks.items():
        indexes = known.get(mask)
        if indexes is None:
            indexes = known[mask] = indexes_of(mask)
        found[key] = indexes
    return found


def indexes_of(mask: int) -> tuple[int, ...]:
    """Return the indexes of the bits set in a mask, ascending."""
    if mask.bit_count() <= _SPARSE:
        return tuple([index for index, _ in bits(mask)])
    digits = f"{mask:b}"[::-1].encode().translate(_DIGITS)
    return tuple(compress(range(len(digits)), digits))
