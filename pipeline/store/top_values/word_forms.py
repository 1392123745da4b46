"""Forms of a word: counts the forms in which a sample writes one word as one, by what the sample itself shows.

Nothing is stripped by a rule alone, because many words begin or end like an article or particle. A form belongs to a
word where the same sample has the word on its own:

- Arabic: `و ف ب ل ك س` and the article in its spellings (`ال بال كال لل`), alone or joined (`والزلزال` is `زلزال`);
- Hebrew: up to three of `ו ה ש כ ב ל מ` before the word (`בירושלים` is `ירושלים`);
- Korean: a particle behind the word (`지진이`, `지진에서`); two different particles show the word as well;
- capitals: `ICE` and `ice` are the one that more posts write, where both are words;
- pieces of a name or compound that ICU does not know: the joined word, where four fifths of the posts with its rarest
  piece have it (`unspaced_words`). It takes the place of each piece of which that holds.

A word that is the other's beginning by chance is kept apart by a share: the word on its own has a tenth of the form's
posts, or half of them where it has three letters. Counts are exact: a post with several forms counts once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from pipeline.store.top_values.affixes import is_hangul, stems
from pipeline.store.top_values.unspaced_words import JOINT
from pipeline.store.top_values.words import is_word

_FIRST_HEBREW = 0x590
_SHORT_STEM = 3
_JOINED_SHARE = 0.8
_MIN_JOINED = 3


class WordForms:
    """Forms of the words of one sample, decided by the number of posts that have each raw token."""

    def __init__(self, counts: Counter[str]) -> None:
        self._word_of: dict[str, str] = {}
        self._dropped: set[str] = set()
        self._find_stems(counts)
        self._find_capitals(counts)
        self._find_joined(counts)

    def word(self, token: str) -> str | None:
        """Return the word that a raw token is a form of, itself if of none, None if a longer word has taken it in."""
        return None if token in self._dropped else self._word_of.get(token, token)

    def forms(self, counts: Counter[str]) -> dict[str, list[str]]:
        """Return the raw tokens of each word that has other forms than itself, those of most posts first."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for token, word in self._word_of.items():
            if JOINT not in token:
                found[word].append(token)
        for word, tokens in found.items():
            if word in counts and word not in tokens and word not in self._word_of:
                tokens.append(word)
            tokens.sort(key=lambda token: (-counts[token], token))
        return {word: tokens for word, tokens in found.items() if len({token.casefold() for token in tokens}) > 1}

    def _find_stems(self, counts: Counter[str]) -> None:
        affixed: defaultdict[str, dict[str, str]] = defaultdict(dict)
        candidates: dict[str, list[tuple[str, str]]] = {}
        for token in counts:
            options = stems(token)
            if options:
                candidates[token] = options
                for stem, affix in options:
                    affixed[stem][affix] = token
        for token, options in candidates.items():
            for stem, _ in sorted(options, key=lambda option: len(option[0])):
                if is_word(stem) and _is_shown(stem, token, counts, affixed[stem]):
                    self._word_of[token] = stem
                    break
        for token, stem in self._word_of.items():
            self._word_of[token] = self._word_of.get(stem, stem)

    @staticmethod
    def _covers(token: str, part: str, counts: Counter[str]) -> bool:
        return counts[token] >= _JOINED_SHARE * counts[part]

    def _find_capitals(self, counts: Counter[str]) -> None:
        for token in [token for token in counts if token.isupper() and token.isascii()]:
            small = token.lower()
            if small not in counts:
                continue
            if not is_word(small):
                if any(char.isdigit() for char in small):
                    self._word_of[small] = token
            elif counts[token] >= counts[small]:
                self._word_of[small] = token
            else:
                self._word_of[token] = small

    def _find_joined(self, counts: Counter[str]) -> None:
        joined = [token for token, count in counts.items() if JOINT in token and count >= _MIN_JOINED]
        for token in sorted(joined, key=lambda token: (token.count(JOINT), token)):
            pieces = token.split(JOINT)
            if not self._covers(token, min(pieces, key=counts.__getitem__), counts):
                continue
            self._word_of[token] = "".join(pieces)
            parts = [*pieces, JOINT.join(pieces[:-1]), JOINT.join(pieces[1:])]
            self._dropped.update(part for part in parts if self._covers(token, part, counts))
        for token in counts:
            if JOINT in token and token not in self._word_of:
                self._dropped.add(token)


def may_have_affixes(token: str) -> bool:
    """Return whether a raw token is of a script whose words have affixes, or are joined of pieces."""
    return not token.isascii() and ord(token[0]) >= _FIRST_HEBREW


def _is_shown(stem: str, token: str, counts: Counter[str], affixed: dict[str, str]) -> bool:
    """Return whether the sample shows that a stem is the word of a token."""
    alone = counts[stem]
    if is_hangul(stem):
        return len(affixed) > 1 or alone * 10 >= counts[token]
    return alone * (2 if len(stem) <= _SHORT_STEM else 10) >= counts[token]


def merged(counts: Counter[str], variable: Iterable[Iterable[str]], forms: WordForms) -> Counter[str]:
    """Return the posts by word: `variable` are, a post, the raw tokens that `may_have_affixes`.

    The other forms are spellings of which a post has one only, so that their counts add up.
    """
    found: Counter[str] = Counter()
    for token, count in counts.items():
        if not may_have_affixes(token):
            found[forms.word(token) or token] += count
    for tokens in variable:
        found.update({word for token in tokens if (word := forms.word(token)) is not None})
    return found
