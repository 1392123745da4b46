"""Errors of requests to Elasticsearch: turns the status and body of a failed answer into the error to raise.

`RequestRefused` stands for requests refused for good, `StoreUnavailable` for denied access and an unavailable server,
`RequestTimedOut` for no answer in time.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import StoreError, StoreUnavailable
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.search_answers import Cause

_REQUESTS_FAULT = frozenset({400, 404, 405, 409, 413})
_REASON_CHARS = 300


class RequestRefused(StoreError):
    """Raised when the server understood the request and refuses it; `status` and `kind` are the server's."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"Elasticsearch refused ({status} {kind}): {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason


class RequestTimedOut(StoreUnavailable):
    """Raised when no answer came within the time that the request was given."""


class _Failure(msgspec.Struct):
    error: Cause | str = ""


def error_of(status: int, body: bytes) -> StoreError:
    """Return the error for an answer that is no success: refused for good, access denied, or unavailable for now."""
    try:
        error = decode(body, _Failure).error
    except msgspec.DecodeError:
        error = ""
    kind, reason = (error.type, error.summary()) if isinstance(error, Cause) else ("", error[:_REASON_CHARS])
    if status in _REQUESTS_FAULT:
        return RequestRefused(status, kind, reason)
    if status in (401, 403) and kind != "cluster_block_exception":
        return StoreUnavailable(f"Elasticsearch lets us not do this ({status} {kind}): check credentials and rights")
    return StoreUnavailable(f"Elasticsearch cannot now ({status} {kind}): {reason}")
