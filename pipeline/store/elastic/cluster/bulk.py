"""Bulk writes: sends many writes in one request, notes the result of each, and repeats those of an overloaded server.

A write may be conditional (not written since, not there yet, or a greater version). Its result is done, conflict,
absent, or refused for good. The size of a request is reduced while the server is overloaded and raised again
afterwards. After ten seconds, or at once where a block forbids writes, `StoreUnavailable` is raised.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.cluster.search_answers import Cause

OVERLOAD_PATIENCE_S = 10.0
"""Seconds that writes are repeated before the store counts as unavailable: a batch has 45 s in all."""

BULK_TIMEOUT_S = 15.0
BULK_MAX_BYTES, BULK_MIN_BYTES = 8 * 1024 * 1024, 256 * 1024
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 2.0
_FILTER = "errors,items.*.status,items.*.error,items.*._seq_no,items.*._primary_term"

_BLOCK = "cluster_block_exception"
_NOT_THERE = {"", "index_not_found_exception", "document_missing_exception"}
_CLUSTERS_FAULT = {"validation_exception", "invalid_alias_name_exception"}
"""Kinds of 400 that no document causes, such as too many shards in the cluster: they are temporary."""

Result = Literal["done", "conflict", "absent", "refused"]


@dataclass(slots=True)
class Write:
    """One write of a document, and its result.

    Conditions: with `seq_no` and `term`, only if the document was not written since; with `version`, a number of the
    caller's, only if it is greater than the document's. "create" writes only if there is no document; "update" changes
    some fields, and its source is {"doc": …}.
    """

    action: Literal["create", "index", "update", "delete"]
    index: str
    key: str
    source: bytes = b""
    seq_no: int = -1
    term: int = -1
    version: int = -1
    result: Result = "done"
    reason: str = ""
    blocked: bool = False
    """True if a block on the index refused the write, as a full disk sets it: waiting does not lift it."""

    def lines(self) -> bytes:
        """Return the lines of the bulk request."""
        head: dict[str, object] = {"_index": self.index, "_id": self.key}
        if self.action == "update":
            head["retry_on_conflict"] = 3
        if self.seq_no >= 0:
            head["if_seq_no"] = self.seq_no
            head["if_primary_term"] = self.term
        if self.version >= 0:
            head["version"] = self.version
            head["version_type"] = "external"
        line = encode({self.action: head})
        return b"%b\n" % line if self.action == "delete" else b"%b\n%b\n" % (line, self.source)


class _Item(msgspec.Struct):
    status: int = 0
    error: Cause | str = ""
    seq_no: int = msgspec.field(name="_seq_no", default=-1)
    term: int = msgspec.field(name="_primary_term", default=-1)


class _Answer(msgspec.Struct):
    errors: bool = False
    items: list[dict[str, _Item]] = []


class Bulk:
    """Sends writes to one cluster. Belongs to one thread at a time."""

    def __init__(self, client: ElasticClient, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self._max_bytes = BULK_MAX_BYTES

    def send(self, writes: Sequence[Write]) -> list[Write]:
        """Send the writes, note in each its result and its new number, and return those that were not done.

        Raises:
            StoreUnavailable: some writes could not be done within `OVERLOAD_PATIENCE_S`, or writes are blocked. Any
                number of the others were done.
        """
        waiting = list(writes)
        end = time.monotonic() + OVERLOAD_PATIENCE_S
        wait_s = _FIRST_WAIT_S
        while waiting:
            later, error = self._round(waiting)
            if not later:
                break
            if time.monotonic() + wait_s > end:
                raise error or StoreUnavailable("Elasticsearch has too much to do")
            self._sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
            waiting = later
        return [write for write in writes if write.result != "done"]

    def _round(self, writes: Sequence[Write]) -> tuple[list[Write], StoreUnavailable | None]:
        """Send all writes once, in requests of at most `_max_bytes`; return those to repeat, and why."""
        later: list[Write] = []
        error: StoreUnavailable | None = None
        start = 0
        lines = [write.lines() for write in writes]
        while start < len(writes):
            end, size = start, 0
            while end < len(writes) and (end == start or size + len(lines[end]) <= self._max_bytes):
                size += len(lines[end])
                end += 1
            part = writes[start:end]
            try:
                answer = self._client.request(
                    "POST",
                    "/_bulk",
                    b"".join(lines[start:end]),
                    into=_Answer,
                    params={"filter_path": _FILTER},
                    timeout_s=BULK_TIMEOUT_S,
                )
            except RequestRefused as refused:
                if refused.status != 413:
                    raise StoreUnavailable(f"Elasticsearch takes no writes: {refused}") from refused
                if len(part) == 1:
                    part[0].result, part[0].reason = "refused", refused.reason or "too large for the server"
                    start = end
                else:
                    self._max_bytes = max(1, size // 2)
                continue
            except StoreUnavailable as caught:
                self._smaller(size)
                later += part
                error = caught
            else:
                busy = _note(part, answer)
                later += busy
                blocked = next((write for write in busy if write.blocked), None)
                if blocked is not None:
                    raise StoreUnavailable(f"Elasticsearch takes no writes: {blocked.reason}")
                if busy:
                    self._smaller(size)
                    error = StoreUnavailable(f"Elasticsearch cannot take writes now: {busy[0].reason}")
                else:
                    self._max_bytes = min(BULK_MAX_BYTES, self._max_bytes * 5 // 4)
            start = end
        return later, error

    def _smaller(self, size: int) -> None:
        self._max_bytes = max(BULK_MIN_BYTES, min(self._max_bytes, size) // 2)


def _note(writes: Sequence[Write], answer: _Answer) -> list[Write]:
    """Note the result of each write; return those that the server may still do later."""
    if len(answer.items) != len(writes):
        raise StoreUnavailable(f"Elasticsearch answered {len(answer.items)} of {len(writes)} writes")
    busy = []
    for write, named in zip(writes, answer.items, strict=True):
        (item,) = named.values()
        kind, reason = (item.error.type, item.error.summary()) if isinstance(item.error, Cause) else ("", item.error)
        write.reason, write.blocked = reason, kind == _BLOCK
        if 200 <= item.status < 300:
            write.result, write.seq_no, write.term = "done", item.seq_no, item.term
        elif item.status == 409:
            write.result = "conflict"
        elif item.status == 404 and write.action in ("delete", "update") and kind in _NOT_THERE:
            write.result = "absent"
        elif item.status == 400 and kind not in _CLUSTERS_FAULT:
            write.result = "refused"
        else:
            busy.append(write)
    return busy
