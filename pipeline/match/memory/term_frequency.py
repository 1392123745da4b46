"""Term frequency: estimates in what share of posts a term occurs, from a sample of the posts that were matched.

Counts are halved from time to time, so that recent posts weigh more and memory is bounded. A term that was never
counted has a prior share by its length. The estimates only choose the anchor of a search (`anchor_plan`): a wrong one
costs time, never a match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.match.memory.term_postings import TermField, TermNode, field_and_token
from pipeline.match.memory.term_vocabulary import Vocabulary
from pipeline.query.document import Document

FIRST_SAMPLES = 200
"""Posts at the start of which each one is counted."""
SAMPLE_EVERY = 64
"""After the first samples, one post in this many is counted."""
COUNTED_TOKENS_MAX = 65_536
"""Most tokens of a field that are counted; beyond it all counts are halved and zeros dropped."""
HALF_LIFE_SAMPLES = 4_096
"""Samples after which all counts are halved, so that recent posts weigh more."""
PRIOR_WEIGHT_SAMPLES = 16
"""Samples that the prior share of a term weighs as much as."""

_COMMON_FACETS = ("lang:", "source:", "is:", "has:")


class TermFrequency:
    """Estimated shares of posts that have a term."""

    def __init__(self) -> None:
        self._counts: dict[TermField, Counter[str]] = {
            field: Counter() for field in ("words", "urls", "bio", "name", "facets")
        }
        self._samples = 0
        self._seen = 0

    def observe(self, documents: Sequence[Document], vocabulary: Vocabulary) -> None:
        """Count the terms of a sample of posts; of rare fields only if some search of the vocabulary reads them."""
        step = 1 if self._samples < FIRST_SAMPLES else SAMPLE_EVERY
        first = -self._seen % step
        self._seen += len(documents)
        for document in documents[first::step]:
            self._counts["words"].update(set(document.words))
            self._counts["facets"].update(document.facets)
            for field in ("urls", "bio", "name"):
                if vocabulary.uses(field):
                    self._counts[field].update(set(getattr(document, field)))
            self._samples += 1
            if self._samples >= HALF_LIFE_SAMPLES or max(map(len, self._counts.values())) > COUNTED_TOKENS_MAX:
                self._halve()

    def share(self, node: TermNode) -> float:
        """Return the estimated share of posts, 0 to 1, that have a term."""
        return self.share_of(*field_and_token(node))

    def share_of(self, field: TermField, token: str) -> float:
        """Return the estimated share, 0 to 1, for a term given by field and token."""
        prior = _prior_share(field, token)
        if field == "prefixes":
            return prior
        counted = self._counts[field][token]
        return (counted + PRIOR_WEIGHT_SAMPLES * prior) / (self._samples + PRIOR_WEIGHT_SAMPLES)

    def _halve(self) -> None:
        self._samples //= 2
        for field, counts in self._counts.items():
            self._counts[field] = Counter({token: count // 2 for token, count in counts.items() if count > 1})


def _prior_share(field: TermField, token: str) -> float:
    """Return the share that is assumed before any post was counted: longer tokens are rarer."""
    if field == "facets":
        return 0.3 if token.startswith(_COMMON_FACETS) else 0.001
    if field == "prefixes":
        return 0.1 / len(token)
    return 0.1 / len(token) ** 2
