"""Folding of a batch: what all records of a post say, deletions, and posts that are written again after them."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from pipeline.post import Deletion, Event, Post, QuoteDetachment, Upsert
from pipeline.worker.normalised_batch import fold
from tests.store.builders import T0, nested, post

ID = "bluesky:did:plc:ann/3k"


def _written(text: str, version: int, post_id: str = ID) -> Upsert:
    made: Post = post(1, text, version=T0 + version)
    return Upsert(msgspec.structs.replace(made, id=post_id), text.encode())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_post_that_was_written_again_outlives_its_deletion(order: tuple[int, ...]) -> None:
    told: list[Event] = [_written("first", 10), Deletion(ID, T0 + 20), _written("second", 30)]
    writes, _ = fold([told[which] for which in order])
    (one,) = writes.upserts
    assert (one.post.text, one.post.rewritten, one.raw, writes.deletions) == ("second", T0 + 20, b"second", [])


@pytest.mark.parametrize("post_id", [ID, "x:7"])
def test_deletion_wins_over_all_that_is_older(post_id: str) -> None:
    writes, _ = fold([_written("first", 10, post_id), Deletion(post_id, T0 + 20), _written("late", 15, post_id)])
    assert (writes.upserts, writes.deletions) == ([], [Deletion(post_id, T0 + 20)])


def test_own_record_is_kept_beside_a_copy_inside_a_later_post() -> None:
    own = _written("own", 10, "x:1")
    carried = Upsert(nested(post(1, "carried", version=T0 + 10, likes=9), T0 + 99_000))
    for events in ([own, carried], [carried, own]):
        (one,) = fold(events)[0].upserts
        assert (one.post.text, one.post.counts.likes, one.raw) == ("own", 9, b"own")


def test_detached_quotes_are_written() -> None:
    told = QuoteDetachment("x:2", "x:1")
    assert fold([told, told])[0].detachments == [told]
