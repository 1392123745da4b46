"""The Elasticsearch store keeps the contract on every release, and what only a cluster can promise or get wrong."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec
import pytest

from pipeline.errors import QueryTimeout, StoreError, StoreMismatch, StoreUnavailable
from pipeline.post import AuthorDeletion, Deletion, Upsert
from pipeline.settings import Settings
from pipeline.store import migrate, open_store
from pipeline.store import sort_key as place
from pipeline.store.contract import CoverageRow, Store, Writes
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.client import Client, at, client_of
from pipeline.store.elastic.health import examine
from pipeline.store.elastic.keep import sweep as sweeping
from pipeline.store.elastic.keep.coverage import KEPT_TOGETHER
from pipeline.store.elastic.keep.upkeep import PROGRESS
from pipeline.store.elastic.schema import now_ms
from pipeline.store.raw_records import compress
from tests.store.contract import StoreContract
from tests.store.elastic import access, found, store_in
from tests.store.making import T0, ids, now_found, post, put, search

pytestmark = pytest.mark.elasticsearch


@pytest.fixture
def settings(elasticsearch: str) -> Settings:
    return access(elasticsearch)


@pytest.fixture
def store(settings: Settings) -> Iterator[ElasticStore]:
    with store_in(settings) as made:
        yield made


SECRET = "zyxwvutsecret"
PACKED_SECRET = base64.b64encode(compress(f'"{SECRET}"'.encode())).decode()


@pytest.fixture(scope="module")
def withdrawn(elasticsearch_9: str) -> Iterator[tuple[Settings, ElasticStore]]:
    """A store out of which a post was withdrawn a while ago, when the last test asks."""
    settings = access(elasticsearch_9)
    with store_in(settings) as store:
        put(store, 1, post(1, f"a {SECRET} word", bio=SECRET), raw=f'"{SECRET}"'.encode())
        put(store, 2, post(2, "others"), post(3, repost_of="x:1"))
        put(store, 3, post(1, f"a {SECRET} word edited", version=T0 + 10**7))
        assert SECRET.encode() in _everything(settings)
        assert PACKED_SECRET.encode() in _everything(settings)
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 4)
        yield settings, store


def _everything(settings: Settings) -> bytes:
    """Return every source that a search for everything finds, whoever wrote it."""
    ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_refresh")
    told = ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_search", body={"size": 1_000})
    return msgspec.json.encode(told)


def test_withdrawn_word_is_found_nowhere(withdrawn: tuple[Settings, ElasticStore]) -> None:
    settings, store = withdrawn
    told = _everything(settings)
    assert b"others" in told
    assert SECRET.encode() not in told
    assert PACKED_SECRET.encode() not in told
    body = {"query": {"multi_match": {"query": SECRET, "fields": ["words", "bio", "*"], "lenient": True}}}
    found_ = ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_search", body=body)
    assert found_["hits"]["hits"] == []
    for index in (store.names.posts_of("2026.11"), store.names.raws_of("2026.11")):
        with pytest.raises(StoreError, match="404"):
            ask(settings, "GET", index, "_doc", "x:1")


@pytest.mark.each_release
class TestElasticStore(StoreContract):
    pass


def ask(settings: Settings, method: str, *path: str, body: Any = None, **params: str) -> Any:
    """Ask the server itself."""
    return client_of(settings).ask(method, at(*path), body, into=Any, params=params)


def _open_views(settings: Settings) -> int:
    told = ask(settings, "GET", f"{settings.elasticsearch_prefix}-*", "_stats", "search")
    return int(told["_all"]["total"]["search"]["open_contexts"])


def test_every_view_is_closed_whatever_happens_in_it(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, *(post(n, "cats") for n in range(30)))
    before = _open_views(settings)
    for _ in range(20):
        with store.reading() as reading, suppress(QueryTimeout, ValueError):
            assert _open_views(settings) > before
            reading.search(search("cats"), limit=3, before="nonsense")
        with suppress(QueryTimeout), store.reading(timeout_s=0.0) as reading:
            reading.count(search("cats"))
        with store.reading() as reading:
            next(iter(reading.export(search("cats"))))
    assert _open_views(settings) == before


def test_store_is_made_once_and_is_there_again(settings: Settings) -> None:
    with pytest.raises(StoreUnavailable, match="no store yet"):
        open_store(settings, create=False)
    with store_in(settings) as first:
        put(first, 1, post(1, "cats"))
        again = open_store(settings, create=False)
        assert again.identity == first.identity == ElasticStore(settings).identity
        assert now_found(again, "cats") == ["x:1"]
        assert all(well for well, _ in examine(settings))


def test_store_of_another_analyser_is_indexed_again_by_migrate_only(settings: Settings, store: ElasticStore) -> None:
    put(
        store,
        1,
        post(1, "lovely cats"),
        post(2, repost_of="x:1"),
        post(3, "dogs", likes=4, created_at=1_500_000_000_000),
    )
    index = _index_of(settings, "x:1")
    ask(settings, "POST", index, "_update", "x:1", body={"doc": {"words": "otherwise"}})
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"analyser": "0/older"}})
    with pytest.raises(StoreMismatch, match="murmur migrate"):
        open_store(settings)
    migrate(settings)
    migrated = ElasticStore(settings)
    assert migrated.identity == store.identity
    assert now_found(migrated, "cats") == ["x:2", "x:1"]
    assert now_found(migrated, "otherwise") == []
    assert now_found(migrated, "dogs likes:4") == ["x:3"]
    assert index not in found(client_of(settings), settings.elasticsearch_prefix), "the old ones are gone"
    put(migrated, 2, post(1, "dogs", version=T0 + 10**6))
    assert now_found(migrated, "dogs") == ["x:2", "x:1", "x:3"]


def test_migration_that_was_stopped_is_begun_anew(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"))
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"analyser": "0/older"}})
    ask(
        settings,
        "PUT",
        f"{store.names.posts}-2-2026.11",
        body={"mappings": {"properties": {"words": {"type": "long"}}}},
    )
    migrate(settings)
    assert now_found(ElasticStore(settings), "cats") == ["x:1"]


def test_store_of_a_newer_program_is_left_alone(settings: Settings, store: ElasticStore) -> None:
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"schema": 99}})
    with pytest.raises(StoreMismatch):
        migrate(settings)


def _index_of(settings: Settings, post_id: str) -> str:
    ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_refresh")
    body = {"query": {"ids": {"values": [post_id]}}}
    hits = ask(settings, "POST", f"{settings.elasticsearch_prefix}-posts", "_search", body=body)["hits"]["hits"]
    return str(hits[0]["_index"])


def test_months_wholly_past_go_by_dropping_their_index(settings: Settings, store: ElasticStore) -> None:
    old = [post(n, "cats", created_at=1_500_000_000_000 + n) for n in range(5)]  # 2017
    put(store, 1, *old, post(9, "cats", created_at=1_560_000_000_000), post(10, "cats"), raw=b"{}")
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") in names
    assert store.names.raws_of("2017") in names
    assert store.prune(before_ms=1_555_000_000_000, max_bytes=None) == 5
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") not in names
    assert store.names.raws_of("2017") not in names
    assert store.names.posts_of("2019") in names
    assert now_found(store, "cats") == ["x:10", "x:9"]
    assert store.prune(before_ms=T0 + 10**7, max_bytes=None) == 2
    assert now_found(store, "cats") == []
    put(store, 2, *old[:1], post(10, "cats again"))
    assert now_found(store, "cats") == ["x:10", "x:0"], "what was pruned can come again"


def test_what_is_known_of_pruned_posts_is_forgotten_too(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats", created_at=1_500_000_000_000), post(2, repost_of="x:1", created_at=1_500_000_000_001))
    put(store, 2, post(3, repost_of="x:77", created_at=1_500_000_000_002), post(4, repost_of="x:78"), post(5, "dogs"))
    store.persist(Writes(deletions=[Deletion("x:5", T0)]), 3)
    assert store.prune(before_ms=1_600_000_000_000, max_bytes=None) == 3
    ask(settings, "POST", store.names.state, "_refresh")
    hits = ask(settings, "POST", store.names.state, "_search", body={"size": 100})["hits"]["hits"]
    known = sorted(hit["_id"] for hit in hits if hit["_id"].startswith("p:"))
    assert known == ["p:x:4", "p:x:5", "p:x:78"], "those that are there, a tombstone, and an original still awaited"


def test_pruning_by_size_drops_what_is_oldest_first(settings: Settings, store: ElasticStore) -> None:
    rng = random.Random(4)
    for year, at_ in enumerate((1_500_000_000_000, 1_530_000_000_000, 1_795_000_000_000)):
        made = [post(year * 100 + n, "cats", created_at=at_ + n) for n in range(40)]
        store.persist(Writes([Upsert(one, rng.randbytes(20_000)) for one in made]), year + 1)
    assert store.prune(before_ms=None, max_bytes=10**9) == 0
    assert store.prune(before_ms=None, max_bytes=1_500_000) >= 40
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") not in names
    kept = now_found(store, "cats")
    assert kept[:40] == [f"x:{n}" for n in range(239, 199, -1)]
    assert kept == sorted(kept, key=lambda post_id: -int(post_id[2:])), "none older than one that went"


def test_posts_beyond_retention_are_invisible_at_once(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats", created_at=10), post(2, "cats", created_at=2**42))
    reader: Store = ElasticStore(replace(settings, retention_days=1))
    assert now_found(store, "cats") == ["x:2", "x:1"]
    for text in ("cats", "*", "cats -dogs", "lang:en", "cats OR likes:1", '"cats"~3'):
        assert now_found(reader, text) == ["x:2"]
        assert now_found(reader, text, sort="likes") == ["x:2"]
    with reader.reading() as reading:
        assert reading.posts(["x:1"]) == {}
        assert reading.count(search("*")) == 1
        assert reading.timeline(search("*")).total == 1
        assert len(list(reading.export(search("cats")))) == 1
        assert len(reading.changes(search("cats"), after=0, gone_after=0, limit=9).bodies) == 1
        assert reading.top(search("*"), "langs", limit=9).counted == 1


def test_a_quote_loses_the_raw_record_that_holds_what_is_withdrawn(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"), post(3, "dogs"), raw=b"{}")
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    put(store, 3, post(4, "so true too", quote_of="x:1"), raw=b"{}")
    assert now_found(store, "*") == ["x:4", "x:3", "x:2"]
    ask(settings, "POST", store.names.all_raws, "_refresh")
    hits = ask(settings, "GET", store.names.all_raws, "_search")["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["x:3"]


def test_post_that_slipped_past_its_tombstone_is_swept_away(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"), raw=b"{}")
    index = _index_of(settings, "x:1")
    held = ask(settings, "GET", index, "_doc", "x:1")["_source"]
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    ask(settings, "PUT", index, "_doc", "x:1", body=held)
    assert now_found(store, "cats") == ["x:1"]
    store.upkeep()
    assert now_found(store, "cats") == []


def test_raw_record_of_a_quote_that_slipped_past_a_withdrawal_is_swept_away(
    settings: Settings, store: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, 1, post(1, "cats"), post(5, "birds"), raw=b"{}")
    put(store, 2, post(2, "so true", quote_of="x:1"), raw=b"{}")
    put(store, 3, post(3, "so sweet", quote_of="x:5"), raw=b"{}")
    index = store.names.raws_of(store.names.period(_index_of(settings, "x:2")) or "")
    held = ask(settings, "GET", index, "_doc", "x:2")["_source"]
    monkeypatch.setattr(sweeping, "_AT_ONCE", 2)
    store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in (1, 10, 11, 12)]), 4)
    ask(settings, "PUT", index, "_doc", "x:2", body=held)
    store.upkeep()
    ask(settings, "POST", store.names.all_raws, "_refresh")
    hits = ask(settings, "GET", store.names.all_raws, "_search")["hits"]["hits"]
    assert sorted(hit["_id"] for hit in hits) == ["x:3", "x:5"]
    assert now_found(store, "*") == ["x:5", "x:3", "x:2"]


def test_post_the_server_cannot_store_is_named_and_the_others_are_stored(
    settings: Settings, store: ElasticStore
) -> None:
    ask(settings, "PUT", store.names.posts_of("2015"), body={"mappings": {"properties": {"reach": {"type": "ip"}}}})
    bad = post(2, "dogs", created_at=1_430_000_000_000, followers=5)
    done = put(store, 1, post(1, "cats"), bad, post(3, "cats"))
    assert [entry.post.id for entry in done.entries] == ["x:1", "x:3"]
    assert list(done.refused) == ["x:2"]
    assert "cannot store x:2: " in done.refused["x:2"]
    assert now_found(store, "*") == ["x:3", "x:1"]
    assert list(put(store, 2, bad).refused) == ["x:2"]
    assert len(put(store, 3, post(1, "cats"), post(3, "cats")).entries) == 2


def test_cluster_that_takes_no_writes_is_an_outage_and_nothing_is_lost(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"))
    everything = f"{settings.elasticsearch_prefix}-*"
    ask(settings, "PUT", everything, "_settings", body={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(StoreUnavailable, match=r"takes no writes: .*read-only-allow-delete"):
        put(store, 2, post(2, "cats"))
    assert now_found(store, "cats") == ["x:1"]
    ask(settings, "PUT", everything, "_settings", body={"index.blocks.read_only_allow_delete": None})
    assert put(store, 3, post(2, "cats")).inserted == 1
    assert now_found(store, "cats") == ["x:2", "x:1"]


def test_question_how_many_are_stored_ends_like_any_reading(
    store: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.elastic.store.OPENING_S", 0.000_01)

    def ask_often() -> None:
        for _ in range(500):  # an answer may lie there already when it is looked for
            store.indexed()

    with pytest.raises(StoreUnavailable, match="did not answer"):
        ask_often()


def test_store_of_a_program_that_knew_no_arrivals_is_read_and_written_on(
    settings: Settings, store: ElasticStore
) -> None:
    put(store, 1, *(post(n, "cats", created_at=T0, likes=1) for n in range(4)))
    _make_old(settings, store)
    before = ElasticStore(settings, create=False)
    assert sorted(now_found(before, "cats")) == ["x:0", "x:1", "x:2", "x:3"], "it is read before it is upgraded"
    again = ElasticStore(settings)
    put(again, 2, *(post(n, "cats", created_at=T0, likes=1) for n in (10, 11, 12)))
    put(again, 3, post(1, "cats edited", version=T0 + 10**7, created_at=T0, likes=1))
    for sort in ("latest", "likes"):
        for limit in (2, 3):
            paged: list[str] = []
            page_after = None
            while True:
                with again.reading() as reading:
                    page = reading.search(search("cats"), limit=limit, before=page_after, sort=sort)
                paged += ids(page.bodies)
                page_after = page.next
                if page_after is None:
                    break
            assert paged[:3] == ["x:12", "x:11", "x:10"]
            assert sorted(paged[3:]) == ["x:0", "x:1", "x:2", "x:3"], "two of them share a place"
    held = [one.place for some in again.moving().posts(at_once=2) for one in some]
    assert (held, len(held)) == (sorted(held), 7)
    assert now_found(ElasticStore(settings), "edited") == ["x:1"]


def _make_old(settings: Settings, store: ElasticStore) -> None:
    """Leave a store as a program left it that told posts of a millisecond apart by their ids."""
    index = _index_of(settings, "x:0")
    mapping = ask(settings, "GET", index, "_mapping")[index]["mappings"]
    del mapping["properties"]["arrival"]
    old = [hit["_source"] for hit in ask(settings, "GET", index, "_search")["hits"]["hits"]]
    ask(settings, "DELETE", index)
    ask(settings, "PUT", index, body={"mappings": mapping, "aliases": {store.names.posts: {}}})
    for row in old:
        del row["arrival"]
        number = int(row["post"]["id"].removeprefix("x:"))
        row["place"] = place.floor(T0) + (7, 9, 9, 4_000)[number]
        ask(settings, "PUT", index, "_doc", f"x:{number}", body=row)
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"order": 0}})


def test_pruning_takes_all_posts_of_a_millisecond(store: ElasticStore) -> None:
    for seq, start in enumerate(range(0, 2_200, 550), 1):
        put(store, seq, *(post(n, "cats", created_at=T0) for n in range(start, start + 550)))
    put(store, 9, post(9_999, "newest", created_at=T0 + 1))
    assert store.prune(before_ms=T0 + 1, max_bytes=None) == 2_200
    assert now_found(store, "*") == ["x:9999"]


def test_withdrawn_account_takes_all_posts_of_a_millisecond_along(store: ElasticStore) -> None:
    for seq, start in enumerate(range(0, 1_200, 400), 1):
        put(store, seq, *(post(n, "cats", created_at=T0) for n in range(start, start + 400)))
    gone = Writes(author_deletions=[AuthorDeletion("x", "id-bob", T0 + 10**8)])
    told = list[str]()
    done = store.persist(gone, 9)
    while done.left:
        told += done.deleted
        done = store.persist(replace(gone, continued=True), 9)
    assert sorted([*told, *done.deleted]) == sorted(f"x:{n}" for n in range(1_200))
    assert now_found(store, "*") == []


def test_huge_numbers_and_ancient_times_and_long_names_are_stored(store: ElasticStore) -> None:
    long = post(4, "cats", hashtags=["t" * 40_000], handle="h" * 9_000, conversation_id="c" * 40_000)
    long.id = "x:" + "4" * 3_000
    repost = post(5, repost_of=long.id)
    put(store, 1, post(1, "cats", likes=10**30), post(2, "cats", created_at=-5), post(3, "cats", created_at=2**62))
    put(store, 2, long, repost)
    assert sorted(now_found(store, "cats")) == sorted(["x:1", "x:2", "x:3", long.id, "x:5"])
    assert now_found(store, "likes:1000000..") == ["x:1"]
    done = store.persist(Writes(deletions=[Deletion(long.id, T0)]), 3)
    assert sorted(done.deleted) == sorted([long.id, "x:5"])
    assert sorted(now_found(store, "cats")) == ["x:1", "x:2", "x:3"]


def test_old_coverage_is_moved_away_and_still_told(store: ElasticStore) -> None:
    rows = [CoverageRow("x", T0 + n * 10, T0 + n * 10 + 5, "*", f"down {n}") for n in range(KEPT_TOGETHER + 5)]
    for row in rows:
        store.add_coverage(row)
    store.add_coverage(CoverageRow("x", T0 + 10**6, None, "*", ""))
    assert store.coverage() == [*rows, CoverageRow("x", T0 + 10**6, None, "*", "")]
    assert store.coverage(until=T0 + 5) == rows[:1]


def test_kibana_sees_fields_it_can_use(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "lovely cats", hashtags=["Cats"], hosts=["a.example"], likes=3))
    told = ask(settings, "GET", f"{settings.elasticsearch_prefix}-posts", "_field_caps", fields="*")["fields"]
    kinds = {name: next(iter(kind)) for name, kind in told.items() if not name.startswith("_")}
    wanted = {
        "created_at": "date",
        "likes": "long",
        "followers": "long",
        "facets": "keyword",
        "post.text": "text",
        "post.lang": "keyword",
        "post.source": "keyword",
        "post.hashtags": "keyword",
        "post.hosts": "keyword",
        "post.author.handle": "keyword",
    }
    assert wanted.items() <= kinds.items()


class Broken(Client):
    """Breaks off before or after its n-th write, as a worker that is killed does."""

    def __init__(self, client: Client, writes: int, *, answered: bool) -> None:
        self._inner = client
        self._left = writes
        self._answered = answered

    def ask(self, method: str, path: str, *given: Any, **options: Any) -> Any:
        if path == "/_bulk":
            self._left -= 1
            if self._left < 0:
                if self._answered:
                    self._inner.ask(method, path, *given, **options)
                raise KeyboardInterrupt
        return self._inner.ask(method, path, *given, **options)


@pytest.mark.parametrize("answered", [False, True])
def test_batch_that_broke_off_anywhere_is_made_good_by_its_redelivery(settings: Settings, answered: bool) -> None:
    def history(store: Store, break_at: int | None) -> list[object]:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"), post(3, "dogs"), post(4, repost_of="x:3"))
        put(store, 2, post(7, repost_of="x:8"))

        def last() -> Any:
            batch = [post(1, "birds", version=T0 + 10**6), post(5, "new"), post(6, repost_of="x:5"), post(8, "late")]
            return store.persist(Writes([Upsert(one, b"{}") for one in batch], [Deletion("x:3", T0)]), 3)

        if break_at is not None:
            assert isinstance(store, ElasticStore)
            whole = store._client
            store._persisting._writer._bulk._client = Broken(whole, break_at, answered=answered)
            try:
                last()
                return ["it did not break"]
            except KeyboardInterrupt:
                store._persisting._writer._bulk._client = whole
        done = last()
        with store.reading() as reading:
            posts = {
                one["id"]: (one["text"], one["changed"], one.get("original", {}).get("text"))
                for one in map(msgspec.json.decode, reading.export(search("*")))
            }
            words = {text: sorted(ids(reading.search(search(text), limit=99).bodies)) for text in _WORDS}
            stones = sorted(reading.changes(search("*"), after=2, gone_after=2, limit=99).tombstones)
        assert "x:3" in done.tombstoned
        return [posts, words, stones, sorted(entry.post.id for entry in done.entries), store.indexed()]

    with store_in(settings) as store:
        wanted = history(store, None)
    for break_at in count():
        broken = access(settings.elasticsearch_url)
        with store_in(broken) as store:
            told = history(store, break_at)
        if told == ["it did not break"]:
            assert break_at >= 3
            return
        assert told == wanted, f"broken off at write {break_at}"


_WORDS = ("cats", "dogs", "birds", "new", "late", "*")


def test_withdrawn_post_leaves_the_segments_on_disk(withdrawn: tuple[Settings, ElasticStore]) -> None:
    """A shard lets go of it half a minute after; then upkeep's request works."""
    settings, store = withdrawn
    both = f"{store.names.all_posts},{store.names.all_raws}"
    for _ in range(90):
        store._upkeep.run(now_ms() + 7 * 3_600_000)
        if not ask(settings, "GET", both, "_stats", "docs")["_all"]["primaries"]["docs"]["deleted"]:
            return
        ask(settings, "DELETE", store.names.state, "_doc", PROGRESS)  # as if six hours were over
        time.sleep(0.5)
    pytest.fail("upkeep never had the segments rewritten")
