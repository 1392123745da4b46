"""Top lists: counting a search's most frequent values and its trending words, the same for every store.

A post counts a value once. A repost counts by its original's content, as searches see it. Trending words are compared
with the background, hourly counts of words over all posts, which is collected here as well.
"""

from pipeline.store.top_values.background import BACKGROUND_HOURS, WordBackground
from pipeline.store.top_values.counter import SAMPLED_POSTS, TopCounter, merge_forms
from pipeline.store.top_values.sample import TopSample
from pipeline.store.top_values.words import WORDS_VERSION, is_word

__all__ = [
    "BACKGROUND_HOURS",
    "SAMPLED_POSTS",
    "WORDS_VERSION",
    "TopCounter",
    "TopSample",
    "WordBackground",
    "is_word",
    "merge_forms",
]
