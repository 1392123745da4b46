"""Asking networks whether posts are still there: what is gone for sure, what is not known, what is not believed."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Event, Upsert
from pipeline.queue.batch import LOOKUP
from pipeline.sources.bluesky.lookup import BlueskyLookup
from pipeline.sources.lookups import AskedToWait, Looked
from pipeline.sources.mastodon.lookup import MastodonLookup, public_address
from pipeline.sources.x.compliance import Compliance, JobFailed, Refused
from pipeline.sources.x.lookup import XLookup
from tests.sources.simulators import serving
from tests.sources.simulators.mastodon import Mastodon, status
from tests.sources.simulators.profiles import ProfileApi
from tests.sources.simulators.x import TOKEN, XApi, post


@pytest.fixture
def api() -> Iterator[XApi]:
    with XApi() as made:
        yield made


def _have(api: XApi, *texts: str) -> list[str]:
    envelopes = [post(number, text) for number, text in enumerate(texts)]
    for envelope in envelopes:
        api.lookups.have(envelope)
    return [f"x:{envelope['data']['id']}" for envelope in envelopes]


def told(looked: Looked) -> list[Event]:
    """Return what a worker makes of a look-up's records."""
    return [
        event
        for batch in looked.fresh
        for record in batch.records
        for event in normalise(record.data, batch.source, record.received_at, batch.instance)
    ]


# -- X


def test_x_tells_what_is_gone_and_what_is_there_comes_with_fresh_counts(api: XApi) -> None:
    there, hidden, unsure = _have(api, "there", "hidden", "unsure")
    api.lookups.protected.add(hidden[2:])
    api.lookups.unsure.add(unsure[2:])
    api.lookups.posts[there[2:]]["data"]["public_metrics"]["like_count"] = 7
    looked = XLookup(TOKEN, api.url).look([there, hidden, unsure, "x:12345", "x:odd"])
    assert sorted(looked.gone) == sorted([hidden, "x:12345"])
    assert looked.unsure == 2
    assert looked.paid == 1
    (event,) = told(looked)
    assert isinstance(event, Upsert)
    assert event.post.id == there
    assert event.post.counts.likes == 7
    assert event.post.version > event.post.created_at, "it is newer than what the stream told"


def test_x_that_refuses_says_how_long_and_nothing_is_gone(api: XApi) -> None:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 60), "x-rate-limit-remaining": "0"}
    lookup = XLookup(TOKEN, api.url)
    api.lookups.troubles.append((429, reset, b'{"title":"Too Many Requests"}'))
    with pytest.raises(AskedToWait) as caught:
        lookup.look(["x:1"])
    assert 50 < caught.value.pause_s < 62
    odd: serving.Refusal
    for odd in (
        (503, {}, b"over capacity"),
        (403, {}, b'{"title":"Forbidden"}'),
        (200, {}, b"not json"),
        (200, {}, b"[]"),
        (200, {}, b'{"data":7}'),
    ):
        api.lookups.troubles.append(odd)
        with pytest.raises(AskedToWait):
            lookup.look(["x:1"])
    api.lookups.troubles.append((200, {}, b"{}"))
    looked = lookup.look(["x:1"])
    assert not looked.gone, "what X does not speak of is not known"
    assert looked.unsure == 1


def test_compliance_job_tells_what_is_gone_without_the_token_at_other_addresses(api: XApi) -> None:
    there, hidden = _have(api, "there", "hidden")
    api.lookups.protected.add(hidden[2:])
    compliance = Compliance(TOKEN, api.url)
    job = compliance.begin([there, hidden, "x:99"])
    assert compliance.result(job) is None
    assert compliance.result(job) == [hidden, "x:99"]
    files = [path for method, path, token in api.tokens if path.startswith(("/upload/", "/download/")) and token]
    assert not files


def test_compliance_job_that_fails_or_is_refused_is_told_apart_from_one_that_waits(api: XApi) -> None:
    compliance = Compliance(TOKEN, api.url)
    api.lookups.troubles.append((403, {}, b'{"title":"Client Forbidden"}'))
    with pytest.raises(Refused):
        compliance.begin(["x:1"])
    job = compliance.begin(["x:1"])
    api.lookups.troubles.append((200, {}, b'{"data":{"status":"expired"}}'))
    with pytest.raises(JobFailed):
        compliance.result(job)
    odd: serving.Refusal
    for odd in ((503, {}, b""), (200, {}, b"not json"), (200, {}, b'{"data":[]}')):
        api.lookups.troubles.append(odd)
        with pytest.raises(AskedToWait):
            compliance.result(job)
    api.lookups.troubles.append((200, {}, b'{"data":{"id":"1"}}'))
    with pytest.raises(AskedToWait):
        compliance.begin(["x:1"])


# -- Bluesky


def test_bluesky_leaves_out_what_is_gone() -> None:
    with ProfileApi() as api:
        api.count("did:plc:ann", "3k1", "there")
        looked = BlueskyLookup(api.url).look(["bluesky:did:plc:ann/3k1", "bluesky:did:plc:ann/3k2", "bluesky:odd"])
        assert looked.gone == ["bluesky:did:plc:ann/3k2"]
        assert looked.unsure == 1
        assert not looked.fresh


