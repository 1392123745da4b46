"""Terms of standing searches, and where they stand in the batch at hand.

A `Term` is one token of one field, a facet or a prefix that some search asks for. For a batch, `Vocabulary.mark` turns
the posts round: each term gets one integer whose bit i says whether post i has it, so that a search is decided for the
whole batch with a few bit operations. Terms nobody asks for are never touched. This module knows no search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pipeline.query.document import Document
from pipeline.query.tree import Facet, Prefix, TextField, Word

if TYPE_CHECKING:
    from pipeline.match.memory.candidate_index import Alternative

TermNode = Word | Facet | Prefix
TermField = TextField | Literal["facets", "prefixes"]

HEAD = 1
"""A token's prefixes are looked up under its first character: no prefix is shorter than that."""

_NO_POSTS: list[int] = []
"""Shared by all terms that are in no post of the batch; never added to."""


class Term:
    """One term: where it is in the current batch, and the alternatives of searches that are found by it.

    `mask` has a bit for each post that has the term; `posts` their indexes, each as often as the post has the term.
    Both are kept, because going from bits to indexes costs more.
    `alone`: searches that are this term and nothing more. `either`: that any of several terms suffices for. `pairs` and
    `many`: that ask for one or several other terms as well. `rest`: everything else. None where there are none, to save
    memory.
    """

    __slots__ = ("alone", "either", "field", "many", "mask", "pairs", "posts", "rest", "token", "uses")

    def __init__(self, field: TermField, token: str) -> None:
        self.field = field
        self.token = token
        self.uses = 0
        self.mask = 0
        self.posts = _NO_POSTS
        self.alone: dict[str, None] | None = None
        self.either: dict[str, None] | None = None
        self.pairs: dict[str, Term] | None = None
        self.many: dict[str, tuple[Term, ...]] | None = None
        self.rest: dict[Alternative, None] | None = None


class Vocabulary:
    """All terms that standing searches ask for, each kept while it is in use."""

    def __init__(self) -> None:
        self._by_field: dict[TermField, dict[str, Term]] = {
            "words": {},
            "urls": {},
            "bio": {},
            "name": {},
            "facets": {},
            "prefixes": {},
        }
        self._prefix_lengths: dict[str, dict[int, int]] = {}
        self._touched: list[Term] = []

    def __len__(self) -> int:
        return sum(map(len, self._by_field.values()))

    def uses(self, field: TermField) -> bool:
        """Tell whether any search looks at a field."""
        return bool(self._by_field[field])

    def acquire(self, node: TermNode) -> Term:
        """Return the term of a leaf, counted as used once more."""
        field, token = field_and_token(node)
        terms = self._by_field[field]
        term = terms.get(token)
        if term is None:
            term = terms[token] = Term(field, token)
            if field == "prefixes":
                lengths = self._prefix_lengths.setdefault(token[:HEAD], {})
                lengths[len(token)] = lengths.get(len(token), 0) + 1
        term.uses += 1
        return term

    def release(self, term: Term) -> None:
        """Count one use less; the last one forgets the term."""
        term.uses -= 1
        if term.uses:
            return
        del self._by_field[term.field][term.token]
        if term.field == "prefixes":
            head, size = term.token[:HEAD], len(term.token)
            lengths = self._prefix_lengths[head]
            lengths[size] -= 1
            if not lengths[size]:
                del lengths[size]
            if not lengths:
                del self._prefix_lengths[head]

    def mark(self, documents: Sequence[Document]) -> list[Term]:
        """Set the bits of every term that occurs, and return those terms. `clear` must follow."""
        touched = self._touched
        facets = self._by_field["facets"]
        lists = [(name, self._by_field[name]) for name in ("urls", "bio", "name") if self._by_field[name]]
        find = self._by_field["words"].get
        bit = 1
        for index, document in enumerate(documents):
            for term in filter(None, map(find, document.words)):
                if term.mask:
                    term.mask |= bit
                    term.posts.append(index)
                else:
                    term.mask = bit
                    term.posts = [index]
                    touched.append(term)
            if facets:
                for name in facets.keys() & document.facets:
                    _set(facets[name], index, bit, touched)
            for field, terms in lists:
                for token in terms.keys() & getattr(document, field):
                    _set(terms[token], index, bit, touched)
            bit <<= 1
        if self._prefix_lengths:
            self._mark_prefixes(documents)
        return touched

    def _mark_prefixes(self, documents: Sequence[Document]) -> None:
        prefixes, heads = self._by_field["prefixes"], self._prefix_lengths
        bit = 1
        for index, document in enumerate(documents):
            for token in document.words:
                lengths = heads.get(token[:HEAD])
                if lengths is not None:
                    for size in lengths:
                        term = prefixes.get(token[:size])
                        if term is not None and len(term.token) == size:
                            _set(term, index, bit, self._touched)
            bit <<= 1

    def clear(self) -> None:
        """Forget the batch."""
        for term in self._touched:
            term.mask = 0
            term.posts = _NO_POSTS
        self._touched = []


def field_and_token(node: TermNode) -> tuple[TermField, str]:
    """Return where a leaf looks, and for what."""
    if isinstance(node, Word):
        return node.field, node.token
    if isinstance(node, Facet):
        return "facets", node.name
    return "prefixes", node.token


def _set(term: Term, index: int, bit: int, touched: list[Term]) -> None:
    if not term.mask:
        touched.append(term)
        term.posts = []
    term.mask |= bit
    term.posts.append(index)
