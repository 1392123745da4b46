"""tweepy's `StreamingClient`, tamed: one connection a call, every failure told, none swallowed, no sleep of its own.

What tweepy does and this undoes: it retries in sleeps that nobody can interrupt (here each failure ends it), it ends
as if all were well when a handler fails (here the end has a reason), it reads lines without a bound, it forgets the
headers of a refusal, it asks for rules without a time limit, and it writes the token into its debug log. The thread is
the caller's. Nothing of requests or tweepy leaks through: all becomes `Trouble`.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import requests
import tweepy
import urllib3

from pipeline.clock import now_ms
from pipeline.errors import SourceUnavailable
from pipeline.sources.waits import LONGEST_S, asked_pause_s
from pipeline.sources.x.lines import LineCutter
from pipeline.sources.x.pauses import ANSWER, LIMIT, NETWORK

logging.getLogger("tweepy").setLevel(logging.CRITICAL)

TWEEPYS_HOST = "https://api.twitter.com"
PUBLIC = "https://api.x.com"
CONNECT_S = 10.0
BLOCK = 64 * 1024
LARGEST_ANSWER = 4 * 1024 * 1024
LINES_WAITING = 100
FIELDS = {
    "expansions": "attachments.media_keys,attachments.poll_ids,author_id,edit_history_tweet_ids,"
    "entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "media_fields": "alt_text,duration_ms,height,media_key,preview_image_url,public_metrics,type,url,variants,width",
    "place_fields": "contained_within,country,country_code,full_name,geo,id,name,place_type",
    "poll_fields": "duration_minutes,end_datetime,id,options,voting_status",
    "tweet_fields": "attachments,author_id,context_annotations,conversation_id,created_at,edit_controls,"
    "edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,"
    "referenced_tweets,reply_settings,source,text,withheld",
    "user_fields": "created_at,description,entities,id,location,name,pinned_tweet_id,profile_image_url,protected,"
    "public_metrics,url,username,verified,verified_type,withheld",
}
"""Everything that an app may see; what only an author may see (`non_public_metrics`) is not there to ask for."""


class Trouble(SourceUnavailable):
    """Raised when X cannot be read now; `kind` is one of `pauses`, `asked_s` how long X wants to be left alone, `body`
    what it answered with 400."""

    def __init__(self, kind: str, why: str, asked_s: float = 0.0, body: bytes = b"") -> None:
        super().__init__(why[:200])
        self.kind = kind
        self.asked_s = asked_s
        self.body = body


@dataclass(frozen=True)
class Letter:
    """What the stream tells: `kind` is open, line, beat, spent or end (with its reason)."""

    kind: str
    at_ms: int = 0
    data: bytes = b""
    trouble: Trouble | None = None


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    connection_issue: str = ""


_problem = msgspec.json.Decoder(_Problem).decode


class _Session(requests.Session):
    """Asks where we are told to instead of where tweepy asks, with time limits and bounds."""

    def __init__(self, base: str, silence_s: float) -> None:
        super().__init__()
        self.max_redirects = 3
        self._base = base.rstrip("/")
        self._silence_s = silence_s
        self.answer: requests.Response | None = None
        self.refused: Trouble | None = None

    def request(self, method: str, url: str, **more: Any) -> requests.Response:  # type: ignore[override] # as tweepy calls it
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
            raise Trouble(ANSWER, "X's answer is too large")
        answer._content = body  # noqa: SLF001 - requests has no bounded read that leaves it its `json()`
        if not answer.ok or streaming:
            self.refused = refusal(answer.status_code, answer.headers, body)
        return answer


def _lines(answer: requests.Response) -> Iterator[bytes]:
    cutter = LineCutter()
    while block := answer.raw.read1(BLOCK):
        yield from cutter.cut(block)
    # Were it to end like this, tweepy would ask for the stream again at once, and again.
    raise Trouble(NETWORK, "X ended the stream")


def refusal(status: int, headers: Any, body: bytes) -> Trouble:
    """Return what an answer other than 200 means."""
    problem = _Problem()
    with contextlib.suppress(msgspec.MsgspecError):
        problem = _problem(body)
    said = ": ".join(part for part in (problem.title, problem.detail) if part)
    why = f"HTTP {status}{' ' + said if said else ''}"
    if status in {420, 429} or problem.connection_issue == "TooManyConnections":
        reset = headers.get("x-rate-limit-reset", "")
        after = headers.get("Retry-After", "")
        spent = reset.isascii() and reset.isdigit() and headers.get("x-rate-limit-remaining", "0") == "0"
        asked_s = min(float(reset) - _their_time_s(headers) + 1, LONGEST_S) if spent else 0
        return Trouble(LIMIT, why, max(asked_s, asked_pause_s(after)))
    if status in (401, 403):
        return Trouble(ANSWER, f"X does not accept X_BEARER_TOKEN for this: {why}")
    return Trouble(ANSWER, why, body=body if status == 400 else b"")


def _their_time_s(headers: Any) -> float:
    """Return the time by X's clock, as the answer tells it; ours may be wrong by hours."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return time.time()


