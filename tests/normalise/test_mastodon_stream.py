"""Numbers of a streamed status: those of its first second are unknown, those of an original inside it are known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import Counts, Upsert

NUMBERS = {"replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "quotes_count": 0}


def _status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "uri": f"https://home.example/users/ann/statuses/{number}",
        "created_at": "2026-05-01T10:00:00.000Z",
        "content": "<p>hi</p>",
        "visibility": "public",
        "account": {"id": "1", "acct": "ann", "uri": "https://home.example/users/ann"},
        **NUMBERS,
        **more,
    }


def _counts(record: bytes) -> list[Counts]:
    found = normalise(record, "mastodon", 1_780_000_000_000, "home.example")
    return [event.post.counts for event in found if isinstance(event, Upsert)]


def _event(status: dict[str, Any], name: str = "update") -> bytes:
    return json.dumps({"event": name, "payload": json.dumps(status)}).encode()


@pytest.mark.parametrize("name", ["update", "status.update"])
def test_zeros_of_a_streamed_status_are_unknown(name: str) -> None:
    assert _counts(_event(_status(1), name)) == [Counts()]


def test_numbers_of_a_streamed_status_are_known() -> None:
    assert _counts(_event(_status(1, favourites_count=3))) == [Counts(likes=3)]


def test_zeros_of_a_requested_status_and_of_a_quoted_one_are_known() -> None:
    known = Counts(replies=0, reposts=0, quotes=0, likes=0)
    assert _counts(json.dumps(_status(1)).encode()) == [known]
    quote = {"state": "accepted", "quoted_status": _status(2)}
    assert _counts(_event(_status(1, quote=quote))) == [known, Counts()]
