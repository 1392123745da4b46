"""Look-up of X posts by `GET /2/tweets`, a hundred posts a call; X charges for each post that exists.

Existing posts are returned as fresh records. X lists missing posts in `errors`: deleted, or of an account that is
suspended or protected now. All of these count as deleted. Any other error says nothing about the post.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from pipeline.queue.batch import RawBatch, RawRecord
from pipeline.sources.lookup_contract import LookupResult, RetryLater
from pipeline.sources.x.client import XClient
from pipeline.sources.x.errors import XError
from pipeline.sources.x.requested_fields import POST_FIELDS

ROUTE = "/2/tweets"
_READ_TIMEOUT_S = 20.0
MISSING_PROBLEMS = ("resource-not-found", "not-authorized-for-resource")
"""Types of X's problems that mean that a post is deleted or hidden."""
_FIELDS = {name.replace("_fields", ".fields"): value for name, value in POST_FIELDS.items()}


class _Problem(msgspec.Struct):
    type: str = ""
    resource_id: str = ""
    value: str = ""


class _FoundPost(msgspec.Struct):
    id: str


class _FoundPosts(msgspec.Struct):
    data: list[_FoundPost] = []
    errors: list[_Problem] = []


class XLookup:
    """Look-up with the token of one app."""

    at_once = 100
    apart_s = 3.5
    """Seconds: some apps may make 300 calls in a quarter of an hour."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url

    def look(self, ids: Sequence[str]) -> LookupResult:
        """Ask for posts by their ids, as `Lookup.look` describes; existing posts are returned with all their fields."""
        numbers = {post_id.removeprefix("x:"): post_id for post_id in ids}
        usable = [number for number in numbers if number.isascii() and number.isdigit()]
        if not usable:
            return LookupResult([], unsure=len(ids))
        try:
            data = XClient(self._token, self._url, _READ_TIMEOUT_S).ask(
                "GET", ROUTE, params={"ids": ",".join(usable), **_FIELDS}
            )
            answer = msgspec.convert(data, _FoundPosts)
        except XError as error:
            raise RetryLater(str(error), error.requested_s) from error
        except msgspec.ValidationError as error:
            raise RetryLater(f"X's answer cannot be read: {error}") from error
        existing = {item.id for item in answer.data}
        deleted = {
            problem.resource_id or problem.value
            for problem in answer.errors
            if problem.type.rpartition("/")[2] in MISSING_PROBLEMS
        }
        lost = [numbers[number] for number in usable if number in deleted and number not in existing]
        fresh = []
        if existing & numbers.keys():
            page = {name: data[name] for name in ("data", "includes") if name in data}
            fresh.append(RawBatch("x", [RawRecord(int(time.time() * 1000), msgspec.json.encode(page))]))
        return LookupResult(lost, fresh, len(ids) - len(lost) - len(existing & numbers.keys()), len(existing))
