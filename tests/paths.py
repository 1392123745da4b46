"""Where tests find the project, and the published sample records that may lie beside it.

The project's own records (`tests/records`) are always there. `MURMUR_SHARED` names another folder than the one beside
the project; empty, there is none.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def _beside() -> Path | None:
    named = os.environ.get("MURMUR_SHARED")
    path = PROJECT.parent / "shared" if named is None else Path(named)
    return path if named != "" and (path / "data").is_dir() else None


SHARED = _beside()
"""The folder with `data/` in it, or None."""
