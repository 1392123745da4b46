"""Only posts inside TRACK are stored, and TRACK changes while workers run."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from tests.worker.one_worker import Worker, post

pytestmark = pytest.mark.redis


def test_posts_outside_track_are_not_stored_and_track_changes_at_run_time(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="cats")
    worker.offer(post(1), post(2, "dogs"))
    worker.runner.run("b")
    assert worker.stored() == {"demo:1"}
    worker.track = "dogs"
    worker.offer(post(3), post(4, "dogs"), batch_id="b2")
    worker.runner.run("b2")
    assert worker.stored() == {"demo:1", "demo:4"}
    assert worker.counters.value("posts_untracked") == 2


def test_a_repost_inside_track_brings_its_original(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="from:b")
    repost = post(2, "", repost_of="demo:1", author={"id": "2", "handle": "b"})
    worker.offer(post(1), repost, post(3))
    worker.runner.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}


def test_track_searches_stores_posts_of_watched_searches(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="searches")
    query = understand("dogs")
    worker.registry.register({query.key: query.canonical})
    worker.processor._following.follow()
    worker.offer(post(1), post(2, "dogs"))
    worker.runner.run("b")
    assert worker.stored() == {"demo:2"}
