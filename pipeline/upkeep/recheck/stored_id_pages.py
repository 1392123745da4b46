"""Pages through the ids of a source's stored posts within a span of time, newest first.

A page token of another store is dropped, and the span begins anew.
"""

from __future__ import annotations

import msgspec

from pipeline.clock import now_ms
from pipeline.query.parser import parse
from pipeline.store.contract import Store
from pipeline.upkeep.recheck.progress import PostSpan

READ_S = 10.0


class _Id(msgspec.Struct):
    id: str


_decode_id = msgspec.json.Decoder(_Id).decode


def page_of_ids(store: Store, source: str, span: PostSpan, count: int) -> tuple[list[str], str]:
    """Return the next ids of a span, at most `count`, and the token of the page after them ("": none).

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    by_author = f' from:"{span.author}"' if span.author else ""
    query = parse(f"source:{source}{by_author}", now_ms())
    with store.reading(timeout_s=READ_S) as reading:
        try:
            page = reading.search(query, limit=count, before=span.before or None, since=span.since, until=span.until)
        except ValueError:  # the token is of another store
            page = reading.search(query, limit=count, since=span.since, until=span.until)
    return [_decode_id(body).id for body in page.bodies], page.next or ""
