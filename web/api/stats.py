"""`/api/stats`: number and rate of stored posts, and the state of every source."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response

from pipeline.broker.redis_errors import translate_redis_errors
from web.api.json_response import json_response
from web.process import Web

FRESH_TICK_S = 5
"""Seconds after upkeep's last tick until which its figures are taken; later they are read from store and Redis."""


def blueprint(web: Web) -> Blueprint:
    """Return the route of the figures."""
    routes = Blueprint("stats", __name__)
    routes.add_url_rule("/api/stats", "stats", partial(stats, web))
    return routes


def stats(web: Web) -> Response:
    """Return the figures of now."""
    sources = reported_sources(web)
    fresh = web.started and web.status.tick_age_s < FRESH_TICK_S
    indexed = web.status.indexed if fresh else web.store_pool.run(lambda store: store.indexed())
    lags = [source["lag_s"] for source in sources if source["lag_s"] is not None]
    return json_response(
        {
            "indexed": indexed,
            "rate": web.status.rate,
            "connected": web.status.connected,
            "lag_s": max(lags) if lags else None,
            "searches": web.registry.count(),
            "sources": sources,
        }
    )


def reported_sources(web: Web) -> list[dict[str, Any]]:
    """Return the last reported state of every source, from fresh ticks or from Redis.

    Raises:
        BrokerUnavailable: Redis did not answer.
    """
    if web.status.sources and web.status.tick_age_s < FRESH_TICK_S:
        return [msgspec.to_builtins(source) for source in web.status.sources.values()]
    with translate_redis_errors():
        texts = web.redis.mget([web.names.source_state(name) for name in web.settings.source])
    found = []
    for name, text in zip(web.settings.source, texts, strict=True):
        row = msgspec.json.decode(text) if text else {"name": name, "state": "starting"}
        blank = {"since": None, "lag_s": None, "detail": "", "generated": name == "demo"}
        found.append(blank | {key: row[key] for key in ("name", "state", *blank) if key in row})
    return found