class XClient(tweepy.StreamingClient):  # type: ignore[misc] # tweepy has no types
    """Rules and one stream of an app. `stream` runs in a thread of the caller's and posts letters."""

    def __init__(self, token: str, base: str, silence_s: float) -> None:
        super().__init__(token, return_type=dict, max_retries=0)
        self.session: _Session = _Session(base, silence_s)
        self.mail: queue.Queue[Letter] = queue.Queue(LINES_WAITING)
        self.allowed: int | None = None
        self._stopping = threading.Event()
        self._trouble: Trouble | None = None

    def ask(self, method: str, route: str, **more: Any) -> dict[str, Any]:
        """Return what X answers to a call.

        Raises:
            Trouble: it does not answer, or no.
        """
        self.session.refused = None
        try:
            found = self.request(method, route, **more).json()
        except (tweepy.TweepyException, requests.RequestException, ValueError, OSError) as error:
            raise self.session.refused or Trouble(NETWORK, _named(error)) from error
        if not isinstance(found, dict):
            raise Trouble(ANSWER, "X's answer is no object")
        return found

    def stream(self) -> None:
        """Read one connection until it ends or `stop`; the last letter says why it ended."""
        try:
            self.filter(**FIELDS)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader must hear of it
            self._trouble = Trouble(NETWORK, _named(error))
        if self.allowed is not None and self.allowed <= 0:
            self._post(Letter("spent"))
        self._post(Letter("end", trouble=self._trouble or Trouble(NETWORK, "X ended the stream")))

    def stop(self) -> None:
        """End; what is waited for is broken off."""
        self._stopping.set()
        self.running = False
        answer = self.session.answer
        if answer is not None:
            with contextlib.suppress(Exception):
                answer.raw.shutdown()

    # -- what tweepy calls
    def on_connect(self) -> None:
        """Tell that the stream is open."""
        self.running = not self._stopping.is_set()
        self._post(Letter("open", now_ms()))

    def on_data(self, raw_data: bytes) -> None:
        """Hand a line over; end when no more may be read."""
        if self.allowed is not None:
            self.allowed -= 1
            if self.allowed <= 0:
                self.running = False
        self._post(Letter("line", now_ms(), raw_data))

    def on_keep_alive(self) -> None:
        """Tell that X is there."""
        self._post(Letter("beat", now_ms()))

    def on_request_error(self, status_code: int) -> None:
        """End at an answer other than 200, before tweepy sleeps."""
        self._trouble = self.session.refused or Trouble(ANSWER, f"HTTP {status_code}")
        self.running = False

    def on_connection_error(self) -> None:
        """End when the connection breaks, before tweepy sleeps; it calls this inside its `except`."""
        self._trouble = Trouble(NETWORK, _named(sys.exc_info()[1]))
        self.running = False

    def on_exception(self, exception: Exception) -> None:
        """Keep what tweepy would only log."""
        self._trouble = exception if isinstance(exception, Trouble) else Trouble(NETWORK, _named(exception))

    def on_closed(self, response: requests.Response) -> None:
        """Say nothing: the end of `stream` does."""

    def on_disconnect(self) -> None:
        """Say nothing: the end of `stream` does."""

    def _post(self, letter: Letter) -> None:
        """Put a letter into the mailbox; wait while it is full."""
        while not self._stopping.is_set():
            try:
                self.mail.put(letter, timeout=0.2)
            except queue.Full:
                continue
            return


def _named(error: BaseException | None) -> str:
    if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError):
        # Their texts name objects and tuples, nothing that helps a person.
        return f"the connection to X broke ({type(error).__name__})"
    return f"{type(error).__name__}: {error}"[:200]
