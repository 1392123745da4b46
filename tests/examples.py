"""Number of random examples: a third in `make test`, all in `make test-all` and in CI; each run draws others."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("MURMUR_TEST_EXAMPLES") == "all"


def examples(number: int) -> int:
    """Return how many of `number` examples this run tries."""
    return number if THOROUGH else max(number // 3, 5)
