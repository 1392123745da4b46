"""How often terms occur, estimated from a sample of the posts that went by.

Only an estimate, only to choose by which term a search is found first: a wrong one costs time, never a match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from pipeline.match.memory.term_vocabulary import TermField, TermNode, field_and_token
from pipeline.query.document import Document

FIRST = 200
"""So many posts are counted to begin with, …"""
SAMPLE_EVERY = 64
"""… and then one in so many."""
REMEMBERED = 65_536
"""Counted tokens at most, a field; beyond it, and every `HALF_LIFE` samples, all counts are halved and zeros go."""
HALF_LIFE = 4_096
PRIOR_WEIGHT = 16
"""What is supposed of a term nobody has counted weighs as much as so many samples."""

_COMMON_FACETS = ("lang:", "source:", "is:", "has:")


class TextUse(Protocol):
    """Tells whether any search looks at a field (`terms.Vocabulary`)."""

    def uses(self, field: TermField) -> bool:
        """Return True if one does."""
        ...


class Frequency:
    """Shares of posts that have a term."""

    def __init__(self) -> None:
        self._counts: dict[TermField, Counter[str]] = {
            field: Counter() for field in ("words", "urls", "bio", "name", "facets")
        }
        self._samples = 0
        self._seen = 0

    def observe(self, documents: Sequence[Document], used: TextUse) -> None:
        """Count the terms of the first posts, later of one in `SAMPLE_EVERY`."""
        step = 1 if self._samples < FIRST else SAMPLE_EVERY
        first = -self._seen % step
        self._seen += len(documents)
        for document in documents[first::step]:
            self._counts["words"].update(set(document.words))
            self._counts["facets"].update(document.facets)
            for field in ("urls", "bio", "name"):
                if used.uses(field):
                    self._counts[field].update(set(getattr(document, field)))
            self._samples += 1
            if self._samples >= HALF_LIFE or max(map(len, self._counts.values())) > REMEMBERED:
                self._halve()

    def share(self, node: TermNode) -> float:
        """Return the estimated share of posts, 0 to 1, that have a term."""
        return self.share_of(*field_and_token(node))

    def share_of(self, field: TermField, token: str) -> float:
        """Return the same for a term given by its field and token."""
        supposed = _supposed(field, token)
        if field == "prefixes":
            return supposed
        counted = self._counts[field][token]
        return (counted + PRIOR_WEIGHT * supposed) / (self._samples + PRIOR_WEIGHT)

    def _halve(self) -> None:
        self._samples //= 2
        for field, counts in self._counts.items():
            self._counts[field] = Counter({token: count // 2 for token, count in counts.items() if count > 1})


def _supposed(field: TermField, token: str) -> float:
    if field == "facets":
        return 0.3 if token.startswith(_COMMON_FACETS) else 0.001
    if field == "prefixes":
        return 0.1 / len(token)
    return 0.1 / len(token) ** 2
