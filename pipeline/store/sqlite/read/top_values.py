"""Top lists of the SQLite store: counts a field's values over given posts, and compares words with the background.

The background is the stored hourly counts of words; it gives frequent words their usual share and finds trending ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import apsw

from pipeline.store.contract import Top, TopField
from pipeline.store.sort_key import TIE_BITS
from pipeline.store.sqlite.bulk_fetch import fetch_with_originals
from pipeline.store.sqlite.connection import rows
from pipeline.store.top_values import BACKGROUND_HOURS, TopSample


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
    sample = TopSample(field)
    for number, (body, original) in enumerate(fetch_with_originals(connection, keys)):
        if not number % 100:
            check()
        sample.add(keys[number] >> TIE_BITS, body, original)
    look_up = partial(background, connection, sample.newest)
    items = sample.items(limit, leave_out=leave_out, look_up=look_up)
    until = sample.newest + 1 if keys else 0
    return Top(items, sample.posts, matching, sample.oldest, until, *sample.distinct())


def background(connection: apsw.Connection, newest: int, words: Sequence[str]) -> tuple[dict[str, int], int]:
    """Return the number of background posts that have each word, and of all background posts, before `newest` (ms)."""
    last = newest // 3_600_000
    span = (last - BACKGROUND_HOURS, last)
    ((total,),) = rows(connection, "SELECT total(posts) FROM background_hours WHERE hour BETWEEN ? AND ?", span)
    sql = (
        "SELECT word, sum(posts) FROM background WHERE hour BETWEEN ? AND ? "
        "AND word IN (SELECT value FROM json_each(?)) GROUP BY word"
    )
    found = rows(connection, sql, (*span, json.dumps(words)))
    return {word: posts for word, posts in found}, int(total)  # noqa: C416 - rows are tuples of any length
