"""Any run of batches has the same effect on every store and obeys the rules: deleted posts stay out, searches find what
brute force finds, and the index is intact."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.post import Author, AuthorDeletion, Counts, Deletion, Post, Upsert
from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from pipeline.store.contract import Entry, Persisted, Reading, Sort, Store, Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.examples import THOROUGH, examples
from tests.store.builders import T0, ids
from tests.store.elastic.stores import borrowed_store
from tests.store.sqlite.integrity import assert_whole

ELASTIC_RUNS = 6 if THOROUGH else 3
"""Runs on Elasticsearch, each with a new store, which takes a cluster a second."""

NUMBERS = st.integers(1, 7)
KNOWN = st.none() | st.integers(0, 3)
TEXTS = ("cats", "-cats lang:en", "likes:2..", "cats OR likes:1..", "from:ann", "is:repost")
SEARCHES = [parse(text) for text in TEXTS]
SORTS: tuple[Sort, ...] = ("latest", "likes", "reach")


@st.composite
def upserts(draw: st.DrawFn) -> Upsert:
    number = draw(NUMBERS)
    handle = draw(st.sampled_from(["ann", "bob"]))
    inside = f"x:{draw(st.integers(1, 3))}"  # never a repost itself: sources name the first original
    kind = draw(st.sampled_from(["post", "post", "repost", "quote"])) if number > 3 else "post"
    made = Post(
        id=f"x:{number}",
        version=T0 + draw(st.integers(0, 4)) * 1_500,
        source="x",
        created_at=T0 + draw(st.integers(0, 2)),
        received_at=T0,
        text="" if kind == "repost" else draw(st.sampled_from(["cats", "dogs", "cats dogs"])),
        lang="en",
        author=Author(handle, handle, followers=draw(KNOWN)),
        counts=Counts(likes=draw(KNOWN)),
        repost_of=inside if kind == "repost" else "",
        quote_of=inside if kind == "quote" else "",
    )
    return Upsert(made, b'{"raw":1}')


@st.composite
def writes(draw: st.DrawFn) -> Writes:
    found = {upsert.post.id: upsert for upsert in draw(st.lists(upserts(), max_size=6))}
    gone = draw(st.lists(NUMBERS, max_size=2)) if draw(st.integers(0, 3)) == 3 else []
    accounts = (
        [AuthorDeletion("x", "bob", T0 + draw(st.integers(0, 4)) * 1_500)] if draw(st.integers(0, 9)) == 0 else []
    )
    return Writes(list(found.values()), [Deletion(f"x:{number}", T0) for number in gone], accounts)


def shown(done: Persisted) -> object:
    """Return the parts of a report that must be equal, sorted."""

    def entry(one: Entry) -> tuple[object, ...]:
        return one.post.id, one.body, one.original, one.document, one.before, one.past

    entries = sorted((entry(one) for one in done.entries), key=str)
    return entries, sorted(done.deleted), sorted(done.tombstoned), done.inserted


def contents(store: Store) -> list[object]:
    """Return everything that a reading shows."""
    with store.reading(timeout_s=60) as reading:
        seen: list[object] = [store.indexed(), reading.timeline(parse("*"))]
        for query in SEARCHES:
            pages = [reading.search(query, limit=99, sort=sort) for sort in SORTS]
            # The token `next` differs between stores.
            seen += [(page.bodies, page.next is None, page.entered) for page in pages]
            changes = reading.changes(query, after=2, removed_after=2, limit=99)
            seen.append((changes.bodies, sorted(changes.retracted), sorted(changes.tombstones), changes.entered))
            seen += [reading.unread(query, read=read, limit=3) for read in range(6)]
            seen += [reading.changes(query, after=2, removed_after=2, limit=limit).overflow for limit in range(6)]
        seen += [_steps(reading, limit, changed=changed) for limit in range(4) for changed in (True, False)]
        return seen


def _steps(reading: Reading, limit: int, *, changed: bool) -> list[int]:
    """Return the ends of bounded steps through all sequence numbers."""
    ends, end = list[int](), reading.step_end(0, limit=limit, changed=changed)
    while end is not None:
        ends.append(end)
        end = reading.step_end(end, limit=limit, changed=changed)
    return ends


def assert_twins(one: Store, other: Store, batches: list[Writes]) -> None:
    """Assert that both stores report the same for every batch and hold the same after it."""
    for seq, batch in enumerate(batches, 1):
        copies = [[Upsert(msgspec.structs.replace(one.post), one.raw) for one in batch.upserts] for _ in range(2)]
        done = [
            store.persist(Writes(copy, batch.deletions, batch.author_deletions), seq)
            for store, copy in zip((one, other), copies, strict=True)
        ]
        assert shown(done[0]) == shown(done[1])
        _assert_right(other, done[1], seq)
    one.maintain()
    other.maintain()
    assert contents(one) == contents(other)


@settings(max_examples=examples(40), deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(writes(), min_size=2, max_size=8))
def test_any_run_of_batches_does_the_same_to_both_stores(batches: list[Writes]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        sqlite = SqliteStore(Path(directory))
        assert_twins(MemoryStore(), sqlite, batches)
        assert_whole(sqlite)
        sqlite.close()


@pytest.mark.elasticsearch
def test_any_run_of_batches_does_the_same_to_elasticsearch(elasticsearch: str) -> None:
    @settings(max_examples=ELASTIC_RUNS, database=None, phases=[Phase.generate])
    @given(st.lists(writes(), min_size=6, max_size=12))
    def run(batches: list[Writes]) -> None:
        with borrowed_store(elasticsearch) as store:
            assert_twins(MemoryStore(), store, batches)

    run()


def _assert_right(store: Store, done: Persisted, seq: int) -> None:
    with store.reading(timeout_s=60) as reading:
        stored = reading.posts([f"x:{n}" for n in range(9)])
        assert not stored.keys() & set(done.tombstoned)
        for entry in done.entries:
            assert stored[entry.post.id] == entry.body
            assert entry.post.seq >= seq
        posts = {post_id: msgspec.json.decode(body, type=Post) for post_id, body in stored.items()}
        documents = [describe(post, posts.get(post.repost_of)) for post in posts.values()]
        for query in SEARCHES:
            wanted = {document.id for document in documents if matches(query.root, document)}
            assert set(ids(reading.search(query, limit=99).bodies)) == wanted
