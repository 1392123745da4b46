"""Requests to one Mastodon server: opens its event stream, at the address it states, and reads pages of its timeline.

The requests concern all public statuses or those with one hashtag, and carry the token if there is one. Answers are
bounded. `ServerUnavailable` stands for a refusal and says how long the server is to be left alone.
"""

from __future__ import annotations

import contextlib
from urllib.parse import quote

import msgspec
import urllib3

from pipeline.sources.retry_after import retry_after_s

CONNECT_S = 10.0
REFUSED_PAUSE_S = 300.0
"""Seconds that a server which refuses the token is left alone; no server is left alone for longer."""
LARGEST_ANSWER = 8 * 1024 * 1024
PAGE, PAGES = 40, 25
"""Statuses a page, and pages after an outage: at most a thousand statuses are requested."""
AGENT = "Murmuration (live search; honours indexable, discoverable and deletions)"


class ServerUnavailable(Exception):
    """Raised when a server cannot be read now; `pause_s` is how long it asks to be left alone (0: not stated)."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        super().__init__(why[:200])
        self.pause_s = pause_s


class _Instance(msgspec.Struct):
    class _Configuration(msgspec.Struct):
        class _Urls(msgspec.Struct):
            streaming: str = ""

        urls: _Urls = msgspec.field(default_factory=_Urls)

    configuration: _Configuration = msgspec.field(default_factory=_Configuration)


_decode_statuses = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_instance = msgspec.json.Decoder(_Instance).decode


def base_of(server: str) -> str:
    """Return the address of a server's API: `https://` before a bare name."""
    return (server if "://" in server else f"https://{server}").rstrip("/")


class MastodonApi:
    """Requests about the public statuses of one server, or about those with the hashtag `tag`.

    Every request raises `ServerUnavailable`, or an error of urllib3, or OSError, or ValueError.
    """

    def __init__(self, server: str, tag: str, token: str) -> None:
        self._base = base_of(server)
        self._tag = tag
        self._streaming_base = ""
        self._headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._pool = urllib3.PoolManager(
            num_pools=4,
            retries=urllib3.Retry(
                3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
            ),
        )

    def open_stream(self, silence_s: float) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for the event stream, of any status; a read of it waits `silence_s`
        seconds."""
        path = f"/api/v1/streaming/hashtag?tag={quote(self._tag)}" if self._tag else "/api/v1/streaming/public"
        timeout = urllib3.Timeout(connect=CONNECT_S, read=silence_s)
        url = self._streaming_address() + path
        return self._pool.request("GET", url, headers=self._headers, preload_content=False, timeout=timeout)

    def forget_streaming_address(self) -> None:
        """Request anew, at the next `open_stream`, where the server's streams are."""
        self._streaming_base = ""

    def statuses_after(self, newest: str) -> list[bytes]:
        """Return one page of the statuses after an id, oldest first."""
        path = f"/api/v1/timelines/tag/{quote(self._tag)}" if self._tag else "/api/v1/timelines/public"
        found = _decode_statuses(self._get(f"{path}?limit={PAGE}&min_id={quote(newest)}"))
        return [bytes(status) for status in reversed(found)]

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _streaming_address(self) -> str:
        """Return where the server states that its streams are, else the server's own address."""
        if not self._streaming_base:
            self._streaming_base = self._base
            with contextlib.suppress(
                ServerUnavailable, urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError
            ):
                answer = self._get("/api/v2/instance")
                stated = _decode_instance(answer).configuration.urls.streaming if answer else ""
                if stated.startswith(("wss://", "ws://")):
                    self._streaming_base = "http" + stated.rstrip("/")[2:]
        return self._streaming_base

    def _get(self, path: str) -> bytes:
        answer = self._pool.request(
            "GET", self._base + path, headers=self._headers, preload_content=False, timeout=CONNECT_S
        )
        try:
            check(answer, path.partition("?")[0])
            data = answer.read(LARGEST_ANSWER + 1)
        finally:
            answer.close()
        if len(data) > LARGEST_ANSWER:
            raise ValueError("the answer is too large")
        return data


def check(answer: urllib3.BaseHTTPResponse, what: str) -> None:
    """Check that an answer has status 200; `what` names the request in the error.

    Raises:
        ServerUnavailable: the server refuses.
    """
    if answer.status == 200:
        return
    pause_s = retry_after_s(answer.headers.get("Retry-After", ""))
    if answer.status in (401, 403):
        raise ServerUnavailable(
            f"{what} wants a token that it accepts: HTTP {answer.status}", max(pause_s, REFUSED_PAUSE_S)
        )
    raise ServerUnavailable(f"{what}: HTTP {answer.status}", min(pause_s, REFUSED_PAUSE_S))
