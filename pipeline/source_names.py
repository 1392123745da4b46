"""Names of the built-in sources: all of them, those that are networks, and those whose stored posts can be re-checked.

The names stand here for rooms that must not import the sources themselves. `pipeline/sources/catalog.py` has a row for
each name; `tests/sources/test_catalog.py` compares the two.
"""

from __future__ import annotations

SOURCES = ("demo", "replay", "bluesky", "x", "mastodon", "stdin")
"""Every name that SOURCE accepts besides those of installed packages."""
NETWORKS = ("x", "bluesky", "mastodon", "demo")
"""Sources whose name is the `source` of their posts; replay and stdin bring posts of these networks."""
STREAMING_DELETIONS = ("bluesky", "mastodon")
"""Networks whose stream reports deletions: their stored posts are re-checked around gaps only."""
RECHECKED = ("x", *STREAMING_DELETIONS)
"""Networks that can be asked whether stored posts still exist."""
