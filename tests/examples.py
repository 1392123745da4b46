"""Number of random examples: a quarter in `make test`, all in `make test-all` and in CI; each run draws others."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
THOROUGH = os.environ.get("MURMUR_TEST_EXAMPLES") == "all"


def some(values: Sequence[T]) -> Sequence[T]:
    """Return a quarter of the values, drawn anew in each run; in a thorough run all of them."""
    return values if THOROUGH else random.sample(values, max(len(values) // 4, 1))


def examples(number: int) -> int:
    """Return how many of `number` examples this run tries."""
    return number if THOROUGH else max(number // 4, 5)
