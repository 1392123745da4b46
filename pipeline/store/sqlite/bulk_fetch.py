"""Bulk fetch: reads the JSON of hundreds of posts, each with that of its original, in one step of SQLite.

Each step of a statement hands the interpreter's lock over. Ten readers that step row by row spend their time waiting
for that lock; ten that step once do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

import apsw

from pipeline.store.sqlite.connection import rows

POSTS_AT_ONCE = 500

# JSON has no line feed outside of its strings and none unescaped inside them, so the joined lines can be split again.
_BODIES = """
SELECT CAST(group_concat(d.body || char(10) || coalesce(o.body, ''), char(10) ORDER BY k.key) AS BLOB)
FROM json_each(?) AS k CROSS JOIN docs AS d ON d.place = k.value
LEFT JOIN posts AS p ON p.hash = d.inside LEFT JOIN docs AS o ON o.place = p.place
"""


def fetch_with_originals(connection: apsw.Connection, keys: Iterable[int]) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield the wire JSON of the posts at sort keys, in their order, each with that of its original, if stored."""
    wanted = iter(keys)
    while chunk := list(islice(wanted, POSTS_AT_ONCE)):
        for (joined,) in rows(connection, _BODIES, (json.dumps(chunk),)):
            lines = iter(joined.split(b"\n") if joined is not None else ())
            yield from ((body, original or None) for body, original in zip(lines, lines, strict=True))
