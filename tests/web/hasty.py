"""The web's worker with little patience for who takes nothing; `GUNICORN_CMD_ARGS` names it."""

from __future__ import annotations

from web import worker

__all__ = ["Worker"]

vars(worker)["STALLED_S"] = 1.0
Worker = worker.Worker
