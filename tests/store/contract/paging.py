"""Pages and orders of a search, spans of time, and views that do not change while they are read."""

from __future__ import annotations

import random
from typing import Any

import pytest

from pipeline.errors import QueryTimeout
from pipeline.post import Deletion
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, found, ids, now_found, post, put, search


class PagingContract:
    def test_newest_come_first_and_pages_follow_on(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(25)))
        with store.reading() as reading:
            pages, before = [], None
            while True:
                page = reading.search(search("cats"), limit=10, before=before)
                pages.append(ids(page.bodies))
                before = page.next
                if before is None:
                    break
        assert [len(page) for page in pages] == [10, 10, 5]
        assert [one for page in pages for one in page] == [f"x:{number}" for number in reversed(range(25))]

    def test_posts_of_one_millisecond_are_ordered_by_arrival_and_paged_once_each(self, store: Store) -> None:
        batches = [[post(at * 60 + n, "cats", created_at=T0, likes=n % 3) for n in range(60)] for at in range(6)]
        for seq, batch in enumerate(batches, 1):
            put(store, seq, *batch)
        put(store, 7, post(7_000, "cats", created_at=T0 - 1), post(7_001, "cats", created_at=T0 + 1))
        store.persist(Writes(deletions=[Deletion("x:359", T0), Deletion("x:180", T0)]), 8)
        put(
            store,
            9,
            post(100, "cats edited", created_at=T0 + 5, version=T0 + 10**7),
            post(7_002, "cats", created_at=T0),
        )
        kept = [n for n in range(360) if n not in (359, 180)]
        newest = [f"x:{n}" for n in (7_001, 7_002, *reversed(kept), 7_000)]
        liked = sorted((n for n in kept if n != 100), key=lambda n: (n % 3, n), reverse=True)
        by_likes = [f"x:{n}" for n in liked] + [f"x:{n}" for n in (7_001, 7_002, 7_000)]
        by_likes.insert(by_likes.index("x:97"), "x:100")
        for sort, wanted in (("latest", newest), ("likes", by_likes)):
            paged, before = list[str](), None
            while True:
                with store.reading() as reading:
                    page = reading.search(search("cats"), limit=7, before=before, sort=sort)  # type: ignore[arg-type]
                paged += ids(page.bodies)
                if (before := page.next) is None:
                    break
                if len(paged) == 70:
                    put(store, 10, post(7_003 + len(sort), "cats", created_at=T0))
            assert [one for one in paged if one not in ("x:7008", "x:7009")] == wanted, sort
        with store.reading() as reading:
            exported = ids(list(reading.export(search("cats"))))
            assert [one for one in exported if one not in ("x:7008", "x:7009")] == newest
            assert reading.timeline(search("cats"), interval_ms=1_000, since=T0, until=T0 + 1).total == 361

    def test_full_last_page_has_no_next(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(10)))
        with store.reading() as reading:
            assert reading.search(search("cats"), limit=10).next is None

    def test_paging_covers_every_post_once_while_others_arrive(self, store: Store) -> None:
        rng = random.Random(1)
        numbers = rng.sample(range(1_000), 200)
        put(store, 1, *(post(number, "cats") for number in numbers))
        seen: list[str] = []
        before, seq = None, 2
        while True:
            with store.reading() as reading:
                page = reading.search(search("cats"), limit=17, before=before)
            seen += ids(page.bodies)
            before = page.next
            if before is None:
                break
            put(store, seq, *(post(2_000 + seq * 10 + n, "cats") for n in range(5)), post(3_000 - seq, "cats"))
            seq += 1
        assert seen == [f"x:{number}" for number in sorted(numbers, reverse=True)]

    @pytest.mark.parametrize("sort", ["followers", "reposts", "likes", "replies", "reach"])
    def test_orders_rank_by_number_and_page_on(self, store: Store, sort: Any) -> None:
        field = "followers" if sort == "reach" else sort
        numbers = [5, None, 70, 5, 0, 12, 70, None]
        put(store, 1, *(post(n, "cats", **({} if v is None else {field: v})) for n, v in enumerate(numbers)))
        wanted = sorted(range(8), key=lambda n: (-1 if numbers[n] is None else numbers[n], n), reverse=True)
        seen: list[str] = []
        values: list[int | None] = []
        before = None
        with store.reading() as reading:
            for _ in range(8):
                page = reading.search(search("cats"), limit=3, sort=sort, before=before)
                seen += ids(page.bodies)
                values += page.values
                before = page.next
                if before is None:
                    break
        assert seen == [f"x:{n}" for n in wanted]
        assert values == [-1 if numbers[n] is None else numbers[n] for n in wanted]

    @pytest.mark.parametrize(
        "before",
        [
            "",
            "x",
            "latest",
            "latest.zz.1",
            "followers.1.2",
            "la.1.2",
            "latest.1",
            "latest.0." + "f" * 99,
            "latest.0.-1",
            "latest.0.ffffffffffffffff",
            "latest.-ffffffffffffffff.0",
            "latest.0x1.1",
            "latest.1_0.1",
            " latest.1.1",
            "latest.1.1\n",
            "latest.\u0661.1",
        ],
    )
    def test_strange_page_token_is_refused(self, store: Store, before: str) -> None:
        with store.reading() as reading, pytest.raises(ValueError, match=r"next|int"):
            reading.search(search("cats"), limit=3, before=before)

    def test_span_of_time_includes_since_and_excludes_until(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(5)))
        span = {"since": T0 + 1_000, "until": T0 + 3_000}
        assert now_found(store, "cats", **span) == ["x:2", "x:1"]
        with store.reading() as reading:
            assert reading.count(search("cats"), **span) == 2
            assert reading.count(search("*"), **span) == 2
            assert reading.timeline(search("*"), interval_ms=1_000, **span).buckets == [
                (T0 + 1_000, 1),
                (T0 + 2_000, 1),
            ]

    def test_reading_does_not_change_while_others_write(self, store: Store) -> None:
        put(store, 1, post(1, "cats"))
        with store.reading() as reading:
            put(store, 2, post(2, "cats"))
            store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
            assert found(reading, "cats") == ["x:1"]
            assert reading.count(search("*")) == 1
        assert now_found(store, "cats") == ["x:2"]

    def test_export_gives_every_match_newest_first(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats" if number % 3 else "dogs") for number in range(1_500)))
        with store.reading() as reading:
            exported = ids(list(reading.export(search("cats"))))
        assert exported == [f"x:{number}" for number in reversed(range(1_500)) if number % 3]

    def test_search_out_of_time_is_stopped(self, store: Store) -> None:
        put(store, 1, *(post(number, "ice and then some cream") for number in range(500)))
        with store.reading(timeout_s=0.0) as reading, pytest.raises(QueryTimeout):
            reading.search(search('"cream ice"~5 -"and then"~9'), limit=10)
        assert now_found(store, "ice", limit=1) == ["x:499"], "the next search is served"
