"""Look-ups at Mastodon servers: which host is asked how, and what its answer may say."""

from __future__ import annotations

import socket

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.post import Upsert
from pipeline.queue.batch import LOOKUP
from pipeline.sources.mastodon.lookup import MastodonLookup, public_address
from tests.sources.looked_up import events_of
from tests.sources.simulators import http_server
from tests.sources.simulators.mastodon import Mastodon, status


def _at(server: Mastodon, number: int, text: str = "hi") -> dict[str, object]:
    found = status(number, text, account={"uri": f"{server.url}/users/ann"})
    return found | {"uri": f"{server.url}/users/ann/statuses/{number}"}


def test_mastodon_is_asked_status_by_status_and_posts_of_hidden_authors_are_deleted() -> None:
    with Mastodon("s3cret") as server:
        server.held += [_at(server, 1, "there"), _at(server, 2) | {"account": {"id": "7", "indexable": False}}]
        lookup = MastodonLookup((server.url,), "s3cret", between_s=0.0)
        looked = lookup.look([f"mastodon:{server.host}/{number}" for number in (1, 2, 3)])
        assert looked.deleted == [f"mastodon:{server.host}/2", f"mastodon:{server.host}/3"]
        (event,) = events_of(looked)
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
        other: http_server.Refusal = (
            200,
            {},
            b'{"id":"9","uri":"https://home.example/users/ann/statuses/9","account":{},"content":""}',
        )
        server.status_answers.extend([(200, {}, b"not json"), other, other])
        looked = MastodonLookup((server.url,), "", between_s=0.0).look([*ids[:2], f"mastodon:{server.host}/9"])
        assert looked.unsure == 3, "nor for another status, nor of another server"
        assert not looked.deleted
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
            assert (looked.deleted, looked.unsure) == ([], 0)
            for batch in looked.fresh:
                assert (batch.source, batch.instance) == (LOOKUP, server.host)
                for record in batch.records:
                    assert not msgspec.json.decode(record.data).keys() & (EXTRA.keys() - {"event", "payload"})
            if "acct" in account:
                with pytest.raises(RecordError, match="malformed"):
                    events_of(looked)
            else:
                (event,) = events_of(looked)
                assert isinstance(event, Upsert)
                assert event.post.id == f"mastodon:{server.host}/1"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:8.8.8.8", "fd00::1"])
def test_private_addresses_are_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    with pytest.raises(OSError, match="not on the public internet"):
        public_address("far.example")
