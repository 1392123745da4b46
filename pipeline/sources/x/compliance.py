"""Batch compliance jobs of X: report which of many posts are deleted, free of charge, some time after the request.

`begin` starts a job, `result` returns the deleted posts once it is complete. The ids are uploaded to an address that X
names, and the result is downloaded from another. Neither is X's own, so the token is not sent there. A job that failed
or that X refuses to the app raises an error of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import requests

from pipeline.sources.lookup_contract import RetryLater
from pipeline.sources.x.client import XClient
from pipeline.sources.x.errors import XError
from pipeline.sources.x.http_session import X_CONNECT_TIMEOUT_S

JOBS = "/2/compliance/jobs"
_READ_TIMEOUT_S = 30.0
MOST_IDS = 5_000
"""Ids a job; X accepts more, but a page of the store has this many."""
LARGEST_RESULT = 16 * 1024 * 1024


class ComplianceJob(msgspec.Struct):
    """A job at X: its id, where to upload the ids, and where the result will be."""

    id: str
    upload_url: str
    download_url: str


class ComplianceJobFailed(RetryLater):
    """Raised when a job failed and must be started anew."""


class ComplianceRefused(RetryLater):
    """Raised when the app may not use compliance jobs."""


class _Line(msgspec.Struct):
    id: str | int = ""
    action: str = ""
    reason: str = ""


_line = msgspec.json.Decoder(_Line).decode


class Compliance:
    """The compliance jobs of an app."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url

    def begin(self, ids: Sequence[str]) -> ComplianceJob:
        """Start a job with a file of ids.

        Raises:
            ComplianceRefused: the app may not use compliance jobs.
            RetryLater: there is no usable answer now.
        """
        numbers = [
            number
            for number in (post_id.removeprefix("x:") for post_id in ids)
            if number.isascii() and number.isdigit()
        ]
        job = self._read(self._ask("POST", JOBS, json={"type": "tweets", "name": "murmur"}), ComplianceJob)
        if not (job.id.isascii() and job.id.isalnum()):
            raise RetryLater("X names a compliance job by no usable id")  # the id becomes part of an address
        self._file("PUT", job.upload_url, "\n".join(numbers[:MOST_IDS]).encode())
        return job

    def result(self, job: ComplianceJob) -> list[str] | None:
        """Return the ids of deleted posts, None until the job is complete.

        Raises:
            ComplianceJobFailed: the job must be started anew.
            RetryLater: there is no answer now.
        """
        answer_data = self._ask("GET", f"{JOBS}/{job.id}").get("data")
        status = str(answer_data.get("status", "")) if isinstance(answer_data, dict) else ""
        if status in ("created", "in_progress"):
            return None
        if status != "complete":
            raise ComplianceJobFailed(f"X's compliance job ended as {status[:40] or 'nothing known'}")
        found = []
        for line in self._file("GET", job.download_url).splitlines():
            try:
                read = _line(line)
            except (msgspec.MsgspecError, ValueError):
                continue  # one unreadable line must not discard the others
            number = str(read.id)
            if read.action == "delete" and read.reason != "scrub_geo" and number.isascii() and number.isdigit():
                found.append(f"x:{number}")
        return found

    def _ask(self, method: str, route: str, **more: Any) -> dict[str, Any]:
        try:
            return XClient(self._token, self._url, _READ_TIMEOUT_S).ask(method, route, **more)
        except XError as error:
            kind = (
                ComplianceRefused if any(f"HTTP {status}" in str(error) for status in (401, 403, 404)) else RetryLater
            )
            raise kind(str(error), error.requested_s) from error

    @staticmethod
    def _read(answer_data: dict[str, Any], kind: type[ComplianceJob]) -> ComplianceJob:
        try:
            return msgspec.convert(answer_data.get("data"), kind)
        except msgspec.ValidationError as error:
            raise RetryLater(f"X's answer about a compliance job cannot be read: {error}") from error

    @staticmethod
    def _file(method: str, url: str, body: bytes | None = None) -> bytes:
        """Upload or download a file; its address carries the permission."""
        headers = {"Content-Type": "text/plain", "Accept-Encoding": "identity"} if body is not None else {}
        try:
            with requests.request(
                method, url, data=body, headers=headers, timeout=(X_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S), stream=True
            ) as answer:
                data = answer.raw.read(LARGEST_RESULT + 1)
        except (requests.RequestException, OSError) as error:
            raise RetryLater(f"X's file cannot be reached: {type(error).__name__}") from error
        if not answer.ok or len(data) > LARGEST_RESULT:
            raise RetryLater(f"X's file: HTTP {answer.status_code}" if not answer.ok else "X's file is too large")
        return bytes(data)
