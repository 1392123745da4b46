"""A view that stands still: a point in time, asked under a deadline, and always closed again.

Points in time cost the server something while they are open, so their number is bounded and each ends by itself should
its process die. An answer that is not whole (out of time, a shard that failed) is an error, never an answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import msgspec

from pipeline.errors import QueryTimeout, StoreError, StoreUnavailable
from pipeline.store.elastic.cluster.client import Cause, ElasticClient, RequestRefused, RequestTimedOut, decode, path_to

OPEN_AT_ONCE = 64
KEEP_ALIVE_S = 60
GRACE_S = 0.5
"""So much longer than the server itself we wait for its answer: it may be about to say that time is over."""

OPENING_S = 5.0
YOUNG_INDEX_S = 1.0
"""For so long a refusal is asked again: an index made this moment, as at a month's beginning, cannot be read yet."""

_AGAIN_S = 0.05
_TOO_MUCH = frozenset({"too_many_buckets_exception", "too_many_clauses", "circuit_breaking_exception"})


class Shards(msgspec.Struct):
    """How many shards answered, and why some did not."""

    failed: int = 0
    failures: list[dict[str, msgspec.Raw]] = []


class Answer(msgspec.Struct):
    """What every answer to a search has; shapes of hits and aggregations come with subclasses."""

    timed_out: bool = False
    shards: Shards = msgspec.field(name="_shards", default_factory=Shards)


class _Opened(msgspec.Struct):
    id: str


A = TypeVar("A", bound=Answer)


class ReadingDeadline:
    """A moment after which everything of a reading stops."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return the time that is left; raises when none is."""
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise self.error()
        return left_s

    def error(self) -> QueryTimeout:
        """Return what to raise when time is over."""
        return QueryTimeout(f"the search was stopped after {self._timeout_s:g} s: make it narrower")


class PointInTime:
    """One point in time over the posts."""

    def __init__(self, client: ElasticClient, pit: str, deadline: ReadingDeadline) -> None:
        self.client = client
        self.deadline = deadline
        self._pit = pit

    def search(self, body: dict[str, Any], into: type[A]) -> A:
        """Return the answer to a search over this view, whole.

        Raises:
            QueryTimeout: it took longer than is left.
            StoreUnavailable: a shard did not answer.
        """
        body["pit"] = {"id": self._pit, "keep_alive": f"{KEEP_ALIVE_S}s"}
        return self.request("/_search", body, into)

    def request(self, path: str, body: dict[str, Any], into: type[A]) -> A:
        """Return the answer to any search under the deadline, whole."""
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
            raise _failed(answer.shards)
        return answer


def _failed(shards: Shards) -> StoreError:
    causes = [failure.get("reason", msgspec.Raw(b"{}")) for failure in shards.failures] or [msgspec.Raw(b"{}")]
    cause = decode(causes[0], Cause)
    if cause.type in _TOO_MUCH:
        return StoreError(f"Elasticsearch cannot answer this search: {cause.told()}")
    return StoreUnavailable(f"{shards.failed} shards did not answer: {cause.type} {cause.told()}")


_lock = threading.Lock()
_open = 0


@contextmanager
def view(client: ElasticClient, index: str, deadline: ReadingDeadline) -> Iterator[PointInTime]:
    """Open a point in time and close it.

    Raises:
        StoreUnavailable: it cannot be opened, or `OPEN_AT_ONCE` are open in this process.
    """
    with _counted():
        opened = _open_view(client, index)
        try:
            yield PointInTime(client, opened.id, deadline)
        finally:
            with suppress(StoreError):  # it ends by itself then
                client.request("DELETE", "/_pit", {"id": opened.id}, into=msgspec.Raw, timeout_s=OPENING_S)


def _open_view(client: ElasticClient, index: str) -> _Opened:
    params = {"keep_alive": f"{KEEP_ALIVE_S}s"}
    end = time.monotonic() + YOUNG_INDEX_S
    while True:
        try:
            return client.request("POST", path_to(index, "_pit"), into=_Opened, params=params, timeout_s=OPENING_S)
        except RequestRefused as error:
            raise StoreUnavailable(f"the posts cannot be read now: {error}") from error
        except RequestTimedOut:
            raise
        except StoreUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(_AGAIN_S)


@contextmanager
def _counted() -> Iterator[None]:
    global _open  # noqa: PLW0603 - the server's cost is the process's, however many stores it opens
    with _lock:
        if _open >= OPEN_AT_ONCE:
            raise StoreUnavailable("too many searches are open")
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