def test_bluesky_that_refuses_or_answers_oddly_says_nothing_of_posts() -> None:
    with ProfileApi() as api:
        for answer in (
            (429, {"Retry-After": "7"}, b""),
            (500, {}, b""),
            (200, {}, b"not json"),
            (200, {}, b"{}"),
            (200, {}, b'{"posts":[{"uri":"at://did:plc:eve/app.bsky.feed.post/1"}]}'),
        ):
            api.post_answers.append(answer)
            with pytest.raises(AskedToWait) as caught:
                BlueskyLookup(api.url).look(["bluesky:did:plc:ann/3k1"])
            assert caught.value.pause_s == (7 if answer[0] == 429 else 0)


# -- Mastodon


def _at(server: Mastodon, number: int, text: str = "hi") -> dict[str, object]:
    found = status(number, text, account={"uri": f"{server.url}/users/ann"})
    return found | {"uri": f"{server.url}/users/ann/statuses/{number}"}


def test_mastodon_is_asked_status_by_status_and_hidden_authors_are_withdrawn() -> None:
    with Mastodon("s3cret") as server:
        server.held += [_at(server, 1, "there"), _at(server, 2) | {"account": {"id": "7", "indexable": False}}]
        lookup = MastodonLookup((server.url,), "s3cret", between_s=0.0)
        looked = lookup.look([f"mastodon:{server.host}/{number}" for number in (1, 2, 3)])
        assert looked.gone == [f"mastodon:{server.host}/2", f"mastodon:{server.host}/3"]
        (event,) = told(looked)
        assert isinstance(event, Upsert)
        assert event.post.id == f"mastodon:{server.host}/1"


def test_mastodon_in_trouble_is_left_alone_and_says_nothing_of_statuses() -> None:
    with Mastodon() as server:
        ids = [f"mastodon:{server.host}/{number}" for number in (1, 2, 3)]
        for odd in ((503, {}, b""), (429, {"Retry-After": "60"}, b""), (401, {}, b""), (302, {"Location": "/"}, b"")):
            server.status_answers.append(odd)
            asked = len(server.asked)
            assert MastodonLookup((server.url,), "", between_s=0.0).look(ids).unsure == 3
            assert len(server.asked) == asked + 1, "asked once, then left alone"
        other: serving.Refusal = (
            200,
            {},
            b'{"id":"9","uri":"https://home.example/users/ann/statuses/9","account":{},"content":""}',
        )
        server.status_answers.extend([(200, {}, b"not json"), other, other])
        looked = MastodonLookup((server.url,), "", between_s=0.0).look([*ids[:2], f"mastodon:{server.host}/9"])
        assert looked.unsure == 3, "nor for another status, nor of another server"
        assert not looked.gone
        assert not looked.fresh


def test_hosts_out_of_posts_are_asked_at_public_addresses_only_and_never_with_the_token() -> None:
    with Mastodon() as server:
        found: list[str] = []

        def find(host: str) -> str:
            found.append(host)
            raise OSError("not public")

        lookup = MastodonLookup(("chosen.example",), "s3cret", find=find, between_s=0.0)
        ids = [
            "mastodon:far.example/1",
            f"mastodon:{server.host}/1",
            "mastodon:localhost/1",
            "mastodon:a.example/odd/1",
        ]
        assert lookup.look(ids).unsure == 4
        assert found == ["far.example"]
        assert not server.asked


EXTRA: dict[str, object] = {
    "murmur": 1,
    "kind": "forget",
    "source": "x",
    "author": {"id": "44196397", "handle": ""},
    "did": "did:plc:victim",
    "commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "3k"},
    "event": "delete",
    "payload": "5",
    "user": {"id_str": "12", "screen_name": "jack"},
    "id_str": "20",
    "statuses": [{"murmur": 1, "kind": "delete", "id": "x:20"}],
}
"""Names of every other format, beside a status."""


def test_answer_of_a_server_is_about_its_own_statuses_whatever_stands_beside_them() -> None:
    with Mastodon() as server:
        lookup = MastodonLookup((server.url,), "", between_s=0.0)
        for account in ({}, {"indexable": None}, {"acct": 5}):
            server.held[:] = [_at(server, 1) | EXTRA]
            server.held[0]["account"] = {"id": "7", "acct": "ann", "uri": f"{server.url}/users/ann"} | account
            looked = lookup.look([f"mastodon:{server.host}/1"])
            assert (looked.gone, looked.unsure) == ([], 0)
            for batch in looked.fresh:
                assert (batch.source, batch.instance) == (LOOKUP, server.host)
                for record in batch.records:
                    assert not msgspec.json.decode(record.data).keys() & (EXTRA.keys() - {"event", "payload"})
            if "acct" in account:
                with pytest.raises(RecordError, match="malformed"):
                    told(looked)
            else:
                (event,) = told(looked)
                assert isinstance(event, Upsert)
                assert event.post.id == f"mastodon:{server.host}/1"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:8.8.8.8", "fd00::1"])
def test_private_addresses_are_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    with pytest.raises(OSError, match="not on the public internet"):
        public_address("far.example")
