"""Sort keys and page tokens: the order of posts in time."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store import sort_key
from pipeline.store.contract import Sort
from tests.store.builders import T0

SORTS = get_args(Sort)


class Milliseconds:
    """Taken sort keys, and how often they were looked up."""

    def __init__(self, *taken: int) -> None:
        self.taken = set(taken)
        self.asked = 0

    def __call__(self, low: int) -> sort_key.TakenEnds:
        self.asked += 1
        here = [at for at in self.taken if low <= at <= low | sort_key.TIE_MASK]
        return (min(here), max(here)) if here else None

    def put(self, created_at: int, **more: int) -> int:
        """Store one post as a batch of its own, and return its sort key."""
        at = sort_key.TieAllocator(self, **more).next(created_at)
        assert at not in self.taken
        self.taken.add(at)
        return at


@given(st.lists(st.integers(-(10**15), 10**15) | st.sampled_from([T0, T0 + 1]), max_size=40))
def test_sort_keys_are_ordered_by_time_and_arrival(times: list[int]) -> None:
    taken = Milliseconds()
    keys = [taken.put(at) for at in times]
    assert all(0 <= at < sort_key.MAX_SORT_KEY for at in keys)
    clamped = [min(max(at, 0), (1 << 43) - 2) for at in times]
    order = sorted(range(len(times)), key=lambda index: (clamped[index], index))
    assert sorted(range(len(times)), key=keys.__getitem__) == order
    assert all(sort_key.floor(at) <= found for at, found in zip(clamped, keys, strict=True))


@given(st.integers(1, 60))
def test_sort_key_in_a_crowd_takes_as_many_look_ups_as_one_alone(crowd: int) -> None:
    taken = Milliseconds(*(sort_key.floor(T0) + number for number in range(crowd)))
    assert taken.put(T0) == sort_key.floor(T0) + crowd
    allocator = sort_key.TieAllocator(taken)
    assert [allocator.next(T0) for _ in range(crowd)] == [sort_key.floor(T0) + crowd + 1 + n for n in range(crowd)]
    assert taken.asked == 2


def test_full_millisecond_overflows_into_the_next() -> None:
    low = sort_key.floor(T0)
    assert Milliseconds(low | sort_key.TIE_MASK, low + 5).put(T0) == low + 4
    full = Milliseconds(low | sort_key.TIE_MASK, low)
    assert [full.put(T0) for _ in range(2)] == [sort_key.floor(T0 + 1), sort_key.floor(T0 + 1) + 1]
    assert full.asked == 4


def test_sort_key_of_a_pruned_post_is_not_given_again_soon() -> None:
    low = sort_key.floor(T0)
    assert Milliseconds().put(T0, pruned=low + 7) == low + 7
    assert Milliseconds(low + 9).put(T0, pruned=low + 7) == low + 10
    assert Milliseconds(low | sort_key.TIE_MASK, low + 7).put(T0, pruned=low + 7) == sort_key.floor(T0 + 1)
    lives = []
    again = 0
    for _ in range(100):
        allocator = sort_key.TieAllocator(Milliseconds(), sort_key.floor(T0 + 10), again)
        lives += [allocator.next(T0) for _ in range(50)]
        again = allocator.again
    assert len(set(lives)) == 5_000
    assert not set(lives) & set(range(low, low + 500_000))


@given(
    st.sampled_from(SORTS),
    st.integers(-1, 10**18),
    st.integers(0, sort_key.MAX_SORT_KEY),
    st.just(sort_key.NO_ARRIVAL) | st.builds(sort_key.arrival, st.integers(0, 2**60), st.integers(0, 9_999)),
)
def test_page_token_is_parsed_back(sort: str, value: int, at: int, arrived: int) -> None:
    token = sort_key.token(sort, value, at, arrived)
    assert sort_key.parse_token(token, sort) == (value, at, arrived)
    assert len(token) <= 64


@given(st.lists(st.tuples(st.integers(0, 2**50), st.integers(0, 4_095)), min_size=2))
def test_arrivals_are_ordered_by_batch_and_turn(turns: list[tuple[int, int]]) -> None:
    assert sorted(turns) == sorted(turns, key=lambda turn: sort_key.arrival(*turn))
    assert all(0 <= sort_key.arrival(*turn) <= sort_key.MAX_SORT_KEY for turn in turns)


@pytest.mark.parametrize(("sort", "other"), list(permutations(SORTS, 2)))
def test_page_token_of_one_order_is_refused_by_every_other(sort: str, other: str) -> None:
    with pytest.raises(ValueError, match="in this order"):
        sort_key.parse_token(sort_key.token(sort, 7, 7), other)


@given(st.sampled_from(SORTS), st.text() | st.from_regex(r"[a-z.]+\.-?[0-9a-f_x]*\.[0-9a-f-]*(\.[0-9a-f-]*)?"))
def test_any_text_as_page_token_is_parsed_or_refused(sort: str, text: str) -> None:
    try:
        value, at, arrived = sort_key.parse_token(text, sort)
    except ValueError:
        return
    assert sort_key.token(sort, value, at, arrived).count(".") in (2, 3)
    assert abs(value) <= sort_key.MAX_SORT_KEY
    assert 0 <= at <= sort_key.MAX_SORT_KEY
    assert sort_key.NO_ARRIVAL <= arrived <= sort_key.MAX_SORT_KEY
