"""Top lists and trending words."""

from __future__ import annotations

from typing import Any

from pipeline.store.contract import Store
from tests.store.builders import T0, post, put, search


class TopsContract:
    def test_tops_count_values_once_a_post(self, store: Store) -> None:
        put(
            store,
            1,
            post(1, "Lovely lovely kittens and the https://example.com/page @someone", hashtags=["Cats", "pets"]),
            post(2, "kittens again", hashtags=["cats"], lang="de", langs=["de"], handle="ann", hosts=["example.com"]),
            post(3, repost_of="x:1", handle="zoe"),
            post(4, "unrelated"),
        )
        with store.reading() as reading:

            def top(field: Any) -> dict[str, int]:
                answer = reading.top(search("kittens"), field, limit=10)
                assert (answer.counted, answer.matching) == (3, 3)
                assert (answer.since, answer.until) == (T0 + 1_000, T0 + 3_001)
                assert (answer.authors, answer.languages) == (3, 2)
                assert all(item.share == item.count / 3 for item in answer.items)
                return {item.value: item.count for item in answer.items}

            assert top("words") == {"kittens": 3, "lovely": 2}
            assert top("hashtags") == {"cats": 3, "pets": 2}
            assert top("authors") == {"bob": 1, "ann": 1, "zoe": 1}
            assert top("domains") == {"example.com": 1}
            assert top("langs") == {"en": 2, "de": 1}
            assert top("originals") == {"x:1": 1}
            assert top("links") == {}

    def test_trending_holds_new_words_and_never_common_ones(self, store: Store) -> None:
        day = 24 * 3_600
        usual = [post(n, f"weather report number{n % 7}", created_at=T0 + n * 60_000) for n in range(1_440)]
        for start in range(0, 1_440, 240):
            put(store, start + 1, *usual[start : start + 240])
            store.maintain()
        burst = [post(day + n, "weather earthquake", created_at=T0 + 86_400_000 + n * 5_000) for n in range(60)]
        put(store, 9_000, *burst)
        with store.reading() as reading:
            trending = reading.top(search("*"), "trending", limit=10)
            assert [item.value for item in trending.items] == ["earthquake"]
            (item,) = trending.items
            assert item.score is not None
            assert item.background is not None
            assert item.background < item.share
            words = {item.value: item.background for item in reading.top(search("*"), "words", limit=10).items}
            assert words["weather"] is not None
            assert words["weather"] > 0.9
