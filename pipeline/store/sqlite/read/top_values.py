"""Top lists of the SQLite store: counts a field's values over given posts, and compares words with the background.

The background is the stored hourly counts of words; it gives frequent words their usual share and finds trending ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import apsw

from pipeline.store.contract import Top, TopField
from pipeline.store.sort_key import TIE_BITS
from pipeline.store.sqlite.bulk_fetch import fetch_with_originals
from pipeline.store.sqlite.connection import rows
from pipeline.store.top_values import (
    BACKGROUND_HOURS,
    TRENDING_WINDOW_MS,
    TopCounter,
    distinct,
    is_word,
    merge_forms,
    trending,
    with_background,
)


def top(
    connection: apsw.Connection,
    keys: Sequence[int],
    field: TopField,
    *,
    matching: int,
    limit: int,
    leave_out: Sequence[str],
    check: Callable[[], None],
) -> Top:
    """Return the top list of a field over the posts at sort keys, newest first; `check` raises when time is up."""
    counter, earlier = TopCounter(field), TopCounter(field)
    newest = keys[0] >> TIE_BITS if keys else 0
    for number, (body, original) in enumerate(fetch_with_originals(connection, keys)):
        if not number % 100:
            check()
        late = field == "trending" and keys[number] >> TIE_BITS <= newest - TRENDING_WINDOW_MS
        (earlier if late else counter).add(body, original)
    if field in ("words", "trending"):
        merge_forms([counter, earlier])
    items = counter.items(limit) if field != "trending" else []
    if field == "words":
        items = with_background(
            items, counter, *background(connection, newest, counter.background_tokens(item.value for item in items))
        )
    elif field == "trending":
        candidates = (word for word, count in counter.counts.items() if count > 2 and is_word(word))
        seen, total = background(connection, newest, counter.background_tokens(candidates))
        items = trending(counter, earlier, seen, total, leave_out=leave_out, limit=limit)
    oldest = earlier.oldest or counter.oldest
    return Top(
        items, counter.posts + earlier.posts, matching, oldest, newest + 1 if keys else 0, *distinct([counter, earlier])
    )


def background(connection: apsw.Connection, newest: int, words: Iterable[str]) -> tuple[dict[str, int], int]:
    """Return the number of background posts that have each word, and of all background posts, before `newest` (ms)."""
    last = newest // 3_600_000
    span = (last - BACKGROUND_HOURS, last)
    ((total,),) = rows(connection, "SELECT total(posts) FROM background_hours WHERE hour BETWEEN ? AND ?", span)
    sql = (
        "SELECT word, sum(posts) FROM background WHERE hour BETWEEN ? AND ? "
        "AND word IN (SELECT value FROM json_each(?)) GROUP BY word"
    )
    found = rows(connection, sql, (*span, json.dumps(list(words))))
    return {word: posts for word, posts in found}, int(total)  # noqa: C416 - rows are tuples of any length
