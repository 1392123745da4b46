"""Random runs in memory: no watcher misses or repeats a post, and each broken rule of the protocol is noticed.

`PROTOCOL_RUNS` in the environment sets the number of runs.
"""

from __future__ import annotations

import os

import pytest

from tests.delivery.simulation.fake_parts import fake_parts
from tests.delivery.simulation.random_run import run
from tests.examples import examples

RUNS = int(os.environ.get("PROTOCOL_RUNS", examples(1_500)))
MUTANT_RUNS = 12_000


def test_no_watcher_misses_or_repeats_a_post() -> None:
    for seed in range(RUNS):
        wrong = run(fake_parts(), seed)
        assert not wrong, f"seed {seed}: {wrong}"


@pytest.mark.parametrize("seed", [3657, 11097, 12433])
def test_a_version_beside_a_refused_one_is_told_whichever_attempt_stored_it(seed: int) -> None:
    """An attempt stores a version alone and dies; the next one folds it into a version that is refused."""
    assert not run(fake_parts(), seed)


# A seed whose world notices the rule. It is tried first; if it no longer does, all seeds are tried.
NOTICED = {
    "the highest number": 7,
    "the batch's own number": 16,
    "registry read before persisting": 128,
    "no owner token": 3213,
    "tombstones not announced again": 3541,
    "deletions of a dead attempt not announced": 53835,
    "no retractions in answers": 12,
    "clients without memory of retractions": 628,
    "a lower bound read after SUBSCRIBE": 2254,
    "a store not refreshed": 1,
    "refill from now": 102,
    "edited for searches that came since": 128,
    "messages of a commit that cover each other": 15315,
    "compared with an unpublished version": 2422,
    "a commit that removes its batch first": 929,
    "a refused post published": 25,
    "a refused post that fails its batch": 25,
    "an overflow is taken for complete": 19,
    "tombstones of posts that were written again": 1925,
    "a deletion older than the post": 275,
}


@pytest.mark.parametrize("broken", NOTICED)
def test_a_broken_rule_is_noticed(broken: str) -> None:
    seeds = (NOTICED[broken], *range(MUTANT_RUNS))
    assert any(run(fake_parts(broken), seed) for seed in seeds)
