"""Point in time: opens one consistent view of the posts, searches it under a deadline, and closes it in any case.

An open point in time costs the server resources. Their number is therefore limited to 64 a process, and each expires by
itself if its process dies. An incomplete answer (out of time, a failed shard) raises an error. Opening is retried for a
moment while a new index is not readable yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import msgspec

from pipeline.errors import StoreError, StoreUnavailable
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.request_errors import RequestRefused, RequestTimedOut
from pipeline.store.elastic.cluster.search_answers import Cause, SearchAnswer, Shards
from pipeline.store.elastic.read.reading_deadline import ReadingDeadline

OPEN_MAX = 64
"""Most points in time that a process has open."""
KEEP_ALIVE_S = 60
GRACE_S = 0.5
"""Seconds to wait beyond the server's own time limit: its answer may be that the limit has passed."""

OPENING_S = 5.0
YOUNG_INDEX_S = 1.0
"""Seconds for which a refusal is retried: an index that was just created, as when a month begins, cannot be read
yet."""

_RETRY_S = 0.05
_QUERYS_FAULT = frozenset({"too_many_buckets_exception", "too_many_clauses", "circuit_breaking_exception"})


class OpenedPointInTime(msgspec.Struct):
    """Answer to the opening of a point in time."""

    id: str


A = TypeVar("A", bound=SearchAnswer)


class PointInTime:
    """One open point in time over the posts."""

    def __init__(self, client: ElasticClient, pit: str, deadline: ReadingDeadline) -> None:
        self.client = client
        self.deadline = deadline
        self._pit = pit

    def search(self, body: dict[str, Any], into: type[A]) -> A:
        """Return the complete answer to a search over this point in time.

        Raises:
            QueryTimeout: the search took longer than the time that is left.
            StoreError: the server cannot answer such a search.
            StoreUnavailable: a shard did not answer.
        """
        body["pit"] = {"id": self._pit, "keep_alive": f"{KEEP_ALIVE_S}s"}
        return self.search_at("/_search", body, into)

    def search_at(self, path: str, body: dict[str, Any], into: type[A]) -> A:
        """Return the complete answer to a search of any index under the deadline. Raises as `search` does."""
        left_s = self.deadline.left_s()
        body["timeout"] = f"{max(1, int(left_s * 1000))}ms"
        try:
            answer = self.client.request("POST", path, body, into=into, timeout_s=left_s + GRACE_S)
        except RequestTimedOut as error:
            raise self.deadline.error() from error
        except RequestRefused as error:
            raise StoreError(f"Elasticsearch cannot answer this search: {error}") from error
        if answer.timed_out:
            raise self.deadline.error()
        if answer.shards.failed:
            raise _shard_error(answer.shards)
        return answer


def _shard_error(shards: Shards) -> StoreError:
    causes = [failure.get("reason", msgspec.Raw(b"{}")) for failure in shards.failures] or [msgspec.Raw(b"{}")]
    cause = decode(causes[0], Cause)
    if cause.type in _QUERYS_FAULT:
        return StoreError(f"Elasticsearch cannot answer this search: {cause.summary()}")
    return StoreUnavailable(f"{shards.failed} shards did not answer: {cause.type} {cause.summary()}")


_open_lock = threading.Lock()
_open = 0


@contextmanager
def point_in_time(client: ElasticClient, index: str, deadline: ReadingDeadline) -> Iterator[PointInTime]:
    """Open a point in time and close it.

    Raises:
        StoreUnavailable: it cannot be opened, or `OPEN_MAX` are open in this process.
    """
    with _counted():
        opened = _opened(client, index)
        try:
            yield PointInTime(client, opened.id, deadline)
        finally:
            with suppress(StoreError):  # it expires by itself then
                client.request("DELETE", "/_pit", {"id": opened.id}, into=msgspec.Raw, timeout_s=OPENING_S)


def _opened(client: ElasticClient, index: str) -> OpenedPointInTime:
    path, params = path_to(index, "_pit"), {"keep_alive": f"{KEEP_ALIVE_S}s"}
    end = time.monotonic() + YOUNG_INDEX_S
    while True:
        try:
            return client.request("POST", path, into=OpenedPointInTime, params=params, timeout_s=OPENING_S)
        except RequestRefused as error:
            raise StoreUnavailable(f"the posts cannot be read now: {error}") from error
        except RequestTimedOut:
            raise
        except StoreUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(_RETRY_S)


@contextmanager
def _counted() -> Iterator[None]:
    global _open  # noqa: PLW0603 - the limit is the process's, however many stores it opens
    with _open_lock:
        if _open >= OPEN_MAX:
            raise StoreUnavailable("too many searches are open")
        _open += 1
    try:
        yield
    finally:
        with _open_lock:
            _open -= 1
