"""Hypothesis strategies for posts and searches over few words, so that they often match."""

from __future__ import annotations

from hashlib import sha1

from hypothesis import strategies as st

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
    Query,
    Sample,
    Word,
)

WORDS = ("cat", "cats", "catalogue", "dog", "do", "snow", "日", "本", "🐦")
FACETS = ("#cat", "@dog", "$snow", "lang:en", "lang:ja", "from:cat", "is:reply", "has:links", "host:snow.example")
NUMBERS = ("followers", "likes", "reposts", "replies", "quotes")

_tokens = st.sampled_from(WORDS)
_counts = st.integers(0, 6)

documents = st.builds(
    Document,
    id=st.integers(0, 300).map("demo:{}".format),
    created_at=_counts,
    words=st.lists(_tokens | st.just(BREAK), max_size=9),
    urls=st.lists(_tokens | st.just(BREAK), max_size=3),
    bio=st.lists(_tokens, max_size=3),
    name=st.lists(_tokens, max_size=2),
    facets=st.sets(st.sampled_from(FACETS), max_size=4),
    numbers=st.dictionaries(st.sampled_from(NUMBERS), _counts, max_size=4),
)

_bounds = st.tuples(st.none() | _counts, st.none() | _counts)
_fields = st.sampled_from(("words", "words", "words", "urls", "bio", "name"))
numbers = st.builds(
    lambda field, bounds: Number(field, *bounds),
    st.sampled_from(NUMBERS),
    _bounds,
)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, _tokens, _fields),
    st.builds(Word, _tokens),
    st.builds(Facet, st.sampled_from(FACETS)),
    st.builds(Phrase, st.lists(_tokens, min_size=2, max_size=3).map(tuple), _fields),
    st.builds(Near, st.lists(_tokens, min_size=2, max_size=3).map(tuple), st.integers(0, 3)),
    st.builds(Prefix, st.sampled_from(("c", "ca", "cat", "cats", "do", "sn", "zz", "日"))),
    numbers,
    st.builds(lambda bounds: Created(*bounds), _bounds),
    st.builds(Sample, st.integers(1, 100)),
    st.just(Everything()),
)


def _grow(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.builds(Not, children) | st.builds(And, some) | st.builds(Or, some)


nodes = st.recursive(leaves, _grow, max_leaves=8)


def query(node: Node) -> Query:
    """Return the query of a tree; a matcher reads its root only."""
    text = repr(node)
    return Query(text, node, text, sha1(text.encode(), usedforsecurity=False).hexdigest()[:16], ())


queries = nodes.map(query)


def word_query(*words: str) -> Query:
    """Return a search for all of some words."""
    leaves = tuple(Word(word) for word in words)
    return query(leaves[0] if len(leaves) == 1 else And(leaves))


def post(text: str = "", *, facets: set[str] | None = None, at: int = 0, name: str = "p", **numbers: int) -> Document:
    """Return the document of a post; `text` is split at spaces."""
    return Document(name, at, text.split(), [], [], [], facets or set(), dict(numbers))
