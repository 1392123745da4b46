"""The rules that no store may decide for itself: merging, places, intervals, what stands out."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store import place
from pipeline.store.contract import Sort
from pipeline.store.merge import merge
from pipeline.store.sampling import INTERVALS_MS, MAX_BUCKETS, interval_for
from pipeline.store.tops import is_word, log_odds, see, tokens
from tests.store.making import T0, post

SORTS = get_args(Sort)
SPANS = st.integers(0, 10**14)


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15), st.text(), st.text())
def test_places_stand_in_the_order_of_time(one: int, other: int, first: str, second: str) -> None:
    places = place.place(one, place.digest(first)), place.place(other, place.digest(second))
    assert all(0 <= at < place.MAX_PLACE for at in places)
    if 0 <= one < other < 1 << 42:
        assert places[0] < place.floor(other) <= places[1]


@given(st.sets(st.integers(0, 50)))
def test_taken_place_gives_way_within_its_millisecond(taken: set[int]) -> None:
    wanted = place.place(T0, b"\x00" * 20)
    found = place.free(wanted, {wanted + one for one in taken})
    assert found not in {wanted + one for one in taken}
    assert found >> place.TIE_BITS == T0


@given(st.sampled_from(SORTS), st.integers(-1, 10**18), st.integers(0, place.MAX_PLACE))
def test_page_token_gives_back_what_it_was_made_of(sort: str, value: int, at: int) -> None:
    assert place.parse_token(place.token(sort, value, at), sort) == (value, at)


@pytest.mark.parametrize(("sort", "other"), list(permutations(SORTS, 2)))
def test_page_token_of_one_order_is_refused_by_every_other(sort: str, other: str) -> None:
    with pytest.raises(ValueError, match="in this order"):
        place.parse_token(place.token(sort, 7, 7), other)


@given(st.sampled_from(SORTS), st.text() | st.from_regex(r"[a-z.]+\.-?[0-9a-f_x]*\.[0-9a-f-]*"))
def test_page_token_of_anybody_is_read_or_refused(sort: str, text: str) -> None:
    try:
        value, at = place.parse_token(text, sort)
    except ValueError:
        return
    assert place.token(sort, value, at).count(".") == 2
    assert abs(value) <= place.MAX_PLACE
    assert 0 <= at <= place.MAX_PLACE


@given(SPANS)
def test_interval_is_the_finest_that_gives_few_buckets(span: int) -> None:
    interval = interval_for(span)
    assert span // interval < MAX_BUCKETS + 1
    finer = [one for one in INTERVALS_MS if one < interval]
    assert not finer or span // finer[-1] >= MAX_BUCKETS


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
    assert {token for token in tokens(see(_wire(text))) if is_word(token)} == {"kittens", "überraschung", "नमस्ते"}


def _wire(text: str) -> bytes:
    from pipeline.store.draft import encode

    return encode(post(1, text))
