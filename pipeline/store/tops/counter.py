"""What tops count: which values a post has in a field, and how they are ranked. The same for every store.

A post counts a value once. A repost counts by its original's content, as searches see it. Trending holds the words of
the newest matches against the stored hourly background (log-odds with an informative Dirichlet prior: Monroe, Colaresi
and Quinn, "Fightin' Words", 2008), so a word that is always common never enters.
"""

from __future__ import annotations

import heapq
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from pipeline.query.analyser import analyse
from pipeline.store.contract import TopField, TopItem
from pipeline.store.tops.stopwords import STOP_WORDS

WINDOW_MS = 15 * 60_000
"""Trending looks at so much time before the newest match."""

BACKGROUND_HOURS = 7 * 24
MIN_POSTS = 5
"""Fewer posts of an hour do not make a word part of the background, so none of it tells of a single post."""

_ENOUGH_POSTS = 100
_MIN_TRENDING_POSTS = 3
_MIN_SCORE = 3.0
_PRIOR_POSTS = 500.0
_LETTERS = range(4, 25)
_HIDDEN = {"mention", "link", "cashtag"}
_LABEL_CHARS = 80


class _Author(msgspec.Struct):
    id: str
    handle: str
    name: str = ""


class _Entity(msgspec.Struct):
    type: str
    start: int
    end: int


class _Link(msgspec.Struct):
    url: str
    title: str = ""


class Seen(msgspec.Struct):
    """The part of a post that tops look at."""

    id: str
    created_at: int
    author: _Author
    text: str = ""
    lang: str = ""
    entities: list[_Entity] = []
    hashtags: list[str] = []
    links: list[_Link] = []
    hosts: list[str] = []
    repost_of: str = ""
    quote_of: str = ""


see = msgspec.json.Decoder(Seen).decode


def tokens(post: Seen) -> set[str]:
    """Return the tokens of a text, handles and addresses left out; which of them are words is asked once a word."""
    text = post.text
    for entity in reversed(post.entities):
        if entity.type in _HIDDEN:
            text = f"{text[: entity.start]} {text[entity.end :]}"
    if "@" in text or "://" in text:
        text = _ADDRESS.sub(" ", text)
    return set(analyse(text))


def is_word(token: str) -> bool:
    """Return whether a token is worth counting: 4 to 24 letters, no stop word."""
    return len(token) in _LETTERS and token not in STOP_WORDS and (token.isalpha() or _lettered(token))


_ADDRESS = re.compile(r"https?://\S+|@\w+")


def _lettered(word: str) -> bool:
    return not word.isascii() and all(unicodedata.category(char)[0] in "LM" for char in word)


class Tally:
    """Counts the values of one field over posts, newest first."""

    def __init__(self, field: TopField) -> None:
        self._field = field
        self.counts: Counter[str] = Counter()
        self.labels: dict[str, str] = {}
        self.posts = 0
        self.newest = 0
        self.oldest = 0

    def add(self, body: bytes, original: bytes | None) -> None:
        """Count a post's own wire JSON, with its original's beside it."""
        post = see(body)
        inner = see(original) if original is not None else None
        self.posts += 1
        self.newest = self.newest or post.created_at
        self.oldest = post.created_at
        if self._field == "authors":
            value = post.author.handle or post.author.id
            self._count(value, post.author.name)
        elif self._field == "originals":
            value = post.repost_of or post.quote_of
            if value:
                self._count(value, f"{inner.author.handle}: {inner.text}"[:_LABEL_CHARS] if inner else "")
        else:
            self._content(inner if post.repost_of and inner else post)

    def _content(self, post: Seen) -> None:
        if self._field in ("words", "trending"):
            self.counts.update(tokens(post))
        elif self._field == "hashtags":
            for value, label in {tag.casefold(): tag for tag in reversed(post.hashtags)}.items():
                self._count(value, label)
        elif self._field == "domains":
            self.counts.update(set(post.hosts))
        elif self._field == "links":
            for value, label in {link.url: link.title for link in post.links}.items():
                self._count(value, label)
        else:
            self.counts[post.lang or "und"] += 1

    def _count(self, value: str, label: str) -> None:
        self.counts[value] += 1
        self.labels.setdefault(value, label)

    def items(self, limit: int) -> list[TopItem]:
        """Return the most frequent values, ties by the value."""
        worded = self._field == "words"
        found = (pair for pair in self.counts.items() if (is_word(pair[0]) if worded else pair[0]))
        ranked = heapq.nsmallest(limit, found, key=lambda pair: (-pair[1], pair[0]))
        return [TopItem(value, count, count / self.posts, label=self.labels.get(value, "")) for value, count in ranked]


