"""The poison records of a batch are found in few tries, over several attempts, and no good record is condemned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AttemptUnfinished, StoreError, StoreUnavailable
from pipeline.queue.poison_records import BUDGET_S, DIED, PoisonFinder, PoisonProgress, PoisonResult


class Killed(BaseException):
    """Stands for a worker that the kernel ended."""


class Batch:
    """A batch in which some records raise and some kill the worker; each try takes `try_s`."""

    def __init__(self, size: int, *, raising: Collection[int] = (), killing: Collection[int] = (), try_s: float = 0.0):
        self.size, self.raising, self.killing, self.try_s = size, raising, killing, try_s
        self.now_s = 0.0
        self.tries: list[int] = []
        self.attempts = 0
        self.kills = 0
        self.known = PoisonProgress()
        self.error: Callable[[int], Exception] = lambda index: ValueError(f"record {index}")

    def alone(self, indexes: Sequence[int]) -> list[int]:
        self.tries.append(len(indexes))
        self.now_s += self.try_s
        for index in indexes:
            if index in self.killing:
                self.kills += 1
                raise Killed
            if index in self.raising:
                raise self.error(index)
        return list(indexes)

    def note(self, sift: PoisonProgress) -> None:
        self.known = msgspec.json.decode(msgspec.json.encode(sift), type=PoisonProgress)

    def attempt(self) -> PoisonResult[list[int]]:
        self.attempts += 1
        steps = PoisonFinder(self.size, self.known, self.alone, self.note, lambda: self.now_s).run()
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: PoisonResult[list[int]] = end.value
                return found

    def through(self, at_most: int = 60) -> PoisonResult[list[int]]:
        """Attempt the batch until it is done, as the queue would."""
        for _ in range(at_most):
            try:
                return self.attempt()
            except (AttemptUnfinished, Killed):
                continue
        raise AssertionError(f"not done after {at_most} attempts: {self.known}")


def test_one_poison_record_of_five_hundred_is_found_in_few_tries() -> None:
    batch = Batch(500, raising=[321])
    found = batch.through()
    assert found.bad == {321: "ValueError: record 321"}
    assert sorted(index for part in found.parts for index in part) == [i for i in range(500) if i != 321]
    assert (batch.attempts, len(batch.tries)) == (1, 24)


def test_running_out_of_time_condemns_no_record_and_the_next_attempt_resumes() -> None:
    batch = Batch(500, raising=range(0, 500, 10), try_s=1.0)
    found = batch.through()
    assert sorted(found.bad) == list(range(0, 500, 10))
    assert sorted(index for part in found.parts for index in part) == [i for i in range(500) if i % 10]
    assert batch.attempts > 5
    assert len(batch.tries) < 520, "nothing is begun anew"


def test_a_store_slower_than_the_whole_budget_still_makes_progress() -> None:
    batch = Batch(20, raising=[7], try_s=BUDGET_S * 1.2)
    assert list(batch.through().bad) == [7]


def test_a_record_that_kills_is_found_in_few_deaths() -> None:
    batch = Batch(500, killing=[321])
    found = batch.through()
    assert found.bad == {321: DIED}
    assert batch.kills == 4, "a part, a smaller part, and the record twice"


@given(
    st.integers(1, 60).flatmap(
        lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1)), st.sets(st.integers(0, size - 1)))
    ),
    st.sampled_from([0.0, 1.0, 7.0, 30.0]),
)
def test_only_poison_records_are_condemned(drawn: tuple[int, set[int], set[int]], try_s: float) -> None:
    size, raising, killing = drawn
    found = Batch(size, raising=raising, killing=killing, try_s=try_s).through(at_most=1_000)
    assert set(found.bad) == raising | killing
    assert sorted(index for part in found.parts for index in part) == sorted(set(range(size)) - set(found.bad))


def test_an_outage_condemns_no_record_and_keeps_the_findings() -> None:
    batch = Batch(4, raising=[1])
    batch.error = lambda _: StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        batch.attempt()
    assert (batch.known.bad, batch.known.at) == ({}, None)
    batch.raising = ()
    assert batch.attempt().bad == {}
    assert sum(batch.tries) == 2 + 3 + 1, "what had gone well is tried once more, together"


def test_a_store_that_refuses_everything_condemns_nothing() -> None:
    batch = Batch(12, raising=range(12))
    batch.error = lambda _: StoreError("the disk image is malformed")
    with pytest.raises(StoreError):
        batch.attempt()
    batch.raising = ()
    assert batch.through().bad == {}
