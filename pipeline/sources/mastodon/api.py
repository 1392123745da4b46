"""Requests to one Mastodon server: opens its event stream where the server says it is, and reads pages of statuses.

The requests concern a feed (all public statuses, those of the server's own accounts or the others) or those of it with
one hashtag, and carry the token if there is one. Answers are bounded. The token goes to the server and to the address
that the server itself names for its streams; not to where either redirects. `ServerUnavailable` stands for a refusal
and says how long the server is to be left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

import msgspec
import urllib3

from pipeline.sources.mastodon.instance import InstanceFacts, facts_of
from pipeline.sources.mastodon.rate_limit import pause_s

_HTTP_TIMEOUT_S = 10.0
REFUSED_PAUSE_S = 300.0
"""Seconds that a server which refuses the token is left alone; no server is left alone for longer."""
_ANSWER_MAX_BYTES = 8 * 1024 * 1024
TIMELINE_PAGE_STATUSES, TIMELINE_PAGES_MAX = 40, 25
"""Statuses a page, and pages after an outage: at most a thousand statuses are requested."""
STATUSES_AT_ONCE = 20
"""Statuses that one request may name by their ids (Mastodon 4.3 and later)."""
MASTODON_USER_AGENT = "Murmuration (live search; honours indexable, discoverable and deletions)"

_STREAMS = {"public": "public", "public:local": "public/local", "public:remote": "public/remote"}
_TIMELINES = {"public": "", "public:local": "local=true&", "public:remote": "remote=true&"}


class ServerUnavailable(Exception):
    """Raised when a server cannot be read now; `pause_s` is the pause that it requests (0: not stated), `status` that
    of its answer (0: none)."""

    def __init__(self, why: str, pause_s: float = 0.0, status: int = 0) -> None:
        super().__init__(why[:200])
        self.pause_s = pause_s
        self.status = status


_decode_statuses = msgspec.json.Decoder(list[msgspec.Raw]).decode


def base_of(server: str) -> str:
    """Return the address of a server's API: `https://` before a bare name."""
    return (server if "://" in server else f"https://{server}").rstrip("/")


def statuses_path(numbers: Sequence[str]) -> str:
    """Return the path of a request for statuses by the server's ids, at most `STATUSES_AT_ONCE`."""
    return "/api/v1/statuses?" + "&".join(f"id[]={quote(number, safe='')}" for number in numbers)


