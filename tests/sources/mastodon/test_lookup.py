"""Look-ups at Mastodon servers: which host receives which request, and which statuses its answer may concern."""

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


def test_statuses_are_queried_and_posts_of_hidden_authors_are_deleted() -> None:
    with Mastodon("s3cret") as server:
        server.held += [_at(server, 1, "there"), _at(server, 2) | {"account": {"id": "7", "indexable": False}}]
        lookup = MastodonLookup((server.url,), "s3cret", between_s=0.0)
        looked = lookup.look([f"mastodon:{server.host}/{number}" for number in (1, 2, 3)])
        assert looked.deleted == [f"mastodon:{server.host}/2", f"mastodon:{server.host}/3"]
        (event,) = events_of(looked)
        assert isinstance(event, Upsert)
        assert event.post.id == f"mastodon:{server.host}/1"


@pytest.mark.parametrize(
    ("domain", "handle"), [("", "ann@{}"), ("0.0.1:{1}", "ann@0.0.1:{1}"), ("far.example", "ann@{}")]
)
def test_account_has_the_domain_of_its_server_only_where_that_is_above_its_host(domain: str, handle: str) -> None:
    with Mastodon() as server:
        port = server.host.partition(":")[2]
        server.domain = domain.format("", port)
        server.held += [_at(server, number) for number in (1, 2)]
        lookup = MastodonLookup((server.url,), "", between_s=0.0)
        found = [events_of(lookup.look([f"mastodon:{server.host}/{number}"])) for number in (1, 2)]
        assert server.requested.count("/api/v2/instance") == 1
        for (event,) in found:
            assert isinstance(event, Upsert)
            assert event.post.author.handle == handle.format(server.host, port)


def test_mastodon_in_trouble_is_left_alone_and_changes_no_status() -> None:
    with Mastodon() as server:
        ids = [f"mastodon:{server.host}/{number}" for number in (1, 2, 3)]
        for odd in ((503, {}, b""), (401, {}, b""), (302, {"Location": "/"}, b"")):
            server.status_answers.append(odd)
            requested = len(server.requested)
            assert MastodonLookup((server.url,), "", between_s=0.0).look(ids).unsure == 3
            assert len(server.requested) == requested + 1, "requested once, then left alone"
        other: http_server.Refusal = (
            200,
            {},
            b'{"id":"9","uri":"https://home.example/users/ann/statuses/9","account":{},"content":""}',
        )
        server.status_answers.extend([(200, {}, b"not json"), (200, {}, b"not json"), other, other])
        looked = MastodonLookup((server.url,), "", between_s=0.0).look([*ids[:2], f"mastodon:{server.host}/9"])
        assert looked.unsure == 3, "nor for another status, nor of another server"
        assert not looked.deleted
        assert not looked.fresh


def test_hosts_out_of_posts_are_queried_at_public_addresses_only_and_never_with_the_token() -> None:
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
        assert not server.requested


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


def _ids(server: Mastodon, count: int) -> list[str]:
    return [f"mastodon:{server.host}/{number}" for number in range(1, count + 1)]


def _asked(server: Mastodon) -> list[int]:
    """Return how many statuses each request named."""
    return [max(1, path.count("id%5B%5D=")) for path in server.requested if path.startswith("/api/v1/statuses")]


def test_twenty_statuses_are_queried_at_once_and_a_missing_one_again_alone() -> None:
    with Mastodon() as server:
        server.held += [_at(server, number) for number in range(1, 26) if number != 7]
        looked = MastodonLookup((server.url,), "", between_s=0.0).look(_ids(server, 25))
        assert looked.deleted == [f"mastodon:{server.host}/7"]
        assert len(events_of(looked)) == 24
        assert _asked(server) == [20, 1, 5]


@pytest.mark.parametrize("answer", [404, 405, 400, 422])
def test_server_that_knows_no_such_query_is_queried_one_by_one(answer: int) -> None:
    with Mastodon() as server:
        server.many_status = answer
        server.held += [_at(server, number) for number in (1, 2)]
        lookup = MastodonLookup((server.url,), "", between_s=0.0)
        assert [lookup.look(_ids(server, 3)).deleted for _ in range(2)] == [[f"mastodon:{server.host}/3"]] * 2
        assert _asked(server) == [3, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("skew_s", [0.0, 5_000.0, -5_000.0])
def test_server_that_limits_queries_is_asked_after_its_reset_and_nothing_is_unknown(skew_s: float) -> None:
    with Mastodon() as server:
        server.skew_s = skew_s
        server.many_status = 404
        server.limit, server.left, server.reset_s = 9, 3, 120.0
        server.held += [_at(server, number) for number in range(1, 6)]
        lookup = MastodonLookup((server.url,), "", between_s=0.0)
        looked = lookup.look(_ids(server, 5))
        assert looked.later == _ids(server, 5)[2:]
        assert looked.pause_s == pytest.approx(120.0, abs=10.0)
        assert (looked.deleted, looked.unsure, len(events_of(looked))) == ([], 0, 2)
        asked = len(server.requested)
        assert lookup.look(looked.later).later == looked.later
        assert len(server.requested) == asked, "not asked before the reset"
        server.left = 9
        assert len(events_of(MastodonLookup((server.url,), "", between_s=0.0).look(looked.later))) == 3


def test_query_stops_before_the_limit_so_that_something_is_left_for_others() -> None:
    with Mastodon() as server:
        server.many_status = 404
        server.limit, server.left = 100, 14
        server.held += [_at(server, number) for number in range(1, 20)]
        looked = MastodonLookup((server.url,), "", between_s=0.0).look(_ids(server, 19))
        assert server.limited == 0
        assert server.left == 10
        assert len(looked.later) + len(events_of(looked)) == 19


def test_limit_of_one_server_holds_up_no_other() -> None:
    with Mastodon() as strict, Mastodon() as other:
        strict.limit = 1
        other.held.append(_at(other, 1))
        looked = MastodonLookup((strict.url, other.url), "", between_s=0.0).look([*_ids(strict, 2), *_ids(other, 1)])
        assert looked.later == _ids(strict, 2)
        assert len(events_of(looked)) == 1
