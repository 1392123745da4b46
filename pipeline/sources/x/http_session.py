"""HTTP session for tweepy: sends its requests to the configured address of X, with time limits and bounds on answers.

Answers and lines of a stream are bounded in bytes. An answer that is no success is kept as an `XError` in `refused`.
The end of a stream raises `XError`, because tweepy would request the stream again at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from pipeline.sources.line_splitter import LineSplitter
from pipeline.sources.x.backoff import ANSWER, NETWORK
from pipeline.sources.x.errors import XError, error_of

TWEEPYS_HOST = "https://api.twitter.com"
CONNECT_S = 10.0
BLOCK = 64 * 1024
LARGEST_ANSWER = 4 * 1024 * 1024
LONGEST_LINE = 256 * 1024
"""Bytes of the longest line of the stream: a post with all it refers to has some ten thousand. A longer line is cut to
`KEPT` bytes and becomes a dead letter."""
KEPT = 64 * 1024


class BoundedSession(requests.Session):
    """Session for one connection or one call. `refused` is the error of the last answer that was no success."""

    def __init__(self, base: str, silence_s: float) -> None:
        super().__init__()
        self.max_redirects = 3
        self._base = base.rstrip("/")
        self._silence_s = silence_s
        self.answer: requests.Response | None = None
        self.refused: XError | None = None

    def request(self, method: str, url: str, **more: Any) -> requests.Response:  # type: ignore[override] # as tweepy calls it
        """Send a request of tweepy's to our address; the lines of a stream are then read by `_lines`."""
        streaming = bool(more.pop("stream", False))
        more["timeout"] = (CONNECT_S, self._silence_s)
        # A redirected POST would become a GET that seems to succeed.
        more["allow_redirects"] = method == "GET"
        more["headers"] = {**(more.get("headers") or {}), "Accept-Encoding": "identity"}
        answer = super().request(method, self._base + url.removeprefix(TWEEPYS_HOST), stream=True, **more)
        self.answer = answer
        if streaming and answer.status_code == 200:
            answer.iter_lines = lambda **_: _lines(answer)  # type: ignore[method-assign, assignment] # requests' own has no bound
            return answer
        body = answer.raw.read(LARGEST_ANSWER + 1)
        if len(body) > LARGEST_ANSWER:
            answer.close()
            raise XError(ANSWER, "X's answer is too large")
        answer._content = body  # noqa: SLF001 - requests has no bounded read that leaves it its `json()`
        if not answer.ok or streaming:
            self.refused = error_of(answer.status_code, answer.headers, body)
        return answer


def _lines(answer: requests.Response) -> Iterator[bytes]:
    """Yield the lines of a stream; an empty line is a keep-alive."""
    splitter = LineSplitter(LONGEST_LINE, KEPT)
    while block := answer.raw.read1(BLOCK):
        for line, _ in splitter.split(block):
            yield line.rstrip(b"\r")
    # If the lines just ended, tweepy would request the stream again at once, for ever.
    raise XError(NETWORK, "X ended the stream")
