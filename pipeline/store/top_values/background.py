"""Word background: collects hourly counts of words over stored posts, which trending words are compared with.

A word is handed out for storing only once five posts of an hour share it, so that no row reveals a single post. Until
then its counts are held in memory, within bounds.
"""

from __future__ import annotations

from collections import Counter

from pipeline.store.top_values.counted_post_fields import decode_view
from pipeline.store.top_values.unspaced_words import JOINT
from pipeline.store.top_values.words import is_word, tokens

BACKGROUND_HOURS = 7 * 24
MIN_POSTS = 5
"""Fewest posts of an hour that share a word before the word is stored, so that no row reveals a single post."""

_MAX_PENDING_WORDS = 100_000
_MAX_PENDING_HOURS = 48


class WordBackground:
    """Collects words by hour until enough posts share them."""

    def __init__(self) -> None:
        self._words: dict[int, Counter[str]] = {}
        self._posts: Counter[int] = Counter()

    def add(self, body: bytes, original: bytes | None) -> None:
        """Count the words of one post in its hour."""
        post = decode_view(body)
        inner = decode_view(original) if original is not None and post.repost_of else post
        hour = post.created_at // 3_600_000
        self._posts[hour] += 1
        self._words.setdefault(hour, Counter()).update(tokens(inner))

    def take(self) -> tuple[dict[int, int], list[tuple[int, str, int]]]:
        """Return (posts by hour, rows of (hour, word, posts)) to add to the stored background, and forget them."""
        posts = dict(self._posts)
        self._posts.clear()
        rows = []
        for hour, counts in list(self._words.items()):
            ready = {word: count for word, count in counts.items() if count >= MIN_POSTS}
            named = ((word.replace(JOINT, ""), count) for word, count in ready.items())
            rows += [(hour, word, count) for word, count in named if is_word(word)]
            for word in ready:
                del counts[word]
            if not counts or len(counts) > _MAX_PENDING_WORDS or len(self._words) > _MAX_PENDING_HOURS:
                del self._words[hour]
        return posts, rows
