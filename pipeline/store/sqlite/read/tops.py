"""Tops of a search out of SQLite: the newest matches, counted, and the stored background of words. Reads only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import apsw

from pipeline.store.contract import Top, TopField
from pipeline.store.sort_key import TIE_BITS
from pipeline.store.sqlite.bulk_fetch import pairs
from pipeline.store.sqlite.schema import rows
from pipeline.store.tops import BACKGROUND_HOURS, WINDOW_MS, Tally, is_word, trending, with_background


def top(
    connection: apsw.Connection,
    places: Sequence[int],
    field: TopField,
    *,
    matching: int,
    limit: int,
    leave_out: Sequence[str],
    check: Callable[[], None],
) -> Top:
    """Return the top of a field over the posts at `places`, newest first; `check` raises when time is up."""
    tally, earlier = Tally(field), Tally(field)
    newest = places[0] >> TIE_BITS if places else 0
    for number, (body, original) in enumerate(pairs(connection, places)):
        if not number % 100:
            check()
        late = field == "trending" and places[number] >> TIE_BITS <= newest - WINDOW_MS
        (earlier if late else tally).add(body, original)
    items = tally.items(limit) if field != "trending" else []
    if field == "words":
        items = with_background(items, *background(connection, newest, [item.value for item in items]))
    elif field == "trending":
        seen, total = background(
            connection, newest, (word for word, count in tally.counts.items() if count > 2 and is_word(word))
        )
        items = trending(tally, earlier, seen, total, leave_out=leave_out, limit=limit)
    oldest = earlier.oldest or tally.oldest
    return Top(items, tally.posts + earlier.posts, matching, oldest, newest + 1 if places else 0)


def background(connection: apsw.Connection, newest: int, words: Iterable[str]) -> tuple[dict[str, int], int]:
    """Return in how many posts of the background each word is, and how many posts that background holds."""
    last = newest // 3_600_000
    span = (last - BACKGROUND_HOURS, last)
    ((total,),) = rows(connection, "SELECT total(posts) FROM background_hours WHERE hour BETWEEN ? AND ?", span)
    sql = (
        "SELECT word, sum(posts) FROM background WHERE hour BETWEEN ? AND ? "
        "AND word IN (SELECT value FROM json_each(?)) GROUP BY word"
    )
    found = rows(connection, sql, (*span, json.dumps(list(words))))
    return {word: posts for word, posts in found}, int(total)  # noqa: C416 - rows are tuples of any length
