"""Celery's options are those of docs/design/delivery.md: JSON only, time limits everywhere, queues by role."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from redis import Redis

import celeryconfig
from pipeline.broker.connections import celery_broker_url, is_embedded, redis_url
from pipeline.broker.keys import Names
from pipeline.broker.store_outage import current_outage
from pipeline.jobs import tasks
from pipeline.jobs.app import Role, celery_options, make_app, worker_options
from pipeline.jobs.producer import send_task
from pipeline.queue.reader_leases import READER_LEASE_MS
from pipeline.settings import load


def test_only_json_travels() -> None:
    app = make_app(load({}))
    assert app.conf.accept_content == ["json"]
    assert {app.conf.task_serializer, app.conf.result_serializer, app.conf.event_serializer} == {"json"}
    assert app.conf.result_backend is None


def test_a_batch_is_ended_before_its_message_comes_again() -> None:
    assert tasks.BATCH_LIMIT_S < celeryconfig.VISIBILITY_S
    assert tasks.ingest.acks_late
    assert not tasks.read_stream.acks_late


def test_worker_that_cannot_begin_logs_it_and_its_batch_comes_again(
    redis_client: Redis, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[str] = []
    environ = {"REDIS_URL": valkey, "ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    monkeypatch.setattr(tasks, "load", lambda: load(environ))
    monkeypatch.setattr(tasks, "_parts", {})
    monkeypatch.setattr(tasks, "OUTAGE_WAIT_S", 0.0)
    monkeypatch.setattr(tasks, "enqueue", again.append)
    tasks.ingest("b1")
    outage = current_outage(redis_client, Names("murmur"))
    assert outage is not None
    assert "cannot be reached" in outage.why
    assert again == ["b1"]


def test_a_task_that_runs_for_days_keeps_no_results_of_its_messages(
    redis_client: Redis, valkey: str, names: Names
) -> None:
    app = make_app(load({"REDIS_URL": valkey}))

    @app.task(bind=True, ignore_result=True, shared=False)  # type: ignore[untyped-decorator]
    def reads_on(self: Any) -> list[object]:
        for number in range(20):
            send_task(app.tasks["murmur.ingest"], (f"b{number}",), names.posts_queue)
        return list(self.request.children)

    assert reads_on.apply().result == []
    assert redis_client.llen(names.posts_queue) == 20


def test_another_reader_takes_over_within_fifteen_seconds() -> None:
    from pipeline.reader.loop import WAIT_LEASE_S

    assert READER_LEASE_MS / 1000 + WAIT_LEASE_S < 15


def test_unacknowledged_messages_are_under_our_prefix() -> None:
    options = celery_options(load({"REDIS_PREFIX": "mine"}))["broker_transport_options"]
    assert options["unacked_key"] == "mine.unacked"
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 5
    assert options["unacked_restore_limit"] == 1_000
    assert 0 < options["socket_timeout"] < celeryconfig.VISIBILITY_S


def test_each_process_consumes_its_own_queues() -> None:
    settings = load({"SOURCE": "demo,bluesky"})
    assert worker_options("reader", settings)["queues"] == ["murmur.stream.demo", "murmur.stream.bluesky"]
    assert worker_options("reader", settings)["concurrency"] == 3
    assert worker_options("worker", settings)["queues"] == ["murmur.posts"]
    assert worker_options("upkeep", settings)["queues"] == ["murmur.upkeep"]
    pools = [worker_options(role, settings)["pool_cls"] for role in get_args(Role)]
    assert pools == ["threads", "solo", "threads"], "prefork was seen not to end in the middle of a backlog"


def test_the_embedded_broker_is_found_at_its_written_address(tmp_path: Path) -> None:
    directory = tmp_path / "broker"
    settings = load({"DATA_DIR": str(tmp_path)})
    assert redis_url(settings) == f"unix://{directory}/valkey.sock"
    directory.mkdir()
    (directory / "url").write_text("unix:///elsewhere/valkey.sock\n")
    assert redis_url(settings) == "unix:///elsewhere/valkey.sock"
    assert celery_broker_url(settings) == "redis+socket:///elsewhere/valkey.sock"
    assert is_embedded(settings)
    assert is_embedded(load({"DATA_DIR": str(tmp_path), "REDIS_URL": "unix:///elsewhere/valkey.sock"})), "run wrote it"
    for own in ("redis://example.org", "unix:///run/redis/redis.sock"):
        assert not is_embedded(load({"DATA_DIR": str(tmp_path), "REDIS_URL": own}))
        assert not is_embedded(load({"DATA_DIR": str(tmp_path / "fresh"), "REDIS_URL": own}))
    assert celery_broker_url(load({"REDIS_URL": "redis://a", "BROKER_URL": "redis://b"})) == "redis://b"
