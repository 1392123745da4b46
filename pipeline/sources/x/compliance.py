"""Whether posts of X are still there, by a batch compliance job: many ids in one file, nothing is paid for, and the
answer comes when X has it.

Ids go to and answers come from addresses that X names, which are not X's own: the token is not sent there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import requests

from pipeline.sources.lookups import AskedToWait
from pipeline.sources.x.client import CONNECT_S, Trouble, XClient

JOBS = "/2/compliance/jobs"
ANSWER_S = 30.0
MOST_IDS = 5_000
"""X takes more; a store gives so many in one page."""
LARGEST_RESULT = 16 * 1024 * 1024


class Job(msgspec.Struct):
    """A job that X works at: its id, and where the answer will be."""

    id: str
    upload_url: str
    download_url: str


class JobFailed(AskedToWait):
    """Raised when a job came to nothing; it must be begun anew."""


class Refused(AskedToWait):
    """Raised when this app may not use compliance jobs."""


class _Line(msgspec.Struct):
    id: str = ""
    action: str = ""


_line = msgspec.json.Decoder(_Line).decode


class Compliance:
    """The compliance jobs of an app."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url

    def begin(self, ids: Sequence[str]) -> Job:
        """Give X a file of ids; return the job.

        Raises:
            Refused, AskedToWait.
        """
        numbers = [
            number
            for number in (post_id.removeprefix("x:") for post_id in ids)
            if number.isascii() and number.isdigit()
        ]
        job = self._read(self._ask("POST", JOBS, json={"type": "tweets", "name": "murmur"}), Job)
        if not (job.id.isascii() and job.id.isalnum()):
            raise AskedToWait("X names a compliance job by no usable id")  # it becomes part of an address
        self._file("PUT", job.upload_url, "\n".join(numbers[:MOST_IDS]).encode())
        return job

    def result(self, job: Job) -> list[str] | None:
        """Return the ids that are withdrawn; None while X is not done.

        Raises:
            JobFailed: it must be begun anew.
            AskedToWait: there is no answer now.
        """
        told = self._ask("GET", f"{JOBS}/{job.id}").get("data")
        status = str(told.get("status", "")) if isinstance(told, dict) else ""
        if status in ("created", "in_progress"):
            return None
        if status != "complete":
            raise JobFailed(f"X's compliance job ended as {status[:40] or 'nothing known'}")
        found = []
        for line in self._file("GET", job.download_url).splitlines():
            try:
                read = _line(line)
            except (msgspec.MsgspecError, ValueError):
                continue  # one odd line costs no other
            if read.action == "delete" and read.id.isascii() and read.id.isdigit():
                found.append(f"x:{read.id}")
        return found

    def _ask(self, method: str, route: str, **more: Any) -> dict[str, Any]:
        try:
            return XClient(self._token, self._url, ANSWER_S).ask(method, route, **more)
        except Trouble as trouble:
            kind = Refused if any(f"HTTP {status}" in str(trouble) for status in (401, 403, 404)) else AskedToWait
            raise kind(str(trouble), trouble.asked_s) from trouble

    @staticmethod
    def _read(told: dict[str, Any], kind: type[Job]) -> Job:
        try:
            return msgspec.convert(told.get("data"), kind)
        except msgspec.ValidationError as error:
            raise AskedToWait(f"X's answer about a compliance job cannot be read: {error}") from error

    @staticmethod
    def _file(method: str, url: str, body: bytes | None = None) -> bytes:
        """Send or fetch a file; the address carries its own permission."""
        headers = {"Content-Type": "text/plain", "Accept-Encoding": "identity"} if body is not None else {}
        try:
            with requests.request(
                method, url, data=body, headers=headers, timeout=(CONNECT_S, ANSWER_S), stream=True
            ) as answer:
                data = answer.raw.read(LARGEST_RESULT + 1)
        except (requests.RequestException, OSError) as error:
            raise AskedToWait(f"X's file cannot be reached: {type(error).__name__}") from error
        if not answer.ok or len(data) > LARGEST_RESULT:
            raise AskedToWait(f"X's file: HTTP {answer.status_code}" if not answer.ok else "X's file is too large")
        return bytes(data)
