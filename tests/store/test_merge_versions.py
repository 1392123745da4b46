"""Merge rules: the newest content wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.post import Poll, PollOption
from pipeline.store.merge_versions import merge
from tests.store.builders import T0, post


@given(st.permutations(range(6)))
def test_newest_content_wins_whatever_the_order(order: list[int]) -> None:
    versions = [post(1, f"text {n}", version=T0 + n * 10, likes=n) for n in range(6)]
    held = versions[order[0]]
    for seq, number in enumerate(order[1:], 1):
        held, _ = merge(held, versions[number], seq)
    assert (held.text, held.version) == ("text 5", T0 + 50)


@pytest.mark.parametrize(
    ("options", "kind"),
    [([("tea", 9), ("coffee", 4)], "numbers"), ([("tea", 1), ("cocoa", 1)], "content")],
)
def test_votes_of_a_poll_are_numbers_and_its_options_content(options: list[tuple[str, int]], kind: str) -> None:
    asked = Poll([PollOption("tea", 1), PollOption("coffee", 1)])
    later = Poll([PollOption(*option) for option in options])
    held, outcome = merge(post(1, poll=asked), post(1, poll=later, version=T0 + 60_000), 5)
    assert (held.poll, outcome) == (later, kind)
