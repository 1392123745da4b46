"""Counter of a top list: counts the values of one field over a sample of posts, and returns the most frequent ones.

Fields are words, hashtags, authors, domains, links, languages and originals. A post counts a value once; the content of
a repost is its original's. Values have a label to show, such as a name or title.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.store.contract import TopField, TopItem
from pipeline.store.top_values.counted_post_fields import TopView, decode_view
from pipeline.store.top_values.word_forms import WordForms, may_have_affixes, merged
from pipeline.store.top_values.words import is_word, tokens

SAMPLED_POSTS = 5_000
"""Newest matches that a top list counts; `Top.matching` is the number of all matches."""

MAX_FORMS = 8
"""Forms of a word that are told, the most frequent: a click on the word searches for them."""

_MAX_LABEL_CHARS = 80


class TopCounter:
    """Counts the values of one field. Posts are added newest first."""

    def __init__(self, field: TopField) -> None:
        self._field = field
        self.counts: Counter[str] = Counter()
        self.labels: dict[str, str] = {}
        self._forms: Mapping[str, list[str]] = {}
        self._variable: list[list[str]] = []
        self.authors: set[str] = set()
        self.languages: set[str] = set()
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
        self.authors.add(post.author.id)
        self.languages.add((inner or post if post.repost_of else post).lang.partition("-")[0])
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
            found = tokens(post)
            self.counts.update(found)
            if not post.text.isascii():
                self._variable.append([token for token in found if may_have_affixes(token)])
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

    def merge_forms(self, forms: WordForms, found: Mapping[str, list[str]]) -> None:
        """Count by word instead of by raw token; call it once, after all posts are added."""
        self.counts = merged(self.counts, self._variable, forms)
        self._forms = found
        self._variable = []

    def forms_of(self, word: str) -> list[str]:
        """Return the forms in which the sample writes a word, most frequent first; [] where that is only itself."""
        return self._forms.get(word, [])[:MAX_FORMS]

    def background_tokens(self, words: Iterable[str]) -> list[str]:
        """Return the raw tokens by which the background knows words."""
        return list(dict.fromkeys(token for word in words for token in self._tokens_of(word)))

    def background_posts(self, word: str, seen: Mapping[str, int], total: int) -> int:
        """Return the posts of the background that have a word; a post with two of its forms is counted twice.

        `seen` are posts by raw token, `total` all posts of the background.
        """
        return min(total, sum(seen.get(token, 0) for token in self._tokens_of(word)))

    def _tokens_of(self, word: str) -> list[str]:
        return self._forms.get(word) or [word]

    def items(self, limit: int) -> list[TopItem]:
        """Return the most frequent values, ties in the order of the values."""
        worded = self._field == "words"
        found = (pair for pair in self.counts.items() if (is_word(pair[0]) if worded else pair[0]))
        ranked = heapq.nsmallest(limit, found, key=lambda pair: (-pair[1], pair[0]))
        return [
            TopItem(value, count, count / self.posts, label=self.labels.get(value, ""), forms=self.forms_of(value))
            for value, count in ranked
        ]


def distinct(counters: Iterable[TopCounter]) -> tuple[int, int]:
    """Return the number of authors and of stated languages among the posts of counters of one sample."""
    counters = list(counters)
    authors = set().union(*(counter.authors for counter in counters))
    languages = set().union(*(counter.languages for counter in counters))
    return len(authors), len(languages - {"", "und"})


def merge_forms(counters: Iterable[TopCounter]) -> None:
    """Count the forms of a word as one in counters of one sample; the forms are decided by the whole sample."""
    counters = list(counters)
    counts: Counter[str] = sum((counter.counts for counter in counters), Counter())
    forms = WordForms(counts)
    found = forms.forms(counts)
    for counter in counters:
        counter.merge_forms(forms, found)


def _plain_name(post: TopView) -> str:
    """Return the author's name without the `:name:` of a server's own emoji."""
    name = post.author.name
    for emoji in post.author.emojis:
        name = name.replace(f":{emoji.name}:", "")
    return " ".join(name.split()) if post.author.emojis else name
