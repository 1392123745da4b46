"""Timeline intervals: few buckets, and never more than a caller takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.timeline_intervals import DEFAULT_MAX_BUCKETS, INTERVALS_MS, interval_for

SPANS = st.integers(0, 10**14)


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
