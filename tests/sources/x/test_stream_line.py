"""Lines by which X ends a stream, and the time of a post in its id."""

from __future__ import annotations

import json

import pytest

from pipeline.sources.x.backoff import Backoff
from pipeline.sources.x.stream_line import Disconnect, read_line
from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi, operational_disconnect, say_and_close
from tests.sources.x.reading import read


def test_disconnect_for_too_many_posts_is_waited_out_as_a_limit() -> None:
    detail = {"title": "UsageCapExceeded", "detail": "cap", "disconnect_type": "UsageCapExceeded"}
    with XApi() as api:
        api.faults.append(say_and_close(json.dumps({"errors": [detail]}).encode() + b"\r\n"))
        with read(api, backoff=Backoff(scale=1.0)) as reading:
            until(lambda: any(wait >= 60 for wait in reading.waits))
            assert "UsageCapExceeded" in reading.reports[-1][1]
            assert len(api.streamed()) == 1


def test_operational_disconnect_is_understood_and_means_reconnect() -> None:
    with XApi() as api:
        api.faults.append(say_and_close(operational_disconnect()))
        with read(api) as reading:
            until(lambda: len(api.streamed()) == 2)
            assert any("UpstreamOperationalDisconnect" in detail for _, detail, _ in reading.reports)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b'{"data":{"id":"1849000000000000000"}}', 1_729_666_655_093 - 1),
        (b'{"data":{"id":"soon"}}', 0),
        (b"not json", 0),
        (b'{"errors":[{"title":"odd"}]}', 0),
        (b'{"title":"operational-disconnect","detail":"d"}', Disconnect("operational-disconnect: d", limit=False)),
        (b'{"connection_issue":"TooManyConnections"}', Disconnect("TooManyConnections", limit=True)),
    ],
)
def test_line_is_a_time_or_a_disconnect(line: bytes, meaning: Disconnect | int) -> None:
    found = read_line(line)
    if isinstance(meaning, int) and meaning:
        assert found == (1849000000000000000 >> 22) + 1_288_834_974_657
    else:
        assert found == meaning
