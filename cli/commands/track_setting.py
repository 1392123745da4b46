"""Command `murmur track`: shows TRACK, the search for posts that are stored, or changes it while everything runs."""

from __future__ import annotations

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.settings import Settings
from pipeline.worker.track_setting import change_track, current_track


def current(settings: Settings) -> str:
    """Return TRACK as it is now."""
    with connect(settings, name="track") as redis:
        return current_track(redis, Names(settings.redis_prefix), settings.track)


def change(settings: Settings, query: str) -> str:
    """Set TRACK for all readers and workers ("": back to the setting); return one line about it.

    Raises:
        QueryError: the query is no search.
    """
    with connect(settings, name="track") as redis:
        names = Names(settings.redis_prefix)
        change_track(redis, names, query.strip())
        return f"From now on taken in: {current_track(redis, names, settings.track)}"
