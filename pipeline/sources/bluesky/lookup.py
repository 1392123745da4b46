"""Look-up of Bluesky posts by the public API's `app.bsky.feed.getPosts`, 25 posts a call: finds the deleted ones.

The answer leaves out posts that are deleted, taken down, or of a deleted account. A label of the moderation service
that hides a post or its author counts as deletion. Posts that it contains are not stored
anew: for an edited post the API may still return the earlier text. An API that does not answer as expected raises
`RetryLater`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
import urllib3

from pipeline.sources.bluesky.event_summary import POST_COLLECTION
from pipeline.sources.bluesky.profiles import BLUESKY_API_USER_AGENT, HIDING_LABELS
from pipeline.sources.bluesky.reaction_counts import POSTS_A_REQUEST, POSTS_ANSWER_MAX_BYTES, POSTS_PATH
from pipeline.sources.lookup_contract import LookupResult, RetryLater
from pipeline.sources.retry_after import retry_after_s


class _Label(msgspec.Struct):
    val: str = ""
    neg: bool = False


class _FoundAuthor(msgspec.Struct):
    labels: list[_Label] | None = None


class _FoundPost(msgspec.Struct):
    uri: str
    labels: list[_Label] | None = None
    author: _FoundAuthor | None = None

    def may_be_shown(self) -> bool:
        """Return whether neither the post nor its author has a label that hides it from everybody."""
        of_author = self.author.labels if self.author is not None else None
        return not any(
            label.val in HIDING_LABELS and not label.neg for label in [*(self.labels or ()), *(of_author or ())]
        )


class _FoundPosts(msgspec.Struct):
    posts: list[_FoundPost]


_decode = msgspec.json.Decoder(_FoundPosts).decode


class BlueskyLookup:
    """Look-up at one API address."""

    at_once = POSTS_A_REQUEST
    apart_s = 1.0

    def __init__(self, api: str) -> None:
        self._api = api.rstrip("/")
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=15), retries=False, headers={"User-Agent": BLUESKY_API_USER_AGENT}
        )

    def look(self, ids: Sequence[str]) -> LookupResult:
        """Ask for posts by their ids, as `Lookup.look` describes."""
        uris = {uri: post_id for post_id in ids if (uri := _uri(post_id))}
        if not uris:
            return LookupResult([], unsure=len(ids))
        url = f"{self._api}{POSTS_PATH}?{urlencode([('uris', uri) for uri in uris])}"
        try:
            answer = self._pool.request("GET", url, preload_content=False, redirect=False)
            data = answer.read(POSTS_ANSWER_MAX_BYTES + 1)
            answer.release_conn() if len(data) <= POSTS_ANSWER_MAX_BYTES else answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise RetryLater(f"the API cannot be reached: {type(error).__name__}") from error
        if answer.status != 200 or len(data) > POSTS_ANSWER_MAX_BYTES:
            after = answer.headers.get("Retry-After", "")
            raise RetryLater(f"the API answers HTTP {answer.status}", retry_after_s(after))
        try:
            views = _decode(data).posts
            found = {view.uri for view in views}
        except (msgspec.MsgspecError, ValueError) as error:
            raise RetryLater(f"the API's answer cannot be read: {error}") from error
        if found - uris.keys():
            raise RetryLater("the API answers for posts that were not requested")
        shown = {view.uri for view in views if view.may_be_shown()}
        return LookupResult([post_id for uri, post_id in uris.items() if uri not in shown], unsure=len(ids) - len(uris))


def _uri(post_id: str) -> str:
    did, _, key = post_id.removeprefix("bluesky:").rpartition("/")
    return f"at://{did}/{POST_COLLECTION}/{key}" if did.startswith("did:") and key else ""
