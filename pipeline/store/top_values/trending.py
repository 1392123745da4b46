"""Trending words: log-odds of a search's newest words against the stored background, so that common words never enter.

Where the search has enough earlier matches of its own, a word must stand out against those, too. The log-odds ratio has
an informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' Words", 2008. `with_background` gives the entries
of a list of frequent words their share in the background.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from pipeline.query.analyser import analyse
from pipeline.store.contract import TopItem
from pipeline.store.top_values.counter import TopCounter
from pipeline.store.top_values.words import is_word

TRENDING_WINDOW_MS = 15 * 60_000
"""Milliseconds before the newest match in which words may trend."""

_ENOUGH_POSTS = 100
_MIN_TRENDING_POSTS = 3
_MIN_SCORE = 3.0
_PRIOR_POSTS = 500.0


def with_background(
    items: Iterable[TopItem], counter: TopCounter, seen: Mapping[str, int], total: int
) -> list[TopItem]:
    """Return the word items of a counter with their share in the background: `seen` posts of `total` (None if 0)."""
    return [
        TopItem(
            item.value,
            item.count,
            item.share,
            counter.background_posts(item.value, seen, total) / total if total else None,
            forms=item.forms,
        )
        for item in items
    ]


def may_trend(recent: TopCounter) -> Iterator[str]:
    """Yield the words that enough `recent` matches have."""
    return (word for word, count in recent.counts.items() if count >= _MIN_TRENDING_POSTS and is_word(word))


def trending(
    recent: TopCounter,
    earlier: TopCounter,
    seen: Mapping[str, int],
    total: int,
    *,
    leave_out: Iterable[str],
    limit: int,
) -> list[TopItem]:
    """Return the words of `recent` matches that stand out, highest score first.

    A word must stand out against the background (`seen` of `total` posts). Where the search has enough `earlier`
    matches of its own, the word must stand out against those too: a word that always goes with a topic is no news. The
    score is the smaller z-score of the two.
    """
    skipped = set(leave_out)
    items = []
    for word in may_trend(recent) if total else ():
        count = recent.counts[word]
        forms = recent.forms_of(word)
        if not skipped.isdisjoint([" ".join(analyse(word)), *forms]):
            continue
        before = recent.background_posts(word, seen, total)
        score = log_odds(count, recent.posts, before, total)
        if score >= _MIN_SCORE and earlier.posts >= _ENOUGH_POSTS:
            score = min(score, log_odds(count, recent.posts, earlier.counts[word], earlier.posts))
        if score >= _MIN_SCORE:
            share = count / recent.posts
            items.append(TopItem(word, count, share, before / total, round(score, 2), forms=forms))
    return sorted(items, key=lambda item: (-(item.score or 0), item.value))[:limit]


def log_odds(count: int, posts: int, before: int, posts_before: int) -> float:
    """Return the z-score of a word's log-odds in `posts` against `posts_before`; the prior is the share in both."""
    share = (count + before) / (posts + posts_before)
    prior = _PRIOR_POSTS * share
    here, there = count + prior, before + prior
    rest_here, rest_there = max(posts + _PRIOR_POSTS - here, 0.5), max(posts_before + _PRIOR_POSTS - there, 0.5)
    return (math.log(here / rest_here) - math.log(there / rest_there)) / math.sqrt(1 / here + 1 / there)
