"""TRACK setting: reads and changes, in Redis and at run time, the search that limits which posts are stored."""

from __future__ import annotations

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.query.parser import parse

TRACK_EVERYTHING = "*"
TRACK_SEARCHES = "searches"
"""Value of TRACK that stands for all searches that somebody watches."""


def current_track(redis: Redis, names: Names, setting: str) -> str:
    """Return TRACK: its value at run time, else the setting's.

    Raises:
        BrokerUnavailable: Redis did not answer.
    """
    with translate_redis_errors():
        found = redis.get(names.track)
    return found.decode().strip() or setting if isinstance(found, bytes) else setting


def change_track(redis: Redis, names: Names, text: str) -> None:
    """Set TRACK for all running readers and workers; "" goes back to the setting's value.

    Raises:
        QueryError: `text` is no search.
        BrokerUnavailable: Redis did not answer.
    """
    if text not in ("", TRACK_EVERYTHING, TRACK_SEARCHES):
        parse(text)
    with translate_redis_errors():
        if text:
            redis.set(names.track, text)
        else:
            redis.delete(names.track)
