"""Paths for tests: the project, and the published sample records that may be in a folder beside it.

The project's own records (`tests/records`) are always there. `MURMUR_SHARED` names another folder for the
published ones; set and empty, there are none.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def _beside() -> Path | None:
    named = os.environ.get("MURMUR_SHARED")
    path = PROJECT.parent / "shared" if named is None else Path(named)
    return path if named != "" and (path / "data").is_dir() else None


SHARED = _beside()
"""The folder of published records, with `data/` in it, or None."""
