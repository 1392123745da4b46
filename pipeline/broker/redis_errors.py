"""Translation of redis-py's errors into ours: every call to Redis stands inside `translate_redis_errors()`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions

from pipeline.errors import BrokerUnavailable, MurmurError

_PASSING = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.TryAgainError,
    exceptions.ClusterDownError,
    exceptions.MasterDownError,
)
"""Temporary errors that redis-py has a class for; it takes the code off their messages."""
_PASSING_CODES = ("MISCONF", "NOREPLICAS", "BUSY ")
"""Codes of temporary errors that it has none for: cannot write its file, has too few replicas, runs a script."""


class BrokerRefused(MurmurError):
    """Raised when Redis answered with an error: misused, or holding something else under one of our names."""

    code = "broker_refused"


@contextmanager
def translate_redis_errors(wrong_value: str = "\0") -> Iterator[None]:
    """Turn redis-py's errors into ours.

    Raises:
        BrokerUnavailable: Redis cannot be reached, is starting, is full, or is a replica now. Trying again is right.
        ValueError: it answered with an error that begins with `wrong_value`.
        BrokerRefused: it answered, and said no for another reason.
    """
    try:
        yield
    except _PASSING as error:
        raise BrokerUnavailable(str(error)) from error
    except exceptions.RedisError as error:
        message = str(error)
        if message.startswith(wrong_value):
            raise ValueError(message) from error
        if message.startswith(_PASSING_CODES):
            raise BrokerUnavailable(message) from error
        raise BrokerRefused(message) from error
