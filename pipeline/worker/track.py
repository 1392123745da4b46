"""The value of TRACK, the search for what is taken in: read and changed in Redis while the processes run."""

from __future__ import annotations

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.query.parser import parse

EVERYTHING = "*"
SEARCHES = "searches"


def current_track(redis: Redis, names: Names, setting: str) -> str:
    """Return TRACK: as set at run time, else the setting's."""
    with translate_redis_errors():
        told = redis.get(names.track)
    return told.decode().strip() or setting if isinstance(told, bytes) else setting


def change_track(redis: Redis, names: Names, text: str) -> None:
    """Set TRACK for all readers and workers while they run; "" takes the setting again.

    Raises:
        QueryError: it is no search.
        BrokerUnavailable: Redis did not answer.
    """
    if text not in ("", EVERYTHING, SEARCHES):
        parse(text)
    with translate_redis_errors():
        if text:
            redis.set(names.track, text)
        else:
            redis.delete(names.track)
