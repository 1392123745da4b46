"""Posts and standing searches for the match bench, generated: the same bytes for the same seed, for every peer.

    python -m bench.match.corpus DIRECTORY

writes for each scenario `NAME.posts.jsonl` ({"id", "text", "words"}) and `NAME.searches.jsonl` ({"key", "text", "kind",
"terms"}). Words are made of syllables and drawn by Zipf's law, as in tweets: a few are in every other post, most in
almost none. The terms of searches are drawn from the same words by a flatter law, so that the mean number of matches
for each post is that of the scenario; `skew` was found by trying, and the bench prints the number that it measured.
"""

from __future__ import annotations

import json
import random
import sys
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, product
from pathlib import Path

VOCABULARY = 30_000
UNSEARCHED = 20
"""Number of the most frequent words that no search contains, as "the" and "of"."""
KINDS = (("one", 40), ("all", 35), ("any", 25))
"""Shapes of searches and their weights: one term; all of two or three; any of two or three."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Numbers of posts and searches, and the exponent by which search terms are drawn (0: all words alike)."""

    name: str
    posts: int
    searches: int
    search_words: int
    skew: float
    seed: int


SCENARIOS = (
    Scenario("busy-1k", posts=10_000, searches=1_000, search_words=5_000, skew=0.90, seed=1),
    Scenario("busy-10k", posts=2_000, searches=10_000, search_words=5_000, skew=0.97, seed=2),
    Scenario("calm-1k", posts=10_000, searches=1_000, search_words=25_000, skew=0.55, seed=3),
)


def vocabulary() -> list[str]:
    """Return the words, most frequent first: lower-case ASCII, the frequent ones shorter."""
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    syllables = [c + v for c, v in product(consonants, vowels)]
    shuffled = random.Random(0)
    words: list[str] = []
    for size in (1, 2, 3):
        these = ["".join(parts) for parts in product(syllables, repeat=size)] if size < 3 else []
        while size == 3 and len(these) < VOCABULARY:
            these.append("".join(shuffled.choices(syllables, k=3)))
        shuffled.shuffle(these)
        words += these
    return list(dict.fromkeys(words))[:VOCABULARY]


def _by_zipf(exponent: float) -> list[float]:
    return list(accumulate(1 / (rank + 2) ** exponent for rank in range(VOCABULARY)))


def posts(scenario: Scenario, words: list[str]) -> Iterator[dict[str, object]]:
    """Yield posts of 5 to 25 words."""
    chance, weights = random.Random(scenario.seed), _by_zipf(1.05)
    for number in range(scenario.posts):
        size = chance.randint(5, 25)
        chosen = [words[bisect(weights, chance.random() * weights[-1])] for _ in range(size)]
        text = " ".join(chosen).capitalize() + chance.choice((".", "!", "?", ""))
        yield {"id": f"demo:{number}", "text": text, "words": chosen}


def searches(scenario: Scenario, words: list[str]) -> Iterator[dict[str, object]]:
    """Yield distinct searches of one to three terms."""
    chance, weights = random.Random(scenario.seed + 1_000), _by_zipf(scenario.skew)[: scenario.search_words]
    words = words[UNSEARCHED:]
    kinds, shares = [kind for kind, _ in KINDS], [share for _, share in KINDS]
    known: set[str] = set()
    while len(known) < scenario.searches:
        kind = chance.choices(kinds, shares)[0]
        size = 1 if kind == "one" else chance.choice((2, 2, 3))
        terms = sorted({words[bisect(weights, chance.random() * weights[-1])] for _ in range(size)})
        text = (" OR " if kind == "any" else " ").join(terms)
        if len(terms) < size or text in known:
            continue
        known.add(text)
        yield {"key": f"{len(known):016x}", "text": text, "kind": kind, "terms": terms}


def write(directory: Path) -> None:
    """Write all scenarios below a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    words = vocabulary()
    for scenario in SCENARIOS:
        for name, lines in (("posts", posts(scenario, words)), ("searches", searches(scenario, words))):
            with (directory / f"{scenario.name}.{name}.jsonl").open("w") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
