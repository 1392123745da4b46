"""Query compiler: user text becomes parameters and quoted tokens only, and newest first needs no sorting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query.tree import And, Created, Everything, Facet, Near, Node, Not, Number, Or, Phrase, Prefix, Word
from pipeline.store import sort_key
from pipeline.store.contract import Store
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.document_columns import document, facet_token, texts
from pipeline.store.sqlite.read.compile_query import MAX_BRANCHES, Branch, compile_tree, rows_of
from tests.query.strategies import documents
from tests.store.builders import ids, now_found, post, put, search

HOSTILE = [
    *('"', '""', "'", "a b", "x OR y", ") NOT (", "words : z", "*", "%", "a\x00b", "--", "é%41", "A"),
    "; DROP TABLE posts",
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return SqliteStore(tmp_path)


def branches(text: str) -> tuple[Branch, ...]:
    return compile_tree(search(text).root).branches


def test_search_of_words_and_facets_is_one_expression() -> None:
    (branch,) = branches('cats (dogs OR #snow) -lang:en -"ice cream"')
    assert branch.match is not None
    assert (branch.conditions, branch.parameters) == ((), ())


def test_numbers_and_times_are_conditions_outside_the_index() -> None:
    (branch,) = branches("cats likes:5..10 -followers:100.. since:2026-01-01 sample:10")
    assert branch.match == 'words : "cats"'
    assert sorted(branch.parameters) == [5, 10, 10, 100]
    assert branch.low > 0


def test_mixture_of_words_and_numbers_becomes_branches() -> None:
    assert len(branches("cats OR likes:5..")) == 2
    assert len(branches("(cats OR likes:5..) (dogs OR reposts:5..)")) == 4
    assert compile_tree(search("(cats OR likes:5..) (dogs OR reposts:5..)").root).exact


def test_mixture_too_wide_is_checked_one_by_one() -> None:
    sides: list[Node] = [Or((Word(f"w{n}"), Number("likes", n, None))) for n in range(20)]
    compiled = compile_tree(And(tuple(sides)))
    assert len(compiled.branches) <= MAX_BRANCHES
    assert not compiled.exact


def test_empty_span_has_no_branches() -> None:
    compiled = compile_tree(And((Word("cats"), Created(2_000, 1_000))))
    assert compiled.within(0, sort_key.MAX_SORT_KEY).branches == ()


def test_newest_first_needs_no_sorting(store: SqliteStore) -> None:
    for text in ("cats", "*", "cats -dogs", "cats likes:5..", "-cats lang:en", "ca*", "likes:5.."):
        for branch in branches(text):
            source, parameters = rows_of(branch)
            plan = rows(store._connection, f"EXPLAIN QUERY PLAN SELECT {source} ORDER BY 1 DESC", parameters)
            assert not [step for *_, step in plan if "TEMP B-TREE" in step], text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_searched_for(store: SqliteStore, text: str) -> None:
    put(store, 1, post(1, "x y z words"))
    nodes: list[Node] = [
        Word(text),
        Prefix(text),
        Facet(text),
        Facet(f"from:{text}"),
        Phrase((text, "y")),
        Near((text, "z"), 3),
        Not(Facet(text)),
        Or((Word(text), Number("likes", 1, None))),
    ]
    for node in nodes:
        query = search("*")
        object.__setattr__(query, "root", And((Everything(), node)))
        with store.reading() as reading:
            found = ids(reading.search(query, limit=5).bodies)
        assert found == (["x:1"] if isinstance(node, Not) else [])
    assert now_found(store, "words") == ["x:1"]


@given(documents())
def test_document_is_read_back_from_its_columns(made: object) -> None:
    from pipeline.query.document import Document

    assert isinstance(made, Document)
    numbers = [made.numbers.get(name) for name in ("followers", "likes", "reposts", "replies", "quotes")]
    assert document(made.id, made.created_at, texts(made), numbers) == made


@given(st.text(), st.text())
def test_two_facets_never_share_a_token(one: str, other: str) -> None:
    tokens = facet_token(one), facet_token(other)
    assert (tokens[0] == tokens[1]) == (one == other)
    assert all(token.isascii() is False or token.lower() == token for token in tokens)
    assert not any(char <= " " for token in tokens for char in token)
