"""Names for DIDs: looked up in batches, off the reading path, remembered within bounds, politely.

Works without: whoever is not known yet is a DID, and what is known is only ever what the public API said. A slow,
absent or refusing API delays no post. Never asks for one account twice within `KEPT_S`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from urllib.parse import urlencode

import msgspec
import urllib3

from pipeline.sources.waits import asked_pause_s

log = logging.getLogger(__name__)

PATH = "/xrpc/app.bsky.actor.getProfiles"
BATCH = 25
"""As many as one question may hold (the lexicon's limit)."""
GATHER_S = 0.3
"""A question waits so long for others to join it."""
LEAST_APART_S = 0.4
"""Two and a half questions a second: a third of what the public API lets one address ask."""
WAITING = 2_000
REMEMBERED = 100_000
KEPT_S = 6 * 3600.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
LARGEST_ANSWER = 4 * 1024 * 1024
LONGEST_BIO, LONGEST_NAME, LONGEST_WORD = 1_000, 200, 500
SIGNED_IN_ONLY = "!no-unauthenticated"
AGENT = "Murmuration (live search; looks up the authors of posts)"


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is added to an event of an account; `hidden`: its owner shows it to people who are signed in only."""

    handle: str = ""
    name: str = ""
    bio: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    hidden: bool = False


class _Label(msgspec.Struct):
    val: str = ""
    neg: bool = False


class _Verification(msgspec.Struct):
    verified: str = msgspec.field(default="", name="verifiedStatus")
    trusted: str = msgspec.field(default="", name="trustedVerifierStatus")


class _View(msgspec.Struct):
    did: str
    handle: str = ""
    name: str | None = msgspec.field(default=None, name="displayName")
    description: str | None = None
    avatar: str | None = None
    followers: int | None = msgspec.field(default=None, name="followersCount")
    labels: list[_Label] | None = None
    verification: _Verification | None = None


class _Answer(msgspec.Struct):
    profiles: list[msgspec.Raw] = []


_decode = msgspec.json.Decoder(_Answer).decode
_decode_view = msgspec.json.Decoder(_View).decode


class Profiles:
    """The accounts that are known, and a thread that asks for the others. `api` "" asks nobody."""

    def __init__(self, api: str) -> None:
        self._api = api.rstrip("/")
        self._known: dict[str, tuple[float, Profile | None]] = {}
        self._wanted: deque[str] = deque()
        self._asked: set[str] = set()
        self._arrived: deque[str] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self.questions = 0

    @property
    def asks(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._api)

    def find(self, did: str, *, ask: bool = True) -> Profile | None:
        """Return what is known of an account, None if nothing is; asks for it then, unless told not to."""
        with self._lock:
            found = self._known.get(did)
            fresh = found is not None and time.monotonic() - found[0] < KEPT_S
            if not fresh and ask and self._api and did not in self._asked and len(self._wanted) < WAITING:
                self._asked.add(did)
                self._wanted.append(did)
                self._wake.set()
            return found[1] if found is not None else None

    def rename(self, did: str, handle: str) -> None:
        """Note that an account has another handle now; one that tells none is asked for anew when it is next seen."""
        with self._lock:
            found = self._known.get(did)
            if found is None:
                return
            if handle and found[1] is not None:
                self._known[did] = (found[0], msgspec.structs.replace(found[1], handle=handle))
            else:
                del self._known[did]

    def arrived(self) -> list[str]:
        """Return the accounts whose profile came since the last call."""
        found = []
        while self._arrived:
            found.append(self._arrived.popleft())
        return found

    def start(self) -> None:
        """Let the thread ask, if there is whom to ask."""
        if self._api:
            self._ended.set()  # an earlier one that still waits for an answer ends when it has it
            self._ended = threading.Event()
            threading.Thread(target=self._run, args=(self._ended,), name="profiles", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end by itself; what it is asking now may still be answered. What is known stays."""
        self._ended.set()
        self._wake.set()

    def _run(self, ended: threading.Event) -> None:
        pool = urllib3.PoolManager(
            num_pools=2, timeout=urllib3.Timeout(connect=5, read=10), retries=False, headers={"User-Agent": AGENT}
        )
        pause_s = FIRST_PAUSE_S
        while not ended.is_set():
            self._wake.wait(5.0)
            if ended.wait(GATHER_S):
                break
            with self._lock:
                self._wake.clear()
                dids = [self._wanted.popleft() for _ in range(min(BATCH, len(self._wanted)))]
            if not dids:
                continue
            refused_s = self._ask(pool, dids)
            if refused_s is None:
                pause_s = FIRST_PAUSE_S
                ended.wait(LEAST_APART_S - GATHER_S)
            else:
                ended.wait(min(LONGEST_PAUSE_S, max(refused_s, pause_s)))
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
            with self._lock:
                if self._wanted:
                    self._wake.set()
        pool.clear()

    def _ask(self, pool: urllib3.PoolManager, dids: list[str]) -> float | None:
        """Ask for some accounts; return None if answered, else how many seconds to leave the API alone."""
        self.questions += 1
        url = f"{self._api}{PATH}?{urlencode([('actors', did) for did in dids])}"
        try:
            answer = pool.request("GET", url, preload_content=False, redirect=False)
            data = answer.read(LARGEST_ANSWER + 1) if answer.status == 200 else b""
            after = answer.headers.get("Retry-After", "")
            answer.release_conn() if answer.status == 200 and len(data) <= LARGEST_ANSWER else answer.close()
            views = _decode(data).profiles if data and len(data) <= LARGEST_ANSWER else None
        except (urllib3.exceptions.HTTPError, msgspec.MsgspecError, OSError, ValueError) as error:
            log.info("profiles cannot be asked for: %s", error)
            views, after = None, ""
        if views is None:
            with self._lock:
                self._asked.difference_update(dids)
            return asked_pause_s(after)
        self._learn(dids, views)
        return None

    def _learn(self, dids: list[str], views: list[msgspec.Raw]) -> None:
        found: dict[str, Profile | None] = dict.fromkeys(dids)
        for raw in views:
            try:
                view = _decode_view(raw)
            except (msgspec.MsgspecError, ValueError):
                continue  # one odd profile costs no other
            if view.did in found:
                found[view.did] = _profile(view)
        now = time.monotonic()
        with self._lock:
            for did, profile in found.items():
                self._asked.discard(did)
                self._known.pop(did, None)
                self._known[did] = (now, profile)
                if profile is not None:
                    self._arrived.append(did)
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]


def _profile(view: _View) -> Profile:
    told = view.verification
    return Profile(
        handle="" if view.handle == "handle.invalid" else view.handle[:LONGEST_WORD],
        name=(view.name or "")[:LONGEST_NAME],
        bio=(view.description or "")[:LONGEST_BIO],
        avatar=(view.avatar or "") if len(view.avatar or "") <= LONGEST_WORD else "",
        followers=view.followers,
        verified=told is not None and "valid" in (told.verified, told.trusted),
        hidden=any(label.val == SIGNED_IN_ONLY and not label.neg for label in view.labels or ()),
    )
