"""Pauses after failures, as X asks for them."""

from __future__ import annotations

from pipeline.sources.x.backoff import ANSWER, LIMIT, NETWORK, Backoff


def test_pauses_grow_as_x_asks_and_start_over_when_something_was_received() -> None:
    backoff = Backoff()
    assert [backoff.pause_after(NETWORK) for _ in range(3)] == [0.25, 0.5, 0.75]
    assert max(backoff.pause_after(NETWORK) for _ in range(100)) == 16.0
    answers = [backoff.pause_after(ANSWER) for _ in range(9)]
    assert 5 <= answers[0] <= 5.5
    assert 320 <= answers[-1] <= 352
    assert 60 <= backoff.pause_after(LIMIT) <= 66
    assert 120 <= backoff.pause_after(LIMIT) <= 132
    assert backoff.pause_after(LIMIT, 600.0) == 600.0
    backoff.reset()
    assert backoff.failures == 0
    assert backoff.pause_after(NETWORK) == 0.25
