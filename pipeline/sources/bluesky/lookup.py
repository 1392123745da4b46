"""Whether posts of Bluesky are still there, by the public API's `app.bsky.feed.getPosts`: 25 a call.

It leaves out what it does not have: deleted, taken down, or of an account that is gone. What it has is not stored anew,
because of an edited post it may still say what was said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
import urllib3

from pipeline.sources.bluesky.profiles import AGENT
from pipeline.sources.bluesky.reactions import BATCH, LARGEST_ANSWER, PATH
from pipeline.sources.lookups import AskedToWait, Looked
from pipeline.sources.waits import asked_pause_s

COLLECTION = "app.bsky.feed.post"


class _View(msgspec.Struct):
    uri: str


class _Answer(msgspec.Struct):
    posts: list[_View]


_decode = msgspec.json.Decoder(_Answer).decode


class BlueskyLookup:
    """The look-up of one API."""

    at_once = BATCH
    apart_s = 1.0

    def __init__(self, api: str) -> None:
        self._api = api.rstrip("/")
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=15), retries=False, headers={"User-Agent": AGENT}
        )

    def look(self, ids: Sequence[str]) -> Looked:
        """Ask for some posts; see the contract."""
        uris = {uri: post_id for post_id in ids if (uri := _uri(post_id))}
        if not uris:
            return Looked([], unsure=len(ids))
        url = f"{self._api}{PATH}?{urlencode([('uris', uri) for uri in uris])}"
        try:
            answer = self._pool.request("GET", url, preload_content=False, redirect=False)
            data = answer.read(LARGEST_ANSWER + 1)
            answer.release_conn() if len(data) <= LARGEST_ANSWER else answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise AskedToWait(f"the API cannot be reached: {type(error).__name__}") from error
        if answer.status != 200 or len(data) > LARGEST_ANSWER:
            after = answer.headers.get("Retry-After", "")
            raise AskedToWait(f"the API answers HTTP {answer.status}", asked_pause_s(after))
        try:
            there = {view.uri for view in _decode(data).posts}
        except (msgspec.MsgspecError, ValueError) as error:
            raise AskedToWait(f"the API's answer cannot be read: {error}") from error
        if there - uris.keys():
            raise AskedToWait("the API answers for posts that were not asked for")
        return Looked([post_id for uri, post_id in uris.items() if uri not in there], unsure=len(ids) - len(uris))


def _uri(post_id: str) -> str:
    did, _, key = post_id.removeprefix("bluesky:").rpartition("/")
    return f"at://{did}/{COLLECTION}/{key}" if did.startswith("did:") and key else ""
