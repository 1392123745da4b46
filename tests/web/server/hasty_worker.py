"""gunicorn worker class with a short time limit for stalled connections; `GUNICORN_CMD_ARGS` names it."""

from __future__ import annotations

from web.server import gunicorn_worker

__all__ = ["Worker"]

vars(gunicorn_worker)["STALLED_S"] = 1.0
Worker = gunicorn_worker.DrainingWorker
