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
"""Temporary errors that redis-py has a class for; it removes the code from their messages."""
_PASSING_CODES = ("MISCONF", "NOREPLICAS", "BUSY ")
"""Codes of temporary errors without a class: persistence fails, too few replicas, a script is running. Retry."""


class BrokerRefused(MurmurError):
    """Raised when Redis answered with a lasting error: not permitted, or one of our keys holds another type."""

    code = "broker_refused"


@contextmanager
def translate_redis_errors(wrong_value: str = "\0") -> Iterator[None]:
    """Translate redis-py's errors into ours; a context manager.

    Raises:
        BrokerUnavailable: Redis cannot be reached, is loading, is full, or is a replica now. Retry.
        ValueError: Redis answered with an error that begins with `wrong_value`.
        BrokerRefused: Redis answered with another error.
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
