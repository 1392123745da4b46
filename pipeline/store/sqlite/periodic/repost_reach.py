"""Reach updater: computes the reach of posts again where reposts or followers changed, for a bounded time each round.

Reach is the sum of the followers of the author and of each account that reposted the post, each account once. The
writer notes the posts concerned in the table `stale`; each round goes on where the last one ended.
"""

from __future__ import annotations

import time

import apsw

from pipeline.store.sqlite.connection import rows, transaction

COMPUTING_S = 1.0
"""Seconds of a round that reach is computed. An original with 200,000 reposts takes 0.3 s, and is stale after each."""

_COMPUTED_AT_ONCE = 20
_LOWEST_HASH = -(1 << 63)
_STALE = "SELECT hash FROM stale WHERE hash > ? ORDER BY hash LIMIT ?"
_COMPUTE = """
UPDATE posts SET reach = coalesce(followers + seen.reach, followers, seen.reach) FROM (
  SELECT sum(most) AS reach FROM (
    SELECT max(r.followers) AS most FROM posts AS r JOIN posts AS o ON o.hash = r.original
    WHERE r.original = ?1 AND r.author <> o.author GROUP BY r.author)) AS seen
WHERE hash = ?1
"""


class ReachUpdater:
    """Computes the reach of stale originals, each round from where the last one ended, so that all have their turn."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._last_hash = _LOWEST_HASH

    def run(self) -> None:
        """Do one round."""
        connection = self._connection
        end = time.monotonic() + COMPUTING_S
        left = next(rows(connection, "SELECT count(*) FROM stale"))[0]
        while left > 0:
            with transaction(connection):
                stale = list(rows(connection, _STALE, (self._last_hash, min(left, _COMPUTED_AT_ONCE))))
                for (id_hash,) in stale:
                    connection.execute(_COMPUTE, (id_hash,))
                    connection.execute("DELETE FROM stale WHERE hash = ?", (id_hash,))
                    self._last_hash, left = id_hash, left - 1
                    if time.monotonic() > end:
                        return
            if not stale:
                if self._last_hash == _LOWEST_HASH:
                    return
                self._last_hash = _LOWEST_HASH
