"""Profiles of Bluesky accounts: requests them from the public API in batches, in a thread, and caches them.

`find` answers from the cache at once and requests what is missing; `arrived` names the accounts whose profile came;
`rename` applies a new handle. A slow, absent or refusing API delays no post: an account without a profile is shown by
its DID. A profile is requested again `KEPT_S` seconds later; cache and queue are bounded, and failures are followed by
growing pauses. Labels decide whether an account is hidden, its posts sensitive, or the account automated.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from urllib.parse import urlencode

import msgspec
import urllib3

from pipeline.sources.retry_after import retry_after_s

log = logging.getLogger(__name__)

PROFILES_PATH = "/xrpc/app.bsky.actor.getProfiles"
ACCOUNTS_A_REQUEST = 25
"""Accounts a request: the lexicon's limit."""
_BATCH_DELAY_S = 0.3
"""Seconds that a request waits for more accounts to join it."""
_REQUEST_INTERVAL_S = 0.4
"""Seconds between two requests: a third of the rate that the public API allows one address."""
WAITING = 2_000
"""Accounts that wait for a request at most; further ones are requested at a later post."""
PROFILE_CACHE_SIZE = 100_000
"""Profiles in the cache; the oldest are dropped."""
KEPT_S = 6 * 3600.0
"""Seconds after which a cached profile is requested again."""
_FIRST_PAUSE_S, _PAUSE_MAX_S = 2.0, 300.0
_ANSWER_MAX_BYTES = 4 * 1024 * 1024
LONGEST_BIO, LONGEST_NAME, LONGEST_WORD = 1_000, 200, 500
HIDING_LABELS = frozenset({"!no-unauthenticated", "!hide", "!takedown", "!suspend"})
"""Labels of an account or post that may not be shown to everybody, by its owner or by the moderation service."""
SENSITIVE_ACCOUNT_LABELS = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore"})
"""Labels of an account whose posts are shown as sensitive."""
BOT_LABEL = "bot"
"""Label that an account gives to itself to state that it is automated."""
BLUESKY_API_USER_AGENT = "Murmuration (live search; looks up the authors of posts)"


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of a profile that is added to an event.

    `hidden`: none of the account's posts may be shown here. `sensitive`: they are shown as sensitive. `bot`: the
    account states that it is automated.
    """

    handle: str = ""
    name: str = ""
    bio: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    hidden: bool = False
    sensitive: bool = False
    bot: bool = False


class _Label(msgspec.Struct):
    val: str = ""
    neg: bool = False


class _Verification(msgspec.Struct):
    verified: str = msgspec.field(default="", name="verifiedStatus")
    trusted: str = msgspec.field(default="", name="trustedVerifierStatus")


class _ProfileView(msgspec.Struct):
    did: str
    handle: str = ""
    name: str | None = msgspec.field(default=None, name="displayName")
    description: str | None = None
    avatar: str | None = None
    followers: int | None = msgspec.field(default=None, name="followersCount")
    labels: list[_Label] | None = None
    verification: _Verification | None = None


class _ProfilesAnswer(msgspec.Struct):
    profiles: list[msgspec.Raw] = []


_decode = msgspec.json.Decoder(_ProfilesAnswer).decode
_decode_view = msgspec.json.Decoder(_ProfileView).decode


class Profiles:
    """Cache of profiles, and the thread that requests missing ones. With `api` "" nothing is requested."""

    def __init__(self, api: str) -> None:
        self._api = api.rstrip("/")
        self._known: dict[str, tuple[float, Profile | None]] = {}
        self._wanted: deque[str] = deque()
        self._requested: set[str] = set()
        self._arrived: deque[str] = deque(maxlen=WAITING)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self.requests = 0

    @property
    def has_api(self) -> bool:
        """Whether there is an API to request from."""
        return bool(self._api)

    def find(self, did: str, *, request: bool = True) -> Profile | None:
        """Return the profile of an account, None if it is unknown; requests a missing or old one unless `request` is
        false."""
        with self._lock:
            found = self._known.get(did)
            fresh = found is not None and time.monotonic() - found[0] < KEPT_S
            if not fresh and request and self._api and did not in self._requested and len(self._wanted) < WAITING:
                self._requested.add(did)
                self._wanted.append(did)
                self._wake.set()
            return found[1] if found is not None else None

    def rename(self, did: str, handle: str) -> None:
        """Set the new handle of an account; with handle "" the profile is requested anew at the account's next post."""
        with self._lock:
            found = self._known.get(did)
            if found is None:
                return
            if handle and found[1] is not None:
                self._known[did] = (found[0], msgspec.structs.replace(found[1], handle=handle))
            else:
                del self._known[did]

    def arrived(self) -> list[str]:
        """Return the accounts whose profile arrived since the last call."""
        found = []
        while self._arrived:
            found.append(self._arrived.popleft())
        return found

    def start(self) -> None:
        """Start the thread if there is an API."""
        if self._api:
            self._ended.set()  # an earlier thread ends when its request is answered
            self._ended = threading.Event()
            threading.Thread(target=self._run, args=(self._ended,), name="profiles", daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end after its current request. The cache stays."""
        self._ended.set()
        self._wake.set()

    def _run(self, ended: threading.Event) -> None:
        pool = urllib3.PoolManager(
            num_pools=2,
            timeout=urllib3.Timeout(connect=5, read=10),
            retries=False,
            headers={"User-Agent": BLUESKY_API_USER_AGENT},
        )
        pause_s = _FIRST_PAUSE_S
        while not ended.is_set():
            self._wake.wait(5.0)
            if ended.wait(_BATCH_DELAY_S):
                break
            with self._lock:
                self._wake.clear()
                dids = [self._wanted.popleft() for _ in range(min(ACCOUNTS_A_REQUEST, len(self._wanted)))]
            if not dids:
                continue
            refused_s = self._ask(pool, dids)
            if refused_s is None:
                pause_s = _FIRST_PAUSE_S
                ended.wait(_REQUEST_INTERVAL_S - _BATCH_DELAY_S)
            else:
                ended.wait(min(_PAUSE_MAX_S, max(refused_s, pause_s)))
                pause_s = min(_PAUSE_MAX_S, pause_s * 2)
            with self._lock:
                if self._wanted:
                    self._wake.set()
        pool.clear()

    def _ask(self, pool: urllib3.PoolManager, dids: list[str]) -> float | None:
        """Request some accounts; return None if answered, else the seconds that the API wants to be left alone."""
        self.requests += 1
        url = f"{self._api}{PROFILES_PATH}?{urlencode([('actors', did) for did in dids])}"
        try:
            answer = pool.request("GET", url, preload_content=False, redirect=False)
            data = answer.read(_ANSWER_MAX_BYTES + 1) if answer.status == 200 else b""
            after = answer.headers.get("Retry-After", "")
            answer.release_conn() if answer.status == 200 and len(data) <= _ANSWER_MAX_BYTES else answer.close()
            views = _decode(data).profiles if data and len(data) <= _ANSWER_MAX_BYTES else None
        except (urllib3.exceptions.HTTPError, msgspec.MsgspecError, OSError, ValueError) as error:
            log.info("profiles cannot be requested: %s", error)
            views, after = None, ""
        if views is None:
            with self._lock:
                self._requested.difference_update(dids)
            return retry_after_s(after)
        self._learn(dids, views)
        return None

    def _learn(self, dids: list[str], views: list[msgspec.Raw]) -> None:
        found: dict[str, Profile | None] = dict.fromkeys(dids)
        for raw in views:
            try:
                view = _decode_view(raw)
            except (msgspec.MsgspecError, ValueError):
                continue  # one unreadable profile must not discard the others
            if view.did in found:
                found[view.did] = _profile(view)
        now = time.monotonic()
        with self._lock:
            for did, profile in found.items():
                self._requested.discard(did)
                self._known.pop(did, None)
                self._known[did] = (now, profile)
                if profile is not None:
                    self._arrived.append(did)
            while len(self._known) > PROFILE_CACHE_SIZE:
                del self._known[next(iter(self._known))]


def _profile(view: _ProfileView) -> Profile:
    verification = view.verification
    labels = {label.val for label in view.labels or () if not label.neg}
    return Profile(
        handle="" if view.handle == "handle.invalid" else view.handle[:LONGEST_WORD],
        name=(view.name or "")[:LONGEST_NAME],
        bio=(view.description or "")[:LONGEST_BIO],
        avatar=(view.avatar or "") if len(view.avatar or "") <= LONGEST_WORD else "",
        followers=view.followers,
        verified=verification is not None and "valid" in (verification.verified, verification.trusted),
        hidden=not labels.isdisjoint(HIDING_LABELS),
        sensitive=not labels.isdisjoint(SENSITIVE_ACCOUNT_LABELS),
        bot=BOT_LABEL in labels,
    )
