"""Requests go to the streaming address that the server names, with the token, and no further."""

from __future__ import annotations

import pytest

from pipeline.sources.mastodon.instance import facts_of
from pipeline.sources.mastodon.source import MastodonSource
from tests.sources.background_reading import Reading, until
from tests.sources.mastodon.reading import listening, read
from tests.sources.simulators.mastodon import Mastodon, status


def test_token_is_sent_and_its_lack_is_named() -> None:
    with Mastodon("s3cret") as server:
        with read(server) as reading:
            listening(server)
            server.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
        with Reading(MastodonSource((server.url,))) as refused:
            until(lambda: any("token" in detail for _, detail, _ in refused.reports))


def test_stream_is_requested_at_the_address_that_the_server_names() -> None:
    with Mastodon() as server, Mastodon() as streaming:
        server.streaming = f"ws://{streaming.host}"
        with read(server) as reading:
            listening(streaming)
            streaming.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            assert reading.chunks[-1].instance in ("", server.host)
            assert server.streamed() == 0


def test_server_that_names_no_streaming_address_is_streamed_from_itself() -> None:
    with Mastodon() as server:
        server.instance_status = 404
        with read(server) as reading:
            listening(server)
            server.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])


def test_redirect_is_followed_and_the_token_stays_behind() -> None:
    with Mastodon("s3cret") as server, Mastodon() as other:
        server.refusals.append((302, {"Location": f"{other.url}/api/v1/streaming/public"}))
        with read(server) as reading:
            listening(other)
            other.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            assert "Bearer s3cret" in server.tokens
            assert set(other.tokens) == {""}


def test_token_goes_to_the_host_that_the_server_names_for_its_streams() -> None:
    with Mastodon("s3cret") as server, Mastodon("s3cret") as streaming:
        server.streaming = f"ws://{streaming.host}"
        with read(server) as reading:
            listening(streaming)
            streaming.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])


def test_server_in_trouble_is_not_taken_for_one_that_names_no_streaming_host() -> None:
    with Mastodon("s3cret") as server, Mastodon("s3cret") as streaming:
        server.streaming = f"ws://{streaming.host}"
        server.instance_status = 503
        with read(server) as reading:
            until(lambda: any("HTTP 503" in detail for _, detail, _ in reading.reports))
            server.instance_status = 200
            listening(streaming)
            assert server.streamed() == 0


def test_server_that_redirects_to_a_host_it_does_not_name_is_explained() -> None:
    with Mastodon("s3cret") as server, Mastodon("s3cret") as other:
        server.refusals.append((301, {"Location": f"{other.url}/api/v1/streaming/public"}))
        with read(server) as reading:
            until(lambda: any(f"redirects to {other.host}" in detail for _, detail, _ in reading.reports))
            assert set(other.tokens) == {""}


def test_host_that_another_server_names_does_not_get_the_token() -> None:
    with Mastodon("s3cret") as server, Mastodon() as elsewhere, Mastodon() as streaming:
        elsewhere.streaming = f"ws://{streaming.host}"
        server.instance_location = f"{elsewhere.url}/api/v2/instance"
        with read(server):
            listening(streaming)
            assert set(streaming.tokens) == {""}


@pytest.mark.parametrize(
    ("base", "answer", "streaming"),
    [
        ("https://a.example", b'{"configuration":{"urls":{"streaming":"wss://s.a.example/"}}}', "https://s.a.example"),
        ("https://a.example", b'{"configuration":{"urls":{"streaming":"ws://s.a.example"}}}', "https://s.a.example"),
        ("http://a.example", b'{"configuration":{"urls":{"streaming":"ws://s.a.example"}}}', "http://s.a.example"),
        (
            "https://a.example",
            b'{"urls":{"streaming_api":"wss://s.a.example"},"version":"2.7.2"}',
            "https://s.a.example",
        ),
        ("https://a.example", b'{"configuration":{"urls":{"streaming":7},"timelines_access":[]}}', ""),
        ("https://a.example", b"[]", ""),
        ("https://a.example", b"\xff", ""),
    ],
)
def test_streaming_address_is_never_less_secure_than_the_server(base: str, answer: bytes, streaming: str) -> None:
    assert facts_of(answer, base, named=True).streaming == streaming


@pytest.mark.parametrize(
    ("feed", "tags", "stream", "timeline"),
    [
        ("public", (), "/api/v1/streaming/public", "/api/v1/timelines/public?limit=40"),
        ("public:local", (), "/api/v1/streaming/public/local", "/api/v1/timelines/public?local=true&limit=40"),
        ("public:remote", (), "/api/v1/streaming/public/remote", "/api/v1/timelines/public?remote=true&limit=40"),
        (
            "public:local",
            ("cats",),
            "/api/v1/streaming/hashtag/local?tag=cats",
            "/api/v1/timelines/tag/cats?local=true",
        ),
    ],
)
def test_feed_is_that_of_the_setting_in_the_stream_and_after_an_outage(
    feed: str, tags: tuple[str, ...], stream: str, timeline: str
) -> None:
    with Mastodon() as server, read(server, feed=feed, tags=tags) as reading:
        listening(server)
        until(lambda: reading.reports and reading.reports[-1][0] == "live")
        server.drop()
        until(lambda: reading.gaps)
        assert stream in server.requested
        assert any(path.startswith(timeline) for path in server.requested)
