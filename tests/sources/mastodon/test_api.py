"""Requests go where the server says that its streams are, with the token, and no further."""

from __future__ import annotations

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


def test_stream_is_asked_for_where_the_server_says_it_is() -> None:
    with Mastodon() as server, Mastodon() as streaming:
        server.streaming = f"ws://{streaming.host}"
        with read(server) as reading:
            listening(streaming)
            streaming.publish(status(1, "one"))
            until(lambda: reading.texts() == ["one"])
            assert reading.chunks[-1].instance in ("", server.host)
            assert server.streamed() == 0


def test_server_that_does_not_say_where_its_streams_are_is_asked_itself() -> None:
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
