"""Result of one run of a re-check: posts checked, gone, unsure and refreshed, and why the run ended."""

from __future__ import annotations

from dataclasses import dataclass

JOB = "compliance job"
"""Words in `RecheckResult.waits` while X works at a compliance job."""


@dataclass
class RecheckResult:
    """Number of posts checked, deleted (`gone`), not known for sure, and updated (`fresh`).

    `busy`: another process re-checks the source; `waits`: why the run does not go on now; `done`: nothing is left.
    """

    checked: int = 0
    gone: int = 0
    unsure: int = 0
    fresh: int = 0
    busy: bool = False
    done: bool = False
    waits: str = ""