def with_background(items: Iterable[TopItem], seen: Mapping[str, int], total: int) -> list[TopItem]:
    """Return word items with their share in the background, where there is one."""
    return [
        TopItem(item.value, item.count, item.share, seen.get(item.value, 0) / total if total else None)
        for item in items
    ]


def trending(
    recent: Tally, earlier: Tally, seen: Mapping[str, int], total: int, *, leave_out: Iterable[str], limit: int
) -> list[TopItem]:
    """Return the words of `recent` matches that stand out, by score.

    A word must stand out against the background (`seen` of `total` posts) and, where the search has enough `earlier`
    matches of its own, against those too: what always goes with a topic is no news. The score is the smaller z.
    """
    skipped = set(leave_out)
    items = []
    for word, count in recent.counts.items():
        if count < _MIN_TRENDING_POSTS or word in skipped or not total or not is_word(word):
            continue
        score = log_odds(count, recent.posts, seen.get(word, 0), total)
        if score >= _MIN_SCORE and earlier.posts >= _ENOUGH_POSTS:
            score = min(score, log_odds(count, recent.posts, earlier.counts[word], earlier.posts))
        if score >= _MIN_SCORE:
            items.append(TopItem(word, count, count / recent.posts, seen.get(word, 0) / total, round(score, 2)))
    return sorted(items, key=lambda item: (-(item.score or 0), item.value))[:limit]


def log_odds(count: int, posts: int, before: int, posts_before: int) -> float:
    """Return the z-score of a word's log-odds in `posts` against `posts_before`, prior from both together."""
    share = (count + before) / (posts + posts_before)
    prior = _PRIOR_POSTS * share
    here, there = count + prior, before + prior
    rest_here, rest_there = max(posts + _PRIOR_POSTS - here, 0.5), max(posts_before + _PRIOR_POSTS - there, 0.5)
    return (math.log(here / rest_here) - math.log(there / rest_there)) / math.sqrt(1 / here + 1 / there)


class Background:
    """Gathers words by hour until enough posts share them; `take` gives out what may be kept, and forgets it."""

    def __init__(self) -> None:
        self._words: dict[int, Counter[str]] = {}
        self._posts: Counter[int] = Counter()

    def add(self, body: bytes, original: bytes | None) -> None:
        """Count one post's words to its hour."""
        post = see(body)
        inner = see(original) if original is not None and post.repost_of else post
        hour = post.created_at // 3_600_000
        self._posts[hour] += 1
        self._words.setdefault(hour, Counter()).update(tokens(inner))

    def take(self) -> tuple[dict[int, int], list[tuple[int, str, int]]]:
        """Return (posts by hour, (hour, word, posts) rows) to add to what is stored."""
        posts = dict(self._posts)
        self._posts.clear()
        rows = []
        for hour, counts in list(self._words.items()):
            ready = {word: count for word, count in counts.items() if count >= MIN_POSTS}
            rows += [(hour, word, count) for word, count in ready.items() if is_word(word)]
            for word in ready:
                del counts[word]
            if not counts or len(counts) > _PENDING_WORDS or len(self._words) > _PENDING_HOURS:
                del self._words[hour]
        return posts, rows


_PENDING_WORDS = 100_000
_PENDING_HOURS = 48
