"""Merge rules: the newest content wins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.merge_versions import merge
from tests.store.builders import T0, post


@given(st.permutations(range(6)))
def test_newest_content_wins_whatever_the_order(order: list[int]) -> None:
    versions = [post(1, f"text {n}", version=T0 + n * 10, likes=n) for n in range(6)]
    held = versions[order[0]]
    for seq, number in enumerate(order[1:], 1):
        held, _ = merge(held, versions[number], seq)
    assert (held.text, held.version) == ("text 5", T0 + 50)
