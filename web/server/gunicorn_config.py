"""gunicorn configuration: address, processes, limits and logging of the web server, by the settings.

Used as `gunicorn -c python:web.server.gunicorn_config 'web:create_app()'`. It raises the limit of open files,
keeps the garbage collector from imported modules, and drains a worker that ends without having drained.
"""

from __future__ import annotations

import contextlib
import gc
import resource
from typing import Any

from pipeline.settings import load

_settings = load()

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.web_concurrency
worker_class = "web.server.gunicorn_worker.DrainingWorker"
worker_connections = _settings.streams_max + 1_000
backlog = 4_096
keepalive = 75
timeout = 60
# Longer than draining takes, shorter than the supervisor waits (cli/process_supervisor.py): no process is killed.
graceful_timeout = 5
preload_app = False
control_socket_disable = True
proc_name = "murmur-web"
loglevel = "warning" if _settings.log_level in ("WARNING", "ERROR") else "info"
accesslog = None
# TRUSTED_PROXIES alone decides who the client is (web/site/trusted_proxies.py).
forwarded_allow_ips = ""
limit_request_line = 8_190

with contextlib.suppress(ValueError, OSError):
    _soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))


def post_fork(_server: Any, _worker: Any) -> None:
    """Let a new process import its application without searches for garbage among modules."""
    gc.disable()


def post_worker_init(_worker: Any) -> None:
    """Search for garbage from now on, never among what was imported."""
    gc.freeze()
    gc.enable()


def worker_exit(_server: Any, worker: Any) -> None:
    """Drain a worker that did not drain at its signal."""
    worker.drain()
