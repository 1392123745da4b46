"""The rules that no store may decide for itself: merging, places, intervals, what stands out."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store import sort_key
from pipeline.store.contract import Sort
from pipeline.store.merge import merge
from pipeline.store.post_json import encode_post
from pipeline.store.timeline_intervals import DEFAULT_MAX_BUCKETS, INTERVALS_MS, interval_for
from pipeline.store.tops.post_view import decode_view
from pipeline.store.tops.trending import log_odds
from pipeline.store.tops.words import is_word, tokens
from tests.store.builders import T0, post

SORTS = get_args(Sort)
SPANS = st.integers(0, 10**14)


class Milliseconds:
    """What is taken, and how often that was looked up."""

    def __init__(self, *taken: int) -> None:
        self.taken = set(taken)
        self.asked = 0

    def __call__(self, low: int) -> sort_key.TakenEnds:
        self.asked += 1
        here = [at for at in self.taken if low <= at <= low | sort_key.TIE_MASK]
        return (min(here), max(here)) if here else None

    def put(self, created_at: int, **more: int) -> int:
        """Store one post as a batch of its own, and return its sort_key."""
        at = sort_key.TieAllocator(self, **more).next(created_at)
        assert at not in self.taken
        self.taken.add(at)
        return at


@given(st.lists(st.integers(-(10**15), 10**15) | st.sampled_from([T0, T0 + 1]), max_size=40))
def test_places_stand_in_the_order_of_time_and_of_arrival(times: list[int]) -> None:
    held = Milliseconds()
    places = [held.put(at) for at in times]
    assert all(0 <= at < sort_key.MAX_SORT_KEY for at in places)
    clamped = [min(max(at, 0), (1 << 43) - 2) for at in times]
    order = sorted(range(len(times)), key=lambda index: (clamped[index], index))
    assert sorted(range(len(times)), key=places.__getitem__) == order
    assert all(sort_key.floor(at) <= found for at, found in zip(clamped, places, strict=True))


@given(st.integers(1, 60))
def test_place_in_a_crowd_takes_as_many_look_ups_as_one_alone(crowd: int) -> None:
    held = Milliseconds(*(sort_key.floor(T0) + number for number in range(crowd)))
    assert held.put(T0) == sort_key.floor(T0) + crowd
    ties = sort_key.TieAllocator(held)
    assert [ties.next(T0) for _ in range(crowd)] == [sort_key.floor(T0) + crowd + 1 + n for n in range(crowd)]
    assert held.asked == 2


def test_millisecond_that_is_full_gives_way_to_the_next_one() -> None:
    low = sort_key.floor(T0)
    assert Milliseconds(low | sort_key.TIE_MASK, low + 5).put(T0) == low + 4
    full = Milliseconds(low | sort_key.TIE_MASK, low)
    assert [full.put(T0) for _ in range(2)] == [sort_key.floor(T0 + 1), sort_key.floor(T0 + 1) + 1]
    assert full.asked == 4


def test_place_of_a_pruned_post_is_not_taken_again() -> None:
    low = sort_key.floor(T0)
    assert Milliseconds().put(T0, pruned=low + 7) == low + 7
    assert Milliseconds(low + 9).put(T0, pruned=low + 7) == low + 10
    assert Milliseconds(low | sort_key.TIE_MASK, low + 7).put(T0, pruned=low + 7) == sort_key.floor(T0 + 1)
    lives = []
    again = 0
    for _ in range(100):
        ties = sort_key.TieAllocator(Milliseconds(), sort_key.floor(T0 + 10), again)
        lives += [ties.next(T0) for _ in range(50)]
        again = ties.again
    assert len(set(lives)) == 5_000
    assert not set(lives) & set(range(low, low + 500_000))


@given(
    st.sampled_from(SORTS),
    st.integers(-1, 10**18),
    st.integers(0, sort_key.MAX_SORT_KEY),
    st.just(sort_key.NO_ARRIVAL) | st.builds(sort_key.arrival, st.integers(0, 2**60), st.integers(0, 9_999)),
)
def test_page_token_gives_back_what_it_was_made_of(sort: str, value: int, at: int, arrived: int) -> None:
    token = sort_key.token(sort, value, at, arrived)
    assert sort_key.parse_token(token, sort) == (value, at, arrived)
    assert len(token) <= 64


@given(st.lists(st.tuples(st.integers(0, 2**50), st.integers(0, 4_095)), min_size=2))
def test_arrivals_stand_in_the_order_of_batches_and_in_them(turns: list[tuple[int, int]]) -> None:
    assert sorted(turns) == sorted(turns, key=lambda turn: sort_key.arrival(*turn))
    assert all(0 <= sort_key.arrival(*turn) <= sort_key.MAX_SORT_KEY for turn in turns)


@pytest.mark.parametrize(("sort", "other"), list(permutations(SORTS, 2)))
def test_page_token_of_one_order_is_refused_by_every_other(sort: str, other: str) -> None:
    with pytest.raises(ValueError, match="in this order"):
        sort_key.parse_token(sort_key.token(sort, 7, 7), other)


@given(st.sampled_from(SORTS), st.text() | st.from_regex(r"[a-z.]+\.-?[0-9a-f_x]*\.[0-9a-f-]*(\.[0-9a-f-]*)?"))
def test_page_token_of_anybody_is_read_or_refused(sort: str, text: str) -> None:
    try:
        value, at, arrived = sort_key.parse_token(text, sort)
    except ValueError:
        return
    assert sort_key.token(sort, value, at, arrived).count(".") in (2, 3)
    assert abs(value) <= sort_key.MAX_SORT_KEY
    assert 0 <= at <= sort_key.MAX_SORT_KEY
    assert sort_key.NO_ARRIVAL <= arrived <= sort_key.MAX_SORT_KEY


@given(SPANS)
def test_interval_is_the_finest_that_gives_few_buckets(span: int) -> None:
    interval = interval_for(span)
    assert span // interval < DEFAULT_MAX_BUCKETS + 1
    finer = [one for one in INTERVALS_MS if one < interval]
    assert not finer or span // finer[-1] >= DEFAULT_MAX_BUCKETS


@given(SPANS, st.integers(1_000, 366 * 86_400_000), st.integers(3, 10_000))
def test_wanted_interval_is_longer_where_it_would_give_too_many_buckets(span: int, wanted: int, most: int) -> None:
    interval = interval_for(span, wanted, most)
    assert interval >= wanted
    for begin in (0, 1, interval - 1):
        assert (begin + max(span - 1, 0)) // interval - begin // interval + 1 <= most
    assert interval == wanted or span // wanted + 2 > most


@given(st.permutations(range(6)))
def test_newest_content_wins_whatever_the_order(order: list[int]) -> None:
    versions = [post(1, f"text {n}", version=T0 + n * 10, likes=n) for n in range(6)]
    held = versions[order[0]]
    for seq, number in enumerate(order[1:], 1):
        held, _ = merge(held, versions[number], seq)
    assert (held.text, held.version) == ("text 5", T0 + 50)


def test_word_that_is_always_common_does_not_stand_out() -> None:
    assert log_odds(90, 100, 9_000, 10_000) == pytest.approx(0, abs=0.1)
    assert log_odds(20, 100, 10, 10_000) > 5
    assert log_odds(1, 1_000, 500, 10_000) < 0


def test_words_leave_out_handles_addresses_numbers_and_what_everybody_says() -> None:
    text = "The Kittens (kittens!) see https://example.com/lovely @somebody 12345 a1b2 with Überraschung नमस्ते cat"
    found = tokens(decode_view(encode_post(post(1, text))))
    assert {token for token in found if is_word(token)} == {
        "kittens",
        "überraschung",
        "नमस्ते",
    }
