"""Reference evaluator: decides by brute force whether a document matches a search tree, and where its words occur.

It defines the meaning of each node, among them the buckets of `sample:` and words near each other. Matchers and stores
are tested against it, and some confirm candidates with it. It is written to be read and not to be fast: no index, no
cache, and a line or two for the meaning of each node.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterator

from pipeline.query.document import BREAK, Document
from pipeline.query.tree import (
    And,
    Created,
    Everything,
    Facet,
    Near,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Sample,
    TextField,
    Word,
)


def matches(root: Node, document: Document) -> bool:  # noqa: PLR0911 - one line a kind of node
    """Return whether a document matches a search."""
    match root:
        case And(children):
            return all(matches(child, document) for child in children)
        case Or(children):
            return any(matches(child, document) for child in children)
        case Not(child):
            return not matches(child, document)
        case Everything():
            return True
        case Word() | Phrase() | Near() | Prefix():
            return any(True for _ in occurrences(root, document))
        case Facet(name):
            return name in document.facets
        case Number(field, low, high):
            known = document.numbers.get(field)
            return known is not None and (low is None or known >= low) and (high is None or known <= high)
        case Created(since, until):
            at = document.created_at
            return (since is None or at >= since) and (until is None or at < until)
        case Sample(percent):
            return sample_bucket(document.id) < percent


def sample_bucket(post_id: str) -> int:
    """Return the sampling bucket of a post, 0 to 99: SHA-1 of its id modulo 100."""
    return int.from_bytes(hashlib.sha1(post_id.encode(), usedforsecurity=False).digest(), "big") % 100


def occurrences(leaf: Word | Phrase | Near | Prefix, document: Document) -> Iterator[list[int]]:
    """Yield for each occurrence of a leaf the positions of its tokens in the leaf's field."""
    tokens = field_tokens(document, "words" if isinstance(leaf, Near | Prefix) else leaf.field)
    match leaf:
        case Word(wanted):
            yield from ([at] for at, token in enumerate(tokens) if token == wanted)
        case Prefix(beginning):
            yield from ([at] for at, token in enumerate(tokens) if token.startswith(beginning))
        case Phrase(wanted_tokens):
            length = len(wanted_tokens)
            for at in range(len(tokens) - length + 1):
                if tuple(tokens[at : at + length]) == wanted_tokens:
                    yield list(range(at, at + length))
        case Near(wanted_tokens, slop):
            yield from smallest_windows(tokens, wanted_tokens, slop)


def field_tokens(document: Document, field: TextField) -> list[str]:
    """Return the tokens of one text field."""
    found: list[str] = getattr(document, field)
    return found


def smallest_windows(tokens: list[str], wanted: tuple[str, ...], slop: int) -> Iterator[list[int]]:
    """Yield the positions of the wanted tokens in each smallest window that ends with one of them.

    A window holds all wanted tokens, each as an occurrence of its own, at most `slop` other tokens and no `BREAK`. One
    pass, because a store evaluates this on posts of 10,000 words, for hundreds of searches.
    """
    need = Counter(wanted)
    lacking = Counter(need)
    missing = len(wanted)
    window: deque[int] = deque()
    for at, token in enumerate(tokens):
        if token == BREAK:
            lacking, missing = Counter(need), len(wanted)
            window.clear()
        if token not in need:
            continue
        window.append(at)
        missing -= lacking[token] > 0
        lacking[token] -= 1
        while not missing and lacking[tokens[window[0]]] < 0:
            lacking[tokens[window.popleft()]] += 1
        if not missing and at - window[0] < len(wanted) + slop:
            yield _last_of_each(window, tokens, need)


def _last_of_each(window: deque[int], tokens: list[str], need: Counter[str]) -> list[int]:
    """Return the positions of the wanted tokens in a window: the last ones, if it has more than are needed."""
    left = Counter(need)
    used = []
    for at in reversed(window):
        if left[tokens[at]] > 0:
            left[tokens[at]] -= 1
            used.append(at)
    return used[::-1]
