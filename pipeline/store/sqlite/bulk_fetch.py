"""Fetching many posts at once: one step of SQLite for hundreds, because each step hands the interpreter's lock over.

Ten readers that step row by row spend their time waiting for that lock; ten that step once do not. Reads only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

import apsw

from pipeline.store.sqlite.schema import rows

AT_ONCE = 500

# JSON has no line feed outside of its strings and none unescaped inside, so lines can be told apart again.
_SQL = """
SELECT CAST(group_concat(d.body || char(10) || coalesce(o.body, ''), char(10) ORDER BY k.key) AS BLOB)
FROM json_each(?) AS k CROSS JOIN docs AS d ON d.place = k.value
LEFT JOIN posts AS p ON p.hash = d.inside LEFT JOIN docs AS o ON o.place = p.place
"""


def pairs(connection: apsw.Connection, places: Iterable[int]) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield the wire JSON and the original's, if it has one that is stored, of the posts at places, in their order."""
    wanted = iter(places)
    while chunk := list(islice(wanted, AT_ONCE)):
        for (joined,) in rows(connection, _SQL, (json.dumps(chunk),)):
            lines = iter(joined.split(b"\n") if joined is not None else ())
            yield from ((body, original or None) for body, original in zip(lines, lines, strict=True))
