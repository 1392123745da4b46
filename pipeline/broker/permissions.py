"""Permission check: finds out whether the Redis user may publish and subscribe to the channels of our prefix.

A new ACL user of Redis 7 may use no channel, however many keys it may write.
"""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.exceptions import NoPermissionError, RedisError

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors

_ANSWER_S = 5.0


def channel_problem(redis: Redis, names: Names) -> str:
    """Return why this user of Redis cannot publish or subscribe, and the command that grants it; "" if it can.

    The check publishes to a channel that has no subscriber, and holds one connection for two round trips.

    Raises:
        BrokerUnavailable, BrokerRefused: Redis did not answer the question.
    """
    probe = names.live("probe")
    pubsub: Any = redis.pubsub()  # type: ignore[no-untyped-call]
    try:
        with translate_redis_errors():
            try:
                redis.publish(probe, b"")
                pubsub.subscribe(names.notices, probe)
                for _ in range(2):
                    pubsub.get_message(timeout=_ANSWER_S)
            except NoPermissionError as error:
                user = _user(redis)
                return (
                    f"this user of Redis may not publish and subscribe ({error}): "
                    f"ACL SETUSER {user} &{names.prefix}:* +publish +subscribe +unsubscribe"
                )
    finally:
        pubsub.close()
    return ""


def _user(redis: Any) -> str:
    try:
        return str(redis.acl_whoami())
    except RedisError:
        return "USER"
