"""Processes of the Procfile: turns this process into a Celery worker or gunicorn, and creates or migrates the store."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.jobs.app import Role


def work(role: Role, settings: Settings) -> None:
    """Become the Celery worker of a role: reader, worker or upkeep. Exits when the worker has ended."""
    gc.disable()  # a fifth of the start looked for garbage among modules; `run_worker` enables it
    from pipeline.jobs.app import app
    from pipeline.jobs.app import work as run_worker

    # The process number distinguishes the workers of one machine in logs.
    sys.exit(run_worker(app, role, settings, os.getpid()))


def serve(_settings: Settings) -> None:
    """Become gunicorn's master, which starts the web processes.

    `web/server/gunicorn_config.py` reads the same settings.
    """
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = ["gunicorn", "-c", "python:web.server.gunicorn_config", "web:create_app()"]
    WSGIApplication().run()


def prepare_store(settings: Settings) -> str:
    """Create the store or migrate it to this version; return one line about it."""
    from pipeline.store import migrate, open_store

    migrate(settings)
    store = open_store(settings)
    try:
        return f"The store is ready: {store.indexed():,} posts, identity {store.identity}"
    finally:
        store.close()
