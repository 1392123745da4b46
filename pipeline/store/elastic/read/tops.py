"""Tops of a search out of Elasticsearch: the newest matches, counted, and the stored background of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pipeline.store.contract import Top, TopField
from pipeline.store.elastic.client import Client, decode
from pipeline.store.elastic.names import IndexNames, key
from pipeline.store.elastic.read.view import View
from pipeline.store.elastic.write.lookups import get_many
from pipeline.store.sort_key import TIE_BITS
from pipeline.store.top_values import (
    BACKGROUND_HOURS,
    TRENDING_WINDOW_MS,
    TopCounter,
    is_word,
    trending,
    with_background,
)

HOURS = "hours"
"""The key in `state` of how many posts the background has, by hour."""


class Word(msgspec.Struct):
    """In how many posts of the background a word is, by hour; `last` is the newest of these hours."""

    hours: dict[int, int]
    last: int = 0
    kind: str = "word"


def word_key(word: str) -> str:
    """Return the key in `state` of a word of the background."""
    return key("w:" + word)


def top(
    view: View,
    names: IndexNames,
    sample: Iterator[tuple[int, bytes, bytes | None]],
    field: TopField,
    *,
    limit: int,
    leave_out: Sequence[str],
) -> Top:
    """Return the top of a field over a sample of (place, wire JSON, the original's), newest first."""
    tally, earlier = TopCounter(field), TopCounter(field)
    newest: int | None = None
    for number, (at, body, original) in enumerate(sample):
        if not number % 100:
            view.deadline.left_s()
        newest = at >> TIE_BITS if newest is None else newest
        late = field == "trending" and at >> TIE_BITS <= newest - TRENDING_WINDOW_MS
        (earlier if late else tally).add(body, original)
    last = newest or 0
    items = tally.items(limit) if field != "trending" else []
    if field == "words":
        items = with_background(items, *background(view.client, names, last, [item.value for item in items]))
    elif field == "trending":
        common = (word for word, count in tally.counts.items() if count > 2 and is_word(word))
        seen, total = background(view.client, names, last, common)
        items = trending(tally, earlier, seen, total, leave_out=leave_out, limit=limit)
    counted = tally.posts + earlier.posts
    return Top(items, counted, counted, earlier.oldest or tally.oldest, last + 1 if counted else 0)


def background(client: Client, names: IndexNames, newest: int, words: Iterable[str]) -> tuple[dict[str, int], int]:
    """Return in how many posts of the background each word is, and how many posts that background holds."""
    last = newest // 3_600_000
    hours = range(last - BACKGROUND_HOURS, last + 1)
    wanted = list(words)
    found = get_many(client, [(names.state, HOURS)] + [(names.state, word_key(word)) for word in wanted])
    posts, *counts = [
        sum(count for hour, count in decode(got.source, Word).hours.items() if hour in hours) if got.found else 0
        for got in found
    ]
    return {word: count for word, count in zip(wanted, counts, strict=True) if count}, posts
