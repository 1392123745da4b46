"""Coverage row: a span of time (ms) in which a source was, or was not, collected, with the search and the reason.

Prefixes of the reason mark spans in which only a sample of the posts was collected on purpose, those whose posts were
collected later, and the times of posts that came from a file.
"""

from __future__ import annotations

from dataclasses import dataclass

SAMPLED = "sample: "
"""Prefix of `CoverageRow.why` where a part of the posts was collected on purpose."""

COLLECTED_LATER = "collected later: "
"""Prefix of `CoverageRow.why` where all posts were had afterwards, and only deletions and edits may be missing."""

IMPORTED = "imported: "
"""Prefix of `CoverageRow.why` where the row tells of an imported file: from its oldest to its newest post."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Span (ms) of a source. `until` is None while it lasts; `why` is "" while everything was collected."""

    source: str
    since: int
    until: int | None
    search: str
    why: str

    @property
    def sampled(self) -> bool:
        """Return whether a part of the posts was collected and the rest left out on purpose."""
        return self.why.startswith(SAMPLED)

    @property
    def collected_later(self) -> bool:
        """Return whether no post is missing, and only what happened to older posts may not have been heard."""
        return self.why.startswith(COLLECTED_LATER)

    @property
    def imported(self) -> bool:
        """Return whether the row tells of an imported file: then it is no gap."""
        return self.why.startswith(IMPORTED)

    @property
    def reason(self) -> str:
        """Return `why` for people, without a prefix."""
        return self.why.removeprefix(SAMPLED).removeprefix(COLLECTED_LATER).removeprefix(IMPORTED)
