"""Whether posts of X are still there, by `GET /2/tweets`: a hundred a call, each one that exists is paid for.

X tells of those that do not in `errors`: deleted, or of an account that is suspended or protected now, all of them
withdrawn. Any other error says nothing of the post.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from pipeline.queue.batch import RawBatch, RawRecord
from pipeline.sources.lookups import AskedToWait, Looked
from pipeline.sources.x.client import FIELDS, Trouble, XClient

POSTS = "/2/tweets"
ANSWER_S = 20.0
GONE = ("resource-not-found", "not-authorized-for-resource")
_FIELDS = {name.replace("_fields", ".fields"): value for name, value in FIELDS.items()}


class _Problem(msgspec.Struct):
    type: str = ""
    resource_id: str = ""
    value: str = ""


class _Item(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    data: list[_Item] = []
    errors: list[_Problem] = []


class XLookup:
    """The look-up of an app."""

    at_once = 100
    apart_s = 3.5
    """Some apps may ask 300 times in a quarter of an hour."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url

    def look(self, ids: Sequence[str]) -> Looked:
        """Ask for some posts; see the contract. What exists comes with all its fields, to be stored anew."""
        numbers = {post_id.removeprefix("x:"): post_id for post_id in ids}
        usable = [number for number in numbers if number.isascii() and number.isdigit()]
        if not usable:
            return Looked([], unsure=len(ids))
        try:
            told = XClient(self._token, self._url, ANSWER_S).ask(
                "GET", POSTS, params={"ids": ",".join(usable), **_FIELDS}
            )
            answer = msgspec.convert(told, _Answer)
        except Trouble as trouble:
            raise AskedToWait(str(trouble), trouble.asked_s) from trouble
        except msgspec.ValidationError as error:
            raise AskedToWait(f"X's answer cannot be read: {error}") from error
        there = {item.id for item in answer.data}
        gone = {
            problem.resource_id or problem.value for problem in answer.errors if problem.type.rpartition("/")[2] in GONE
        }
        lost = [numbers[number] for number in usable if number in gone and number not in there]
        fresh = []
        if there & numbers.keys():
            page = {name: told[name] for name in ("data", "includes") if name in told}
            fresh.append(RawBatch("x", [RawRecord(int(time.time() * 1000), msgspec.json.encode(page))]))
        return Looked(lost, fresh, len(ids) - len(lost) - len(there & numbers.keys()), len(there))
