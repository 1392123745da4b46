"""Celery application: options for broker, queues and beat schedule by the settings, and the workers of its processes.

`app` is made from the environment's settings at import; `work` runs the worker of reader, worker or upkeep. Importing
the module also replaces control characters in logs and turns off the lines for each message.
"""

from __future__ import annotations

import gc
import logging
import warnings
from typing import Any, Literal

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import after_setup_logger
from celery.utils.nodenames import default_nodename, host_format

import celeryconfig
from pipeline.broker.connections import HEALTH_CHECK_S, SOCKET_TIMEOUT_S, celery_broker_url, celery_tls
from pipeline.broker.keys import Names
from pipeline.jobs.beat import BeatThread
from pipeline.printable_text import protect_logs
from pipeline.settings import Settings, load

Role = Literal["reader", "worker", "upkeep"]

TICK_S = 1.0
HOUSEKEEPING_S = 5.0
RECHECK_S = 15.0


def celery_options(settings: Settings) -> dict[str, Any]:
    """Return the options that depend on settings; they override `celeryconfig`."""
    names = Names(settings.redis_prefix)
    options: dict[str, Any] = {
        "broker_url": celery_broker_url(settings),
        "broker_transport_options": {
            "visibility_timeout": celeryconfig.VISIBILITY_S,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "unacked_restore_limit": 1_000,
            "unacked_key": f"{names.prefix}.unacked",
            "unacked_index_key": f"{names.prefix}.unacked_index",
            "unacked_mutex_key": f"{names.prefix}.unacked_mutex",
            "socket_timeout": SOCKET_TIMEOUT_S,
            "socket_connect_timeout": 5.0,
            "socket_keepalive": True,
            "health_check_interval": HEALTH_CHECK_S,
            "retry_on_timeout": True,
            "max_connections": 4,
        },
        "task_default_queue": names.posts_queue,
        "task_default_exchange": names.posts_queue,
        "task_default_routing_key": names.posts_queue,
        "beat_schedule": {
            "tick": {
                "task": "murmur.tick",
                "schedule": TICK_S,
                "options": {"queue": names.upkeep_queue, "expires": 2 * TICK_S},
            },
            "housekeep": {
                "task": "murmur.housekeep",
                "schedule": HOUSEKEEPING_S,
                "options": {"queue": names.upkeep_queue, "expires": 2 * HOUSEKEEPING_S},
            },
            "recheck": {
                "task": "murmur.recheck",
                "schedule": RECHECK_S,
                "options": {"queue": names.upkeep_queue, "expires": 2 * RECHECK_S},
            },
        },
    }
    tls = celery_tls(settings)
    if tls is not None:
        options["broker_use_ssl"] = tls
    return options


def make_app(settings: Settings) -> Celery:
    """Return a Celery application for these settings, with the tasks of `pipeline.jobs.tasks`."""
    made = Celery("murmur", include=["pipeline.jobs.tasks"])
    made.config_from_object(celeryconfig)
    made.conf.update(celery_options(settings))
    BeatThread.queue = Names(settings.redis_prefix).upkeep_queue
    made.steps["worker"].add(BeatThread)
    return made


def worker_options(role: Role, settings: Settings, number: int = 1) -> dict[str, Any]:
    """Return the options of Celery's worker for a process; `number` numbers processes of a role.

    Readers use threads: one for each source and one spare. Upkeep uses three: ticks, housekeeping, re-checks. Workers
    run in the main thread of each process. No role uses the prefork pool, which was seen not to end on SIGTERM in the
    middle of a backlog.
    """
    names = Names(settings.redis_prefix)
    pools: dict[Role, dict[str, Any]] = {
        "reader": {"pool_cls": "threads", "concurrency": len(settings.source) + 1},
        "worker": {"pool_cls": "solo"},
        "upkeep": {"pool_cls": "threads", "concurrency": 3},
    }
    queues = {
        "reader": [names.stream_queue(source) for source in settings.source],
        "worker": [names.posts_queue],
        "upkeep": [names.upkeep_queue],
    }[role]
    quiet: dict[str, Any] = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True, "quiet": True}
    hostname = host_format(default_nodename(f"{role}{number}@%h"))
    return pools[role] | {"queues": queues, "hostname": hostname, "loglevel": settings.log_level} | quiet


def work(application: Celery, role: Role, settings: Settings, number: int = 1) -> int:
    """Run the worker of a role until a signal ends it; return its exit status.

    The command `celery worker` does the same. It loads every command of Celery first, which takes longer than the rest
    of the start. What was imported stays for good, so that no search for garbage looks at it again.
    """
    worker = application.Worker(**worker_options(role, settings, number))
    gc.freeze()
    gc.enable()
    worker.start()
    return int(worker.exitcode or 0)


@after_setup_logger.connect  # type: ignore[untyped-decorator]
def _quiet_logs(**_: object) -> None:
    """Turn off the log lines for each message received and done: they cost more than the message itself."""
    for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
        logging.getLogger(name).setLevel(logging.WARNING)


protect_logs()
warnings.filterwarnings("ignore", category=SecurityWarning)  # the warning is about pickle; only JSON is accepted
app = make_app(load())
