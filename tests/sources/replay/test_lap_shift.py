"""A lap of any network's recording has ids of its own and the same authors."""

from __future__ import annotations

import time

import pytest

from pipeline.normalise.format_dispatch import normalise
from pipeline.post import Upsert
from pipeline.sources.replay.lap_shift import shift_record
from pipeline.sources.replay.source import ReplaySource
from tests.records import also_shared, path_of
from tests.sources.recording_context import records_of

RECORDINGS = [
    "x-v1.1/stream.jsonl.gz",
    "x-v1.1/rest.jsonl.gz",
    "x-v2/stream.jsonl",
    "x-v2/pages.jsonl.gz",
    "bluesky/events.jsonl",
    "bluesky/jsonbench.jsonl",
    "mastodon/statuses.jsonl.gz",
]


@pytest.mark.parametrize("name", also_shared(*RECORDINGS))
def test_lap_of_any_network_has_ids_of_its_own_and_the_same_authors(name: str) -> None:
    now = int(time.time() * 1000)
    compared = 0
    for record in records_of(ReplaySource(str(path_of(name)), 0.0, loop=False))[:150]:
        try:
            before = [event.post for event in normalise(record.data, "replay", now) if isinstance(event, Upsert)]
        except Exception:  # noqa: BLE001, S112 - what cannot be read is another test's matter
            continue
        after = [
            event.post
            for event in normalise(shift_record(record.data, 1, 3_600_000), "replay", now)
            if isinstance(event, Upsert)
        ]
        assert len(before) == len(after)
        for old, new in zip(before, after, strict=True):
            assert old.id != new.id
            assert (old.author.id, old.text) == (new.author.id, new.text)
            assert bool(old.repost_of) == bool(new.repost_of)
            assert not old.repost_of or old.repost_of != new.repost_of
            compared += 1
    assert compared > 10
