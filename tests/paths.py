"""Where tests find the published sample records, which are not part of the project."""

from pathlib import Path

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
DATA = SHARED / "data"
