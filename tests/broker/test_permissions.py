"""A Redis user without channels is detected at the start, and the message names the command that grants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from cli.commands.doctor import examine
from cli.startup_checks import redis_problem
from pipeline.assembly import Process, build_batch_runner
from pipeline.broker.keys import Names
from pipeline.broker.permissions import channel_problem
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import Settings, load

pytestmark = pytest.mark.redis


def test_the_suggested_command_is_enough(redis_client: Redis, mute: Redis, names: Names) -> None:
    problem = channel_problem(mute, names)
    command = problem.partition(": ACL ")[2].split()
    assert command[0] == "SETUSER"
    granting: Any = redis_client
    granting.execute_command("ACL", *command)
    assert channel_problem(mute, names) == ""


def test_the_check_sends_nothing_to_subscribers(redis_client: Redis, names: Names) -> None:
    listening: Any = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    assert listening.get_message(timeout=5)["type"] == "subscribe"
    assert channel_problem(redis_client, names) == ""
    assert listening.get_message(timeout=0.1) is None
    listening.close()


def settings_of(mute: Redis, names: Names, directory: Path) -> Settings:
    options = mute.connection_pool.connection_kwargs
    url = f"unix://{options['username']}:{options['password']}@{options['path']}"
    return load({"REDIS_URL": url, "REDIS_PREFIX": names.prefix, "DATA_DIR": str(directory)})


def test_doctor_start_and_worker_report_it(mute: Redis, names: Names, tmp_path: Path) -> None:
    settings = settings_of(mute, names, tmp_path)
    (finding,) = [one for one in examine(settings) if one.what == "channels"]
    assert not finding.well
    assert f"&{names.prefix}:*" in finding.text
    assert "ACL SETUSER" in redis_problem(settings)
    with pytest.raises(BrokerRefused, match="may not publish"):
        build_batch_runner(Process(settings, "worker"), TaskQueue())
