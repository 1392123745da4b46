"""Post masks: sets of a batch's posts as integers (bit i is post i), turned into tuples of indexes or kept as they are.

`IndexTuples` returns tuples of indexes and remembers those of repeated masks; `RawMasks` returns the masks, for callers
that combine them further. Also iterates over the bits of a mask.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from pipeline.match.memory.term_postings import Term

REMEMBERED_MASKS = 8_192
"""Most masks whose indexes `IndexTuples` keeps; beyond that it starts anew."""

_SPARSE_POSTS = 8
"""Masks of up to this many posts are taken apart bit by bit; larger ones are looked up eight bits at a time."""

_OCTET_INDEXES: list[list[tuple[int, ...]]] = []
"""For each octet of a mask and each of its 256 values, the indexes of the bits set. Grows with the largest batch."""

Posts_co = TypeVar("Posts_co", covariant=True)


class PostsFormat(Protocol[Posts_co]):
    """Form in which the caller wants the posts of a mask: `IndexTuples` or `RawMasks`."""

    def __getitem__(self, mask: int) -> Posts_co:
        """Return the posts of a mask."""
        ...

    def of(self, term: Term) -> Posts_co:
        """Return the posts of a term."""
        ...


class IndexTuples(dict[int, tuple[int, ...]]):
    """Mask → indexes of its posts, ascending; remembered.

    Most searches match one or two posts of a batch and many searches match the same posts, so that masks repeat.
    """

    def __missing__(self, mask: int) -> tuple[int, ...]:
        if len(self) >= REMEMBERED_MASKS:
            self.clear()
        indexes = self[mask] = indexes_of(mask)
        return indexes

    def of(self, term: Term) -> tuple[int, ...]:
        """Return the indexes of a term's posts. Most terms are in a post once: then their indexes exist already."""
        posts = term.posts
        return tuple(posts) if len(posts) == term.mask.bit_count() else self[term.mask]


class RawMasks:
    """Mask → itself, for a caller that combines masks further."""

    def __getitem__(self, mask: int) -> int:
        return mask

    def of(self, term: Term) -> int:
        """Return a term's mask."""
        return term.mask


def indexes_of(mask: int) -> tuple[int, ...]:
    """Return the indexes of the bits set in a mask, ascending."""
    found: list[int] = []
    if mask.bit_count() <= _SPARSE_POSTS:
        while mask:
            highest = mask.bit_length() - 1
            found.append(highest)
            mask ^= 1 << highest
        found.reverse()
        return tuple(found)
    octets = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    while len(_OCTET_INDEXES) < len(octets):
        first = 8 * len(_OCTET_INDEXES)
        _OCTET_INDEXES.append([tuple(first + bit for bit in range(8) if octet >> bit & 1) for octet in range(256)])
    for indexes, octet in zip(_OCTET_INDEXES, octets, strict=False):
        if octet:
            found += indexes[octet]
    return tuple(found)


def bits(mask: int) -> Iterator[tuple[int, int]]:
    """Yield (index, bit) of each post in a mask, ascending."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1, bit
        mask ^= bit
