"""Vocabulary of the standing searches: keeps the terms that they require, and finds a batch's posts that have each.

A term (a token of a field, a facet or a prefix) is shared by the searches that use it, and is dropped after its last
use. `Vocabulary.mark` inverts a batch: each term gets an integer whose bit i says whether post i has the term, so that
a search is decided for the whole batch with a few bit operations; `clear` resets them. Terms that no search requires
are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.match.memory.term_postings import NO_POSTS, Term, TermField, TermNode, field_and_token
from pipeline.query.document import Document

HEAD_CHARS = 1
"""Prefixes are grouped by this many first characters of theirs; no prefix is shorter."""


class Vocabulary:
    """All terms that standing searches require, each kept while some search uses it."""

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
        """Tell whether any search reads a field."""
        return bool(self._by_field[field])

    def acquire(self, node: TermNode) -> Term:
        """Return the term of a leaf and count one more use of it."""
        field, token = field_and_token(node)
        terms = self._by_field[field]
        term = terms.get(token)
        if term is None:
            term = terms[token] = Term(field, token)
            if field == "prefixes":
                lengths = self._prefix_lengths.setdefault(token[:HEAD_CHARS], {})
                lengths[len(token)] = lengths.get(len(token), 0) + 1
        term.uses += 1
        return term

    def release(self, term: Term) -> None:
        """Count one use less; drop the term after its last use."""
        term.uses -= 1
        if term.uses:
            return
        del self._by_field[term.field][term.token]
        if term.field == "prefixes":
            head, size = term.token[:HEAD_CHARS], len(term.token)
            lengths = self._prefix_lengths[head]
            lengths[size] -= 1
            if not lengths[size]:
                del lengths[size]
            if not lengths:
                del self._prefix_lengths[head]

    def mark(self, documents: Sequence[Document]) -> list[Term]:
        """Set the mask and posts of each term that occurs, and return those terms. `clear` must follow."""
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
                lengths = heads.get(token[:HEAD_CHARS])
                if lengths is not None:
                    for size in lengths:
                        term = prefixes.get(token[:size])
                        if term is not None and len(term.token) == size:
                            _set(term, index, bit, self._touched)
            bit <<= 1

    def clear(self) -> None:
        """Reset the terms of the last batch."""
        for term in self._touched:
            term.mask = 0
            term.posts = NO_POSTS
        self._touched = []


def _set(term: Term, index: int, bit: int, touched: list[Term]) -> None:
    if not term.mask:
        touched.append(term)
        term.posts = []
    term.mask |= bit
    term.posts.append(index)
