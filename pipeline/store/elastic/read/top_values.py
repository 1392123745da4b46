"""Top values of a search: counts a field's values over given matches, and compares words with the background.

The background is the stored hourly counts of words; it gives frequent words their usual share and finds trending ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.store.contract import Top, TopField
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.state_documents import HOURS, BackgroundWord, word_key
from pipeline.store.sort_key import TIE_BITS
from pipeline.store.top_values import BACKGROUND_HOURS, TopSample

_HOUR_MS = 3_600_000
_DEADLINE_EVERY = 100
"""Posts of the sample after which the deadline is checked."""


def top(
    view: PointInTime,
    names: IndexNames,
    found: Iterator[tuple[int, bytes, bytes | None]],
    field: TopField,
    *,
    limit: int,
    leave_out: Sequence[str],
) -> Top:
    """Return the most frequent values of a field over matches, each as (sort key, wire JSON, original's wire JSON).

    They come newest first.
    """
    sample = TopSample(field)
    for number, (at, body, original) in enumerate(found):
        if not number % _DEADLINE_EVERY:
            view.deadline.left_s()
        sample.add(at >> TIE_BITS, body, original)
    look_up = partial(background, view.client, names, sample.newest)
    items = sample.items(limit, leave_out=leave_out, look_up=look_up)
    until = sample.newest + 1 if sample.posts else 0
    return Top(items, sample.posts, sample.posts, sample.oldest, until, *sample.distinct())


def background(
    client: ElasticClient, names: IndexNames, newest: int, words: Sequence[str]
) -> tuple[dict[str, int], int]:
    """Return the number of posts of the background that have each word, and the number of all its posts.

    `newest` (ms) is the end of the span that is counted. Words that no post has are left out.
    """
    last = newest // _HOUR_MS
    hours = range(last - BACKGROUND_HOURS, last + 1)
    found = get_many(client, [(names.state, HOURS)] + [(names.state, word_key(word)) for word in words])
    posts, *counts = [
        sum(count for hour, count in decode(got.source, BackgroundWord).hours.items() if hour in hours)
        if got.found
        else 0
        for got in found
    ]
    return {word: count for word, count in zip(words, counts, strict=True) if count}, posts
