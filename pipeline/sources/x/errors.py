"""Errors of X: what an answer other than 200 means (`XError`), and how long X wants to be left alone.

The kind of an error (network, answer, rate limit) decides the pause after it (`backoff.py`).
"""

from __future__ import annotations

import contextlib
import time
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from pipeline.errors import SourceUnavailable
from pipeline.sources.retry_after import LONGEST_S, retry_after_s
from pipeline.sources.x.backoff import ANSWER, LIMIT


class XError(SourceUnavailable):
    """Raised when X cannot be read now.

    `kind` is one of `backoff.NETWORK`, `ANSWER` and `LIMIT`; `requested_s` is how long X asks to be left alone (0: not
    stated); `body` is the answer of a request that X refused as invalid (HTTP 400).
    """

    def __init__(self, kind: str, why: str, requested_s: float = 0.0, body: bytes = b"") -> None:
        super().__init__(why[:200])
        self.kind = kind
        self.requested_s = requested_s
        self.body = body


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    connection_issue: str = ""


_decode = msgspec.json.Decoder(_Problem).decode


def error_of(status: int, headers: Any, body: bytes) -> XError:
    """Return the error that an answer with a status other than 200 means."""
    problem = _Problem()
    with contextlib.suppress(msgspec.MsgspecError):
        problem = _decode(body)
    stated = ": ".join(part for part in (problem.title, problem.detail) if part)
    why = f"HTTP {status}{' ' + stated if stated else ''}"
    if status in {420, 429} or problem.connection_issue == "TooManyConnections":
        reset = headers.get("x-rate-limit-reset", "")
        spent = reset.isascii() and reset.isdigit() and headers.get("x-rate-limit-remaining", "0") == "0"
        until_reset_s = min(float(reset) - _server_time_s(headers) + 1, LONGEST_S) if spent else 0
        return XError(LIMIT, why, max(until_reset_s, retry_after_s(headers.get("Retry-After", ""))))
    if status in (401, 403):
        return XError(ANSWER, f"X does not accept X_BEARER_TOKEN for this: {why}")
    return XError(ANSWER, why, body=body if status == 400 else b"")


def _server_time_s(headers: Any) -> float:
    """Return the time by X's clock, from the answer's `Date`; our clock may be wrong by hours."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return time.time()
