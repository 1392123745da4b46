"""Top values of a search: counts a field's values over given matches, and compares words with the background.

The background is the stored hourly counts of words; it gives frequent words their usual share and finds trending ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.store.contract import Top, TopField
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.state_documents import HOURS, BackgroundWord, word_key
from pipeline.store.sort_key import TIE_BITS
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

_HOUR_MS = 3_600_000
_DEADLINE_EVERY = 100
"""Posts of the sample after which the deadline is checked."""


def top(
    view: PointInTime,
    names: IndexNames,
    sample: Iterator[tuple[int, bytes, bytes | None]],
    field: TopField,
    *,
    limit: int,
    leave_out: Sequence[str],
) -> Top:
    """Return the most frequent values of a field over a sample of (sort key, wire JSON, original's wire JSON).

    The sample comes newest first.
    """
    tally, earlier = TopCounter(field), TopCounter(field)
    newest: int | None = None
    for number, (at, body, original) in enumerate(sample):
        if not number % _DEADLINE_EVERY:
            view.deadline.left_s()
        newest = at >> TIE_BITS if newest is None else newest
        late = field == "trending" and at >> TIE_BITS <= newest - TRENDING_WINDOW_MS
        (earlier if late else tally).add(body, original)
    last = newest or 0
    if field in ("words", "trending"):
        merge_forms([tally, earlier])
    items = tally.items(limit) if field != "trending" else []
    if field == "words":
        items = with_background(
            items, tally, *background(view.client, names, last, tally.background_tokens(item.value for item in items))
        )
    elif field == "trending":
        common = (word for word, count in tally.counts.items() if count > 2 and is_word(word))
        seen, total = background(view.client, names, last, tally.background_tokens(common))
        items = trending(tally, earlier, seen, total, leave_out=leave_out, limit=limit)
    counted = tally.posts + earlier.posts
    until = last + 1 if counted else 0
    return Top(items, counted, counted, earlier.oldest or tally.oldest, until, *distinct([tally, earlier]))


def background(
    client: ElasticClient, names: IndexNames, newest: int, words: Iterable[str]
) -> tuple[dict[str, int], int]:
    """Return the number of posts of the background that have each word, and the number of all its posts.

    `newest` (ms) is the end of the span that is counted. Words that no post has are left out.
    """
    last = newest // _HOUR_MS
    hours = range(last - BACKGROUND_HOURS, last + 1)
    wanted = list(words)
    found = get_many(client, [(names.state, HOURS)] + [(names.state, word_key(word)) for word in wanted])
    posts, *counts = [
        sum(count for hour, count in decode(got.source, BackgroundWord).hours.items() if hour in hours)
        if got.found
        else 0
        for got in found
    ]
    return {word: count for word, count in zip(wanted, counts, strict=True) if count}, posts
