"""Match report of a batch: the posts that each search matched, searches that failed or were slow, and the work done.

The work is counted in (search, post) pairs: candidates of the filter, and those of them that had to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MatchReport:
    """Result of matching one batch.

    `posts`: number of posts in the batch.
    `matches`: key of each search that matched → indexes of its posts in the batch, each once, in no order. Searches
    that match the same posts often share one tuple.
    `candidates`: number of (search, post) pairs that the candidate filter selected.
    `checked`: number of candidates whose words, numbers or dates had to be read; for the others the terms decide.
    `errors`: key of a search whose check raised → the error. On the posts where it raised, the search does not match.
    `slow`: key of a search whose exact check took outsized time → that time in ms.
    """

    posts: int
    matches: Mapping[str, tuple[int, ...]]
    candidates: int = 0
    checked: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    slow: Mapping[str, float] = field(default_factory=dict)