class MastodonApi:
    """Requests about one feed of one server, or about the statuses of it with the hashtag `tag`.

    Every request raises `ServerUnavailable`, or an error of urllib3, or OSError, or ValueError.
    """

    def __init__(
        self, server: str, tag: str, token: str, *, feed: str = "public", timeout_s: float = _HTTP_TIMEOUT_S
    ) -> None:
        self._base = base_of(server)
        self._tag = tag
        self._feed = feed
        self._timeout_s = timeout_s
        self._facts: InstanceFacts | None = None
        self._headers = {"User-Agent": MASTODON_USER_AGENT, "Accept-Encoding": "identity"}
        self._token = {"Authorization": f"Bearer {token}"} if token else {}
        self._pool = urllib3.PoolManager(
            num_pools=4,
            maxsize=2,  # the stream, and one request beside it
            retries=urllib3.Retry(
                3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
            ),
        )
        self.last_headers: Mapping[str, str] = {}
        """Headers of the last answer, with what they say of rate limits."""

    def open_stream(self, silence_s: float) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for the event stream, of any status; a read of it waits `silence_s`
        seconds."""
        facts = self.facts()
        base = facts.streaming or self._base
        path = f"/api/v1/streaming/{_STREAMS[self._feed]}"
        if self._tag:
            local = "/local" if self._feed == "public:local" else ""
            path = f"/api/v1/streaming/hashtag{local}?tag={quote(self._tag)}"
        token = self._token if facts.named or _host(base) == _host(self._base) else {}
        timeout = urllib3.Timeout(connect=self._timeout_s, read=silence_s)
        return self._pool.request(
            "GET", base + path, headers=self._headers | token, preload_content=False, timeout=timeout
        )

    def check_stream(self, answer: urllib3.BaseHTTPResponse) -> None:
        """Check that the answer to a request for the stream is one.

        Raises:
            ServerUnavailable: the server refuses; or the stream is at another host, which wants the token, and the
                server does not name that host but redirects to it.
        """
        other = _host(answer.geturl() or "")
        if answer.status in (401, 403) and self._token and other not in ("", _host(self._base), self._streaming_host()):
            raise ServerUnavailable(f"it redirects to {other}, where the token is not sent: name that server instead")
        check(answer, "the stream")
        kind = answer.headers.get("Content-Type", "")
        if "text/event-stream" not in kind:
            raise ServerUnavailable(f"no event stream but {kind or 'something without a type'}")

    def forget_facts(self) -> None:
        """Request anew, at the next `facts` or `open_stream`, what the server says about itself."""
        self._facts = None

    def facts(self) -> InstanceFacts:
        """Return what the server says about itself; nothing where it has no such page.

        A server that is in trouble is not taken for one without the page: its streams would be looked for at the wrong
        host.
        """
        if self._facts is None:
            self._facts = InstanceFacts()
            for path in ("/api/v2/instance", "/api/v1/instance"):
                try:
                    data, named = self._get(path)
                except ServerUnavailable as error:
                    if 400 <= error.status < 500 and error.status != 429:
                        continue
                    self._facts = None
                    raise
                self._facts = facts_of(data, self._base, named=named)
                break
        return self._facts

    def statuses_after(self, newest: str) -> list[bytes]:
        """Return one page of the statuses after an id, oldest first."""
        return self._page(f"min_id={quote(newest)}")[::-1]

    def statuses_before(self, oldest: str) -> list[bytes]:
        """Return one page of the statuses before an id ("": the newest), newest first."""
        return self._page(f"max_id={quote(oldest)}" if oldest else "")

    def statuses(self, numbers: Sequence[str]) -> list[bytes]:
        """Return those of some statuses that the server shows, by the server's ids, at most `STATUSES_AT_ONCE`."""
        return [bytes(status) for status in _decode_statuses(self._get(statuses_path(numbers))[0])]

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _page(self, where: str) -> list[bytes]:
        path = f"/api/v1/timelines/tag/{quote(self._tag)}" if self._tag else "/api/v1/timelines/public"
        query = f"{_TIMELINES[self._feed]}limit={TIMELINE_PAGE_STATUSES}"
        found = _decode_statuses(self._get(f"{path}?{query}{'&' if where else ''}{where}")[0])
        return [bytes(status) for status in found]

    def _streaming_host(self) -> str:
        facts = self._facts or InstanceFacts()
        return _host(facts.streaming) if facts.named else ""

    def _get(self, path: str) -> tuple[bytes, bool]:
        """Return an answer, and whether it is the server's own and not another's that it redirects to."""
        answer = self._pool.request(
            "GET",
            self._base + path,
            headers=self._headers | self._token,
            preload_content=False,
            timeout=self._timeout_s,
        )
        self.last_headers = answer.headers
        try:
            check(answer, path.partition("?")[0])
            data = answer.read(_ANSWER_MAX_BYTES + 1)
        finally:
            answer.close()
        if len(data) > _ANSWER_MAX_BYTES:
            raise ValueError("the answer is too large")
        return data, _host(answer.geturl() or self._base) in ("", _host(self._base))


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def check(answer: urllib3.BaseHTTPResponse, what: str) -> None:
    """Check that an answer has status 200; `what` names the request in the error.

    Raises:
        ServerUnavailable: the server refuses.
    """
    status = answer.status
    if status == 200:
        return
    wait_s = pause_s(answer.headers) if status == 429 or "Retry-After" in answer.headers else 0.0
    if status in (401, 403):
        raise ServerUnavailable(
            f"{what} wants a token that it accepts: HTTP {status}", max(wait_s, REFUSED_PAUSE_S), status
        )
    raise ServerUnavailable(f"{what}: HTTP {status}", min(wait_s, REFUSED_PAUSE_S), status)
