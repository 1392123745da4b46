"""Top lists: counting a search's most frequent values and its trending words, the same for every store.

A post counts a value once. A repost counts by its original's content, as searches see it. Trending words are compared
with the background, hourly counts of words over all posts, which is collected here as well.
"""

from pipeline.store.top_values.background import BACKGROUND_HOURS, WordBackground
from pipeline.store.top_values.counter import SAMPLED_POSTS, TopCounter, distinct, merge_forms
from pipeline.store.top_values.trending import TRENDING_WINDOW_MS, trending, with_background
from pipeline.store.top_values.words import WORDS_VERSION, is_word

__all__ = [
    "BACKGROUND_HOURS",
    "SAMPLED_POSTS",
    "TRENDING_WINDOW_MS",
    "WORDS_VERSION",
    "TopCounter",
    "WordBackground",
    "distinct",
    "is_word",
    "merge_forms",
    "trending",
    "with_background",
]
