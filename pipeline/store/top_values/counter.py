"""Counter of a top list: counts the values of one field over a sample of posts, and returns the most frequent ones.

Fields are words, hashtags, authors, domains, links, languages and originals. A post counts a value once; the content of
a repost is its original's. Values have a label to show, such as a name or title.
"""

from __future__ import annotations

import heapq
from collections import Counter

from pipeline.store.contract import TopField, TopItem
from pipeline.store.top_values.counted_post_fields import TopView, decode_view
from pipeline.store.top_values.words import is_word, tokens

SAMPLED_POSTS = 5_000
"""Newest matches that a top list counts; `Top.matching` is the number of all matches."""

_MAX_LABEL_CHARS = 80


class TopCounter:
    """Counts the values of one field. Posts are added newest first."""

    def __init__(self, field: TopField) -> None:
        self._field = field
        self.counts: Counter[str] = Counter()
        self.labels: dict[str, str] = {}
        self.posts = 0
        self.newest = 0
        self.oldest = 0

    def add(self, body: bytes, original: bytes | None) -> None:
        """Count a post by its own wire JSON and that of its original, if stored."""
        post = decode_view(body)
        inner = decode_view(original) if original is not None else None
        self.posts += 1
        self.newest = self.newest or post.created_at
        self.oldest = post.created_at
        if self._field == "authors":
            value = post.author.handle or post.author.id
            self._count(value, _plain_name(post))
        elif self._field == "originals":
            value = post.repost_of or post.quote_of
            if value:
                label = f"{inner.author.handle}: {inner.text}"[:_MAX_LABEL_CHARS] if inner else ""
                self._count(value, label)
        else:
            self._count_content(inner if post.repost_of and inner else post)

    def _count_content(self, post: TopView) -> None:
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
            self.counts[post.lang.partition("-")[0] or "und"] += 1

    def _count(self, value: str, label: str) -> None:
        self.counts[value] += 1
        self.labels.setdefault(value, label)

    def items(self, limit: int) -> list[TopItem]:
        """Return the most frequent values, ties in the order of the values."""
        worded = self._field == "words"
        found = (pair for pair in self.counts.items() if (is_word(pair[0]) if worded else pair[0]))
        ranked = heapq.nsmallest(limit, found, key=lambda pair: (-pair[1], pair[0]))
        return [TopItem(value, count, count / self.posts, label=self.labels.get(value, "")) for value, count in ranked]


def _plain_name(post: TopView) -> str:
    """Return the author's name without the `:name:` of a server's own emoji."""
    name = post.author.name
    for emoji in post.author.emojis:
        name = name.replace(f":{emoji.name}:", "")
    return " ".join(name.split()) if post.author.emojis else name
