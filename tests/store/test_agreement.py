"""Agreement of the stores: brute force, memory, SQLite and Elasticsearch give the same posts in the same order, on
generated posts and on sample records of every format."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Post, Upsert
from pipeline.query.document import Document, describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.query.tree import Node, Query
from pipeline.store import sort_key
from pipeline.store.contract import Reading, Store, Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.examples import examples
from tests.normalise.sample_records import every_line
from tests.query import strategies
from tests.records import also_shared
from tests.store.builders import ids
from tests.store.elastic.stores import borrowed_store
from tests.store.searches import SEARCHES

POSTS, QUERIES, RUNS, ELASTIC_RUNS = 40, 10, examples(30), 3
AT_ONCE, TAKEN = 20, 500
LOOKED_AT = 200
"""Newest matches that are compared on a cluster; of all others only the count is."""

NOW_MS = strategies.NOW_MS


class Truth:
    """Expected results by brute force: posts newest first, ties by arrival, each described with its original."""

    def __init__(self, posts: dict[str, Post]) -> None:
        self._found: dict[Node, list[str]] = {}
        arrived = {post_id: number for number, post_id in enumerate(posts)}
        ordered = sorted(
            posts.values(), key=lambda post: (sort_key.floor(post.created_at), arrived[post.id]), reverse=True
        )
        self.documents: list[Document] = [
            describe(post, posts.get(post.repost_of) if post.repost_of else None) for post in ordered
        ]
        self.size = len(ordered)

    def found(self, query: Query) -> list[str]:
        if query.root not in self._found:
            self._found[query.root] = [one.id for one in self.documents if matches(query.root, one)]
        return self._found[query.root]


def assert_agrees(reading: Reading, query: Query, wanted: list[str]) -> None:
    """Assert that search, count, timeline, export and paging give what brute force gives."""
    assert ids(reading.search(query, limit=100_000).bodies) == wanted
    assert reading.count(query) == len(wanted)
    assert reading.timeline(query).total == len(wanted)
    assert ids(list(reading.export(query))) == wanted
    assert sorted(ids(reading.search(query, limit=100_000, sort="followers").bodies)) == sorted(wanted)
    paged: list[str] = []
    before = None
    size = max(1, len(wanted) // 3)
    while True:
        page = reading.search(query, limit=size, before=before)
        paged += ids(page.bodies)
        before = page.next
        if before is None:
            break
    assert paged == wanted


@st.composite
def batches(draw: st.DrawFn) -> list[Post]:
    """Draw distinct posts, some of them reposts of others, some of originals that never came."""
    made: list[Post] = []
    for number in range(POSTS):
        own = st.just(f"x:{number}")
        if draw(st.integers(0, 3)):
            made.append(draw(strategies.posts(ids=own)))
        else:
            original = draw(st.integers(0, POSTS + 5))
            inner = next((post for post in made if post.id == f"x:{original}" and not post.repost_of), None)
            made.append(draw(strategies.reposts(inner.id if inner else f"x:{original + 10_000}", ids=own)))
    return made


def test_generated_posts_and_searches_agree_everywhere() -> None:
    pairs = 0

    @settings(
        max_examples=RUNS,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        database=None,
    )
    @given(batches(), st.lists(strategies.queries(), min_size=QUERIES, max_size=QUERIES), st.integers(1, POSTS))
    def run(posts: list[Post], queries: list[Query], split: int) -> None:
        nonlocal pairs
        truth = Truth({post.id: post for post in posts})
        with tempfile.TemporaryDirectory() as directory:
            sqlite = SqliteStore(Path(directory))
            for store in (MemoryStore(), sqlite):
                _fill(store, posts, split)
                with store.reading(timeout_s=60) as reading:
                    for query in queries:
                        assert_agrees(reading, query, truth.found(query))
            sqlite.close()
        pairs += len(posts) * len(queries)

    run()
    assert pairs >= RUNS * POSTS * QUERIES // 2


@pytest.mark.elasticsearch
def test_generated_posts_and_searches_agree_on_elasticsearch(elasticsearch: str) -> None:
    @settings(
        max_examples=ELASTIC_RUNS,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(batches(), st.lists(strategies.queries(), min_size=3 * QUERIES, max_size=3 * QUERIES), st.integers(1, POSTS))
    def run(posts: list[Post], queries: list[Query], split: int) -> None:
        truth = Truth({post.id: post for post in posts})
        with borrowed_store(elasticsearch) as store:
            _fill(store, posts, split)
            with store.reading(timeout_s=60) as reading:
                for query in queries:
                    assert_agrees(reading, query, truth.found(query))

    run()


def _fill(store: Store, posts: list[Post], split: int) -> None:
    for seq, part in enumerate((posts[:split], posts[split:]), 1):
        store.persist(Writes([Upsert(msgspec.structs.replace(post)) for post in part]), seq)


@pytest.fixture(scope="module", params=also_shared())
def newest(request: pytest.FixtureRequest) -> dict[str, Upsert]:
    """All sample records, in the newest version of each post."""
    newest: dict[str, Upsert] = {}
    for record in every_line(request.param):
        try:
            events = normalise(record, "replay", NOW_MS)
        except RecordError:
            continue
        for event in events:
            if isinstance(event, Upsert):
                held = newest.get(event.post.id)
                if held is None or event.post.version >= held.post.version:
                    newest[event.post.id] = event
    return newest


def _take_in(newest: dict[str, Upsert], stores: list[Store]) -> Truth:
    """Store all records in all stores, and return the expected results for the last store."""
    upserts = list(newest.values())
    for seq, start in enumerate(range(0, len(upserts), TAKEN), 1):
        for store in stores:
            part = upserts[start : start + TAKEN]
            store.persist(Writes([Upsert(msgspec.structs.replace(one.post), one.raw) for one in part]), seq)
    posts: dict[str, Post] = {}
    with stores[-1].reading(timeout_s=60) as reading:
        for body in reading.export(parse("*")):
            post = msgspec.json.decode(body, type=Post)
            posts[post.id] = post
    assert len(posts) == len(newest) > 3_000
    return Truth({post_id: posts[post_id] for post_id in newest})


@pytest.fixture(scope="module")
def real(newest: dict[str, Upsert], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Truth, list[Store]]]:
    """All real records in a memory and a SQLite store, and the expected results."""
    sqlite = SqliteStore(tmp_path_factory.mktemp("real"))
    stores: list[Store] = [MemoryStore(), sqlite]
    yield _take_in(newest, stores), stores
    sqlite.close()


@pytest.mark.parametrize("text", SEARCHES)
def test_real_records_agree_on_every_operator(real: tuple[Truth, list[Store]], text: str) -> None:
    """Counts of the memory store are those of its search: the generated posts show that."""
    truth, (memory, sqlite) = real
    query = parse(text, NOW_MS)
    wanted = truth.found(query)
    with memory.reading(timeout_s=60) as reading:
        assert ids(reading.search(query, limit=100_000).bodies) == wanted
    with sqlite.reading(timeout_s=60) as reading:
        assert ids(reading.search(query, limit=100_000).bodies) == wanted
        assert reading.count(query) == len(wanted)
        assert reading.timeline(query).total == len(wanted)


@pytest.mark.elasticsearch
def test_real_records_agree_on_elasticsearch(
    elasticsearch: str, newest: dict[str, Upsert], real: tuple[Truth, list[Store]]
) -> None:
    truth, _ = real
    with borrowed_store(elasticsearch) as store:
        assert _take_in(newest, [store]).documents == truth.documents
        for start in range(0, len(SEARCHES), AT_ONCE):
            with store.reading(timeout_s=60) as reading:
                for text in SEARCHES[start : start + AT_ONCE]:
                    query = parse(text, NOW_MS)
                    wanted = truth.found(query)
                    assert ids(reading.search(query, limit=LOOKED_AT).bodies) == wanted[:LOOKED_AT], text
                    assert reading.count(query) == len(wanted), text
                    assert reading.timeline(query).total == len(wanted), text


def test_most_hand_written_searches_find_something_real(real: tuple[Truth, list[Store]]) -> None:
    truth, _ = real
    empty = [text for text in SEARCHES if not truth.found(parse(text, NOW_MS))]
    assert len(SEARCHES) >= 150
    assert len(empty) < len(SEARCHES) / 4, empty
