"""Compiled searches agree with brute force on each release: exactly, or once their candidates are checked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.query.document import BREAK, Document
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.query.tree import Near, Node, Not, Prefix, Word
from pipeline.store.elastic.document_fields import PROPERTIES, fields
from pipeline.store.elastic.read.compile_query import compile_tree
from tests.examples import examples
from tests.match import strategies as trees
from tests.query import strategies as typed

pytestmark = pytest.mark.elasticsearch

POSTS, TREES, RUNS = 20, 15, examples(10)
_patient = settings(
    max_examples=RUNS,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.function_scoped_fixture,
    ],
)


class DocumentIndex:
    """An index of documents in which each example sees its own only."""

    def __init__(self, url: str) -> None:
        self._client = Elasticsearch(url, headers={"accept": "application/json", "content-type": "application/json"})
        self._index = f"t{secrets.token_hex(4)}"
        mappings = {"dynamic": "strict", "properties": PROPERTIES | {"example": {"type": "integer"}}}
        self._client.indices.create(index=self._index, settings={"number_of_replicas": 0}, mappings=mappings)
        self._example = 0

    def put(self, documents: Sequence[Document]) -> None:
        self._example += 1
        actions = ({"_index": self._index, **fields(one), "example": self._example} for one in documents)
        bulk(
            self._client,
            ({**action, "_id": f"{self._example}/{at}"} for at, action in enumerate(actions)),
            refresh=True,
        )

    def found(self, filters: Sequence[dict[str, Any]]) -> list[set[int]]:
        """Return the indexes of the documents that each filter finds."""
        mine = {"term": {"example": self._example}}
        lines: list[Any] = []
        for filter_ in filters:
            body = {"query": {"bool": {"filter": [mine, filter_]}}, "size": 1_000, "_source": False}
            lines += [{"index": self._index}, body]
        answers = self._client.msearch(searches=lines)["responses"]
        assert not [answer for answer in answers if "error" in answer], json.dumps(answers)[:2_000]
        return [{int(hit["_id"].split("/")[1]) for hit in answer["hits"]["hits"]} for answer in answers]

    def close(self) -> None:
        self._client.indices.delete(index=self._index)
        self._client.close()


@pytest.fixture
def index(elasticsearch: str) -> Iterator[DocumentIndex]:
    made = DocumentIndex(elasticsearch)
    yield made
    made.close()


def assert_agrees(index: DocumentIndex, documents: Sequence[Document], nodes: Sequence[Node]) -> None:
    """Assert that each filter finds every match, and nothing else if it is exact."""
    index.put(documents)
    compiled = [compile_tree(node) for node in nodes]
    for node, one, found in zip(nodes, compiled, index.found([one.filter for one in compiled]), strict=True):
        wanted = {at for at, document in enumerate(documents) if matches(node, document)}
        assert found >= wanted, node
        if one.exact:
            assert found == wanted, node


def test_any_tree_agrees(index: DocumentIndex) -> None:
    @_patient
    @given(
        st.lists(trees.documents, min_size=POSTS, max_size=POSTS),
        st.lists(trees.nodes, min_size=TREES, max_size=TREES),
    )
    def run(documents: list[Document], nodes: list[Node]) -> None:
        assert_agrees(index, documents, nodes)

    run()


def test_typed_searches_agree(index: DocumentIndex) -> None:
    @_patient
    @given(
        st.lists(typed.documents(), min_size=POSTS, max_size=POSTS),
        st.lists(typed.queries(), min_size=TREES, max_size=TREES),
    )
    def run(documents: list[Document], queries: list[Any]) -> None:
        assert_agrees(index, documents, [query.root for query in queries])

    run()


def test_proximity_agrees_word_by_word(index: DocumentIndex) -> None:
    words = st.sampled_from(("a", "b", "c", BREAK))
    nears = st.builds(
        Near, st.lists(st.sampled_from(("a", "b", "c")), min_size=2, max_size=4).map(tuple), st.integers(0, 4)
    )

    @_patient
    @given(
        st.lists(st.lists(words, max_size=12), min_size=POSTS, max_size=POSTS),
        st.lists(nears | nears.map(Not), min_size=TREES, max_size=TREES),
    )
    def run(texts: list[list[str]], nodes: list[Node]) -> None:
        documents = [Document("x:1", 0, words, [], [], [], set(), {}) for words in texts]
        assert_agrees(index, documents, nodes)

    run()


def test_longest_tokens_are_not_split(index: DocumentIndex) -> None:
    texts = ["x" * 128, "\U00020000" * 128, "\U0001d4ea" * 127 + "b", "雪" * 300, "é" * 128]
    blank = Document("x:1", 0, [], [], [], [], set(), {})
    documents = [replace(blank, words=[text[:128]]) for text in texts]
    nodes: list[Node] = [parse("*").root]
    nodes += [Word(text[:128]) for text in texts] + [Prefix(text[:size]) for text in texts for size in (2, 3, 5, 127)]
    nodes += [Word(text[:127]) for text in texts]
    assert_agrees(index, documents, nodes)


def test_search_as_deep_as_can_be_typed_is_taken(index: DocumentIndex) -> None:
    text = "z"
    for depth in range(15):
        text = f"a{depth} OR b{depth} ({text})"
    blank = Document("x:1", 0, [], [], [], [], set(), {})
    every = [f"b{depth}" for depth in range(15)]
    assert_agrees(index, [blank, replace(blank, words=["a0"]), replace(blank, words=[*every, "z"])], [parse(text).root])
