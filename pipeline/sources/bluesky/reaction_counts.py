"""Reaction counts of recent Bluesky posts: a thread requests them from the public API after a like or repost.

`remember` and `forget` choose the posts that are followed; a reaction to one (`note_reaction`) makes it due, some
seconds later and at most once in `APART_S` seconds; `arrived` returns each answered post with record, author and
counts. The counts are always the API's; reactions are never added up here. There is one request a second, with growing
pauses after failures. A slow, absent or refusing API delays no post; only the counts grow old.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from urllib.parse import urlencode

import msgspec
import urllib3

from pipeline.sources.bluesky.profiles import AGENT, Profile

log = logging.getLogger(__name__)

POSTS_PATH = "/xrpc/app.bsky.feed.getPosts"
POSTS_A_REQUEST = 25
"""Posts a request: the lexicon's limit."""
REMEMBERED = 50_000
"""Recent posts whose reactions are followed."""
MOST_DUE = 5_000
"""Posts that wait for a request at most; further ones are ignored until there is room."""
GATHER_S = 10.0
"""Seconds between the first reaction to a post and its request."""
APART_S = 60.0
"""Seconds between two requests of one post."""
LEAST_APART_S = 1.0
"""Seconds between two requests to the API."""
LONGEST_PAUSE_S = 300.0
"""Seconds to which the pause after failed requests doubles."""
LARGEST_ANSWER = 8 * 1024 * 1024
MOST_ARRIVED = 1_000
"""Answers kept until the reading thread takes them; the oldest are dropped."""


class _Author(msgspec.Struct):
    did: str
    handle: str = ""
    name: str | None = msgspec.field(default=None, name="displayName")
    avatar: str | None = None


class _PostView(msgspec.Struct, rename="camel"):
    uri: str
    author: _Author
    record: msgspec.Raw
    indexed_at: str = ""
    reply_count: int | None = None
    repost_count: int | None = None
    quote_count: int | None = None
    like_count: int | None = None


class _PostsAnswer(msgspec.Struct):
    posts: list[msgspec.Raw] = []


class CountedPost(msgspec.Struct):
    """A post as the API returns it: its author's DID, record key and record, and its counts as of `seen_us` (µs
    UTC)."""

    did: str
    rkey: str
    record: msgspec.Raw
    author: Profile
    counts: dict[str, int | None]
    seen_us: int


_decode = msgspec.json.Decoder(_PostsAnswer).decode
_decode_view = msgspec.json.Decoder(_PostView).decode


class ReactionCounts:
    """Posts whose counts are due, and the thread that requests them. With `api` "" nothing is requested."""

    def __init__(self, api: str) -> None:
        self._api = api.rstrip("/")
        self._requested_s: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._arrived: deque[CountedPost] = deque(maxlen=MOST_ARRIVED)
        self._lock = threading.Lock()
        self._ended = threading.Event()

    @property
    def asks(self) -> bool:
        """Whether there is an API to ask."""
        return bool(self._api)

    def remember(self, uri: str) -> None:
        """Remember a post that was passed on; reactions to other posts are ignored."""
        if not self._api:
            return
        with self._lock:
            self._requested_s[uri] = 0.0
            if len(self._requested_s) > REMEMBERED:
                del self._requested_s[next(iter(self._requested_s))]

    def forget(self, uri: str) -> None:
        """Forget a post."""
        with self._lock:
            self._requested_s.pop(uri, None)
            self._due.pop(uri, None)

    def note_reaction(self, uri: str) -> None:
        """Make a remembered post due for a request."""
        with self._lock:
            requested_s = self._requested_s.get(uri)
            if requested_s is None or uri in self._due or len(self._due) >= MOST_DUE:
                return
            self._due[uri] = max(time.monotonic() + GATHER_S, requested_s + APART_S if requested_s else 0.0)

    def arrived(self) -> list[CountedPost]:
        """Return the posts whose counts arrived since the last call."""
        found = []
        while self._arrived:
            found.append(self._arrived.popleft())
        return found

    def start(self) -> None:
        """Start the thread if there is an API."""
        if self._api:
            self._ended.set()
            self._ended = threading.Event()
            threading.Thread(target=self._run, args=(self._ended,), name="reactions", daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._ended.set()

    def _run(self, ended: threading.Event) -> None:
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=10), retries=False, headers={"User-Agent": AGENT}
        )
        pause_s = LEAST_APART_S
        while not ended.wait(pause_s):
            uris = self._take()
            answered = not uris or self._ask(pool, uris)
            pause_s = LEAST_APART_S if answered else min(LONGEST_PAUSE_S, pause_s * 2)
        pool.clear()

    def _take(self) -> list[str]:
        now = time.monotonic()
        with self._lock:
            uris = [uri for uri, due_s in self._due.items() if due_s <= now][:POSTS_A_REQUEST]
            for uri in uris:
                del self._due[uri]
                if uri in self._requested_s:
                    self._requested_s[uri] = now
        return uris

    def _ask(self, pool: urllib3.PoolManager, uris: list[str]) -> bool:
        url = f"{self._api}{POSTS_PATH}?{urlencode([('uris', uri) for uri in uris])}"
        try:
            answer = pool.request("GET", url, preload_content=False, redirect=False)
            data = answer.read(LARGEST_ANSWER + 1) if answer.status == 200 else b""
            answer.close()
            views = _decode(data).posts if data and len(data) <= LARGEST_ANSWER else None
        except (urllib3.exceptions.HTTPError, msgspec.MsgspecError, OSError, ValueError) as error:
            log.info("counts cannot be requested: %s", error)
            return False
        for raw in views or ():
            self._learn(bytes(raw), set(uris))
        return views is not None

    def _learn(self, raw: bytes, requested: set[str]) -> None:
        try:
            view = _decode_view(raw)
        except (msgspec.MsgspecError, ValueError):
            return
        with self._lock:
            wanted = view.uri in requested and view.uri in self._requested_s
        if wanted:
            counts = {
                "replies": view.reply_count,
                "reposts": view.repost_count,
                "quotes": view.quote_count,
                "likes": view.like_count,
            }
            author = Profile(
                view.author.handle, (view.author.name or "")[:200], avatar=(view.author.avatar or "")[:500]
            )
            rkey = view.uri.rpartition("/")[2]
            self._arrived.append(
                CountedPost(view.author.did, rkey, view.record, author, counts, int(time.time() * 1e6))
            )
