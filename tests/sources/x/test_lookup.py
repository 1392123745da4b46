"""Look-ups at X: deleted for sure, fresh counts of others, and nothing concluded from a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pipeline.post import Upsert
from pipeline.sources.lookup_contract import RetryLater
from pipeline.sources.x.lookup import XLookup
from tests.sources.looked_up import events_of
from tests.sources.simulators import http_server
from tests.sources.simulators.x import TOKEN, XApi
from tests.sources.x.stored_posts import have


@pytest.fixture
def api() -> Iterator[XApi]:
    with XApi() as made:
        yield made


def test_x_reports_what_is_deleted_and_what_is_there_comes_with_fresh_counts(api: XApi) -> None:
    there, hidden, unsure = have(api, "there", "hidden", "unsure")
    api.lookups.protected.add(hidden[2:])
    api.lookups.unsure.add(unsure[2:])
    api.lookups.posts[there[2:]]["data"]["public_metrics"]["like_count"] = 7
    looked = XLookup(TOKEN, api.url).look([there, hidden, unsure, "x:12345", "x:odd"])
    assert sorted(looked.deleted) == sorted([hidden, "x:12345"])
    assert looked.unsure == 2
    assert looked.paid == 1
    (event,) = events_of(looked)
    assert isinstance(event, Upsert)
    assert event.post.id == there
    assert event.post.counts.likes == 7
    assert event.post.version > event.post.created_at, "it is newer than what the stream told"


def test_x_that_refuses_says_how_long_and_nothing_is_deleted(api: XApi) -> None:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 60), "x-rate-limit-remaining": "0"}
    lookup = XLookup(TOKEN, api.url)
    api.lookups.troubles.append((429, reset, b'{"title":"Too Many Requests"}'))
    with pytest.raises(RetryLater) as caught:
        lookup.look(["x:1"])
    assert 50 < caught.value.pause_s < 62
    odd: http_server.Refusal
    for odd in (
        (503, {}, b"over capacity"),
        (403, {}, b'{"title":"Forbidden"}'),
        (200, {}, b"not json"),
        (200, {}, b"[]"),
        (200, {}, b'{"data":7}'),
    ):
        api.lookups.troubles.append(odd)
        with pytest.raises(RetryLater):
            lookup.look(["x:1"])
    api.lookups.troubles.append((200, {}, b"{}"))
    looked = lookup.look(["x:1"])
    assert not looked.deleted, "what X does not speak of is not known"
    assert looked.unsure == 1
