"""Store identity check: compares this web process's store with the one that workers write to, every five seconds.

Workers publish their store's identity in Redis. A difference is logged and kept as `problem`, which page and readiness
check report.
"""

from __future__ import annotations

import logging

import gevent
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import MurmurError
from web.store_pool import StorePool

log = logging.getLogger("web.store_identity_check")

CHECK_EVERY_S = 5.0
SPLIT = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"


class StoreIdentity:
    """The identity of our store, and the problem if workers write to another one."""

    def __init__(self, redis: Redis, names: Names, store_pool: StorePool) -> None:
        self._redis = redis
        self._names = names
        self._store_pool = store_pool
        self._stopped = False
        self.identity = ""
        self.problem: str | None = None
        """A sentence for the operator, None while no difference is known."""

    def check(self) -> None:
        """Compare the identity of our store with the one that workers published, and set `problem`."""
        try:
            self.identity = self._store_pool.run(lambda store: store.identity)
            with translate_redis_errors():
                written = self._redis.get(self._names.store)
        except MurmurError as error:
            log.info("the store could not be compared: %s", error)
            return
        problem = SPLIT if isinstance(written, bytes) and written.decode() != self.identity else None
        if problem and not self.problem:
            log.error("%s (ours is %s)", problem, self.identity)
        self.problem = problem

    def run(self) -> None:
        """Check again and again, until `stop`."""
        while not self._stopped:
            try:
                self.check()
            except Exception:
                log.exception("the store could not be compared")
            gevent.sleep(CHECK_EVERY_S)

    def stop(self) -> None:
        """Make no further check."""
        self._stopped = True
