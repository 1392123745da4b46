"""Compliance lines and compliance streams of X: what has to go, goes; nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import AccountChange, AuthorDeletion, Deletion, Event, Notice
from tests.normalise.sample_records import NOW, outcome

ID = "1265324480517361664"


def line(**more: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "action": "delete",
        "created_at": "2020-05-26T17:02:47.000Z",
        "redacted_at": "2020-07-29T17:02:47.000Z",
        "reason": "deleted",
        **more,
    }


def read(record: dict[str, Any]) -> list[Event]:
    return normalise(json.dumps(record).encode(), "replay", NOW)


@pytest.mark.parametrize("reason", ["deleted", "deactivated", "protected", "suspended", "bounced", "a reason to come"])
@pytest.mark.parametrize("number", [ID, int(ID)])
def test_a_compliance_line_withdraws_its_post(reason: str, number: str | int) -> None:
    assert read(line(id=number, reason=reason)) == [Deletion(f"x:{ID}", 1596042167000)]


def test_a_compliance_line_without_its_time_withdraws_at_receipt() -> None:
    record = line()
    del record["redacted_at"], record["created_at"], record["reason"]
    assert read(record) == [Deletion(f"x:{ID}", NOW)]
    assert read(line(redacted_at="2999-01-01T00:00:00Z")) == [Deletion(f"x:{ID}", NOW)]


@pytest.mark.parametrize("record", [line(reason="scrub_geo"), line(action="scrub_geo")])
def test_a_place_that_was_removed_withdraws_nothing(record: dict[str, Any]) -> None:
    (found,) = read(record)
    assert isinstance(found, Notice)


@pytest.mark.parametrize(("record", "why"), [(line(id="x"), "usable id"), (line(action="keep"), "unknown action")])
def test_an_unknown_line_is_set_aside(record: dict[str, Any], why: str) -> None:
    assert why in outcome(json.dumps(record).encode())


AT, AT_MS = "2022-12-23T12:34:56.789Z", 1671798896789


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"delete": {"tweet": {"id": "20", "author_id": "12"}, "event_at": AT}}, Deletion("x:20", AT_MS)),
        ({"user_delete": {"user": {"id": "12"}, "event_at": AT}}, AuthorDeletion("x", "12", AT_MS)),
        ({"user_protect": {"user": {"id": "12"}, "event_at": AT}}, AccountChange("x", "12", AT_MS, hidden=True)),
        ({"user_suspend": {"user": {"id": "12"}, "event_at": AT}}, AccountChange("x", "12", AT_MS, hidden=True)),
        ({"user_unprotect": {"user": {"id": "12"}, "event_at": AT}}, AccountChange("x", "12", AT_MS, hidden=False)),
    ],
)
def test_a_message_of_the_compliance_streams_withdraws(message: dict[str, Any], expected: Event) -> None:
    assert read({"data": message}) == [expected]


@pytest.mark.parametrize(
    "name", ["withheld", "drop", "undrop", "tweet_edit", "user_undelete", "user_profile_modification", "scrub_geo"]
)
def test_other_messages_of_the_compliance_streams_are_notices(name: str) -> None:
    (found,) = read({"data": {name: {"tweet": {"id": "20"}, "event_at": AT}}})
    assert isinstance(found, Notice)
