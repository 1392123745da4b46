"""What matching a batch found, and what it cost. Immutable, built once a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.match.memory.term_vocabulary import Term

REMEMBERED = 8_192
_SPARSE = 8
"""Up to so many posts in a mask are taken out one by one; of more, eight at once are looked up."""
_OCTETS: list[list[tuple[int, ...]]] = []
"""For each octet of a mask, and each of its 256 values, the indexes of the bits set; grows with the largest batch."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """A batch matched.

    `matches`: key of every search that matched → indexes of its posts in the batch, each once, in no order; searches
    that match the same posts often share one tuple. `candidates`: (search, post) pairs the filter selected; `checked`:
    those of them whose words, numbers or dates had to be looked at (for the others the terms decide). `errors`: key of
    a search that raised → what; on the posts where it raised it counts as not matching. `slow`: key of a search whose
    exact check took outsized time → that time, ms.
    """

    posts: int
    matches: Mapping[str, tuple[int, ...]]
    candidates: int = 0
    checked: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)


class Indexes(dict[int, tuple[int, ...]]):
    """Mask → indexes of its posts, ascending. Most searches match one or two posts of a batch and many match the same
    ones, so masks come again and again: `REMEMBERED` of them at most are kept, then all are forgotten."""

    def __missing__(self, mask: int) -> tuple[int, ...]:
        if len(self) >= REMEMBERED:
            self.clear()
        indexes = self[mask] = indexes_of(mask)
        return indexes

    def of(self, term: Term) -> tuple[int, ...]:
        """Return where a term is: most are in a post once, and their indexes are there already."""
        posts = term.posts
        return tuple(posts) if len(posts) == term.mask.bit_count() else self[term.mask]


class Masks:
    """Mask → itself, for a caller that goes on calculating."""

    def __getitem__(self, mask: int) -> int:
        return mask

    def of(self, term: Term) -> int:
        """Return a term's mask."""
        return term.mask


def indexes_of(mask: int) -> tuple[int, ...]:
    """Return the indexes of the bits set in a mask, ascending."""
    found: list[int] = []
    if mask.bit_count() <= _SPARSE:
        while mask:
            highest = mask.bit_length() - 1
            found.append(highest)
            mask ^= 1 << highest
        found.reverse()
        return tuple(found)
    octets = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    while len(_OCTETS) < len(octets):
        first = 8 * len(_OCTETS)
        _OCTETS.append([tuple(first + bit for bit in range(8) if octet >> bit & 1) for octet in range(256)])
    for indexes, octet in zip(_OCTETS, octets, strict=False):
        if octet:
            found += indexes[octet]
    return tuple(found)
