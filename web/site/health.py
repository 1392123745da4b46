"""Health checks: `/healthz` (the process is alive) and `/readyz` (it can serve, or the reason why not).

Not ready means: Redis or the store is away, workers write another store or wait for theirs, or this process is ending.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from pipeline.errors import MurmurError
from web.api.json_response import json_response
from web.api_errors import ApiError
from web.process import Web


def blueprint(web: Web) -> Blueprint:
    """Return the routes of health checks."""
    routes = Blueprint("health", __name__)
    routes.add_url_rule("/healthz", "alive", alive)
    routes.add_url_rule("/readyz", "ready", partial(ready, web))
    return routes


def alive() -> Response:
    """Return that the process is alive."""
    return json_response({"alive": True})


def ready(web: Web) -> Response:
    """Return that the process can serve.

    Raises:
        ApiError: the process cannot serve.
    """
    problem = problem_of(web)
    if problem:
        raise ApiError("not_ready", problem)
    return json_response({"ready": True, "store": web.store_identity.identity, "indexed": web.status.indexed})


def problem_of(web: Web) -> str | None:
    """Return in one sentence why this process cannot serve, None if it can."""
    web.store_identity.check()
    if web.store_identity.problem:
        return web.store_identity.problem
    try:
        web.order.safe()
    except MurmurError:
        return "Redis cannot be reached"
    try:
        web.store_pool.run(lambda store: store.indexed())
    except MurmurError:
        return "the store cannot be reached"
    if web.status.outage is not None:
        return f"workers wait for the store: {web.status.outage.why}"
    return "this web process ends" if web.connections.draining else None
