"""`murmur track`: what is taken in, seen or changed while everything runs."""

from __future__ import annotations

from pipeline.connections import connect
from pipeline.names import Names
from pipeline.query.parser import parse
from pipeline.settings import Settings
from pipeline.tracking import EVERYTHING, SEARCHES, current_track


def current(settings: Settings) -> str:
    """Return TRACK as it stands."""
    with connect(settings, name="track") as redis:
        return current_track(redis, Names(settings.redis_prefix), settings.track)


def change(settings: Settings, query: str) -> str:
    """Set TRACK for all workers; return one line on it.

    Raises:
        QueryError: it is no search.
    """
    if query not in (EVERYTHING, SEARCHES):
        parse(query)
    with connect(settings, name="track") as redis:
        redis.set(Names(settings.redis_prefix).track, query)
    return f"From now on taken in: {query}"
