"""Proximity check: decides whether all tokens of a search like `"ice cream"~3` stand close together in a post.

They do if some window of one part of the post's words has each token as often as required, in any order, and at most
`slop` other tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.query.document import BREAK


def in_window(positions: dict[str, list[int]], tokens: Sequence[str], slop: int) -> bool:
    """Tell whether some window of one part holds each token as often as required, and at most `slop` others.

    A sliding window over the positions of the tokens, in one pass; a `BREAK` empties the window.
    """
    needed = Counter(tokens)
    widest = len(tokens) + slop
    occurrences = sorted(
        [(position, token) for token in needed for position in positions.get(token, ())]
        + [(position, BREAK) for position in positions.get(BREAK, ())]
    )
    first = 0
    missing = dict(needed)
    lacking = len(tokens)
    for at, (position, token) in enumerate(occurrences):
        if token == BREAK:
            missing, lacking, first = dict(needed), len(tokens), at + 1
            continue
        missing[token] -= 1
        lacking -= missing[token] >= 0
        while not lacking:
            start, oldest = occurrences[first]
            if position - start < widest:
                return True
            missing[oldest] += 1
            lacking += missing[oldest] > 0
            first += 1
    return False
