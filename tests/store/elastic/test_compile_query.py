"""The query compiler makes one filter of a search: user text is only a value, and nesting stays within the limit."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query.document import Document
from pipeline.query.tree import And, Facet, Near, Node, Not, Or, Phrase, Prefix, Word
from pipeline.store.elastic.document_fields import FACET_CHARS_MAX, PROPERTIES, document, fields
from pipeline.store.elastic.read.compile_query import NESTED_MAX, ElasticFilter, compile_tree
from tests.match.strategies import nodes
from tests.query import strategies
from tests.store.builders import search
from tests.store.sqlite.test_compile_query import HOSTILE


def compiled(text: str) -> ElasticFilter:
    return compile_tree(search(text).root)


def nested(filter_: Any) -> int:
    """Return the depth of compound queries inside one another."""
    if isinstance(filter_, dict):
        return ("bool" in filter_) + max((nested(value) for value in filter_.values()), default=0)
    return max(map(nested, filter_), default=0) if isinstance(filter_, list) else 0


def keys(filter_: Any) -> set[str]:
    if isinstance(filter_, dict):
        return set(filter_).union(*map(keys, filter_.values()))
    return set().union(*map(keys, filter_)) if isinstance(filter_, list) else set()


def test_words_and_facets_are_terms_and_nothing_is_scored() -> None:
    assert compiled("cats lang:en -#snow") == ElasticFilter(
        {
            "bool": {
                "filter": [{"term": {"words": {"value": "cats"}}}, {"term": {"facets": {"value": "lang:en"}}}],
                "must_not": [{"term": {"facets": {"value": "#snow"}}}],
            }
        },
        exact=True,
    )


def test_proximity_is_exact_unless_a_word_is_wanted_twice() -> None:
    assert compiled('"ice cream cone"~3').exact
    assert compiled('-"ice cream"~3 cats').exact
    assert not compiled('"the the"~3').exact
    assert compiled('cats -"the the"~3').filter["bool"]["must_not"] == [{"match_none": {}}], "excludes too little"


def test_search_as_deep_as_can_be_typed_is_cut_where_the_server_would_refuse_it() -> None:
    text = "z"
    for depth in range(15):
        text = f"a{depth} OR b{depth} ({text})"
    found = compiled(text)
    assert nested(found.filter) == NESTED_MAX
    assert not found.exact
    assert nested(compiled("a OR b (c OR d -(e OR f))").filter) == 4


@given(st.sampled_from(HOSTILE))
def test_hostile_text_is_only_ever_a_value(text: str) -> None:
    leaves: list[Node] = [Word(text), Prefix(text + "x"), Facet(text), Phrase((text, "y")), Near((text, "z"), 3)]
    plain: list[Node] = [Word("a"), Prefix("ax"), Facet("a"), Phrase(("a", "y")), Near(("a", "z"), 3)]
    hostile, harmless = (compile_tree(And(tuple(some))).filter for some in (leaves, plain))
    assert keys(hostile) == keys(harmless)


@given(nodes)
def test_every_tree_compiles_to_json_that_asks_for_mapped_fields_only(node: Node) -> None:
    found = compile_tree(node)
    msgspec.json.encode(found.filter)
    named = keys(found.filter) - {"match_all", "match_none", "bool", "filter", "must_not", "should", "term", "value"}
    named -= {"minimum_should_match", "match_phrase", "query", "prefix", "range", "gte", "lt", "lte", "intervals"}
    assert named - {"match", "max_gaps", "ordered", "not_containing"} <= PROPERTIES.keys()
    assert "script" not in named


@given(strategies.documents())
def test_document_comes_back_from_what_is_indexed(made: Document) -> None:
    assert document(made.id, msgspec.json.decode(msgspec.json.encode(fields(made)))) == made


def test_facet_that_would_have_the_document_refused_is_left_out() -> None:
    long = "#" + "雪" * FACET_CHARS_MAX
    made = Document("x:1", 0, [], [], [], [], {long, "#snow"}, {"likes": 1 << 70})
    assert fields(made)["facets"] == ["#snow"]
    assert fields(made)["likes"] < 1 << 63


@pytest.mark.parametrize("kind", [And, Or])
def test_double_negation_costs_no_depth(kind: type[And | Or]) -> None:
    node: Node = kind((Word("a"), Word("b")))
    for _ in range(40):
        node = Not(node)
    assert compile_tree(node) == compile_tree(kind((Word("a"), Word("b"))))
