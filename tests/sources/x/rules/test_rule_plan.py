"""The plan for TRACK and for open searches: what X is asked for, and what people are told."""

from __future__ import annotations

import pytest

from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi
from tests.sources.x.reading import opened, read


@pytest.mark.parametrize(
    ("track", "why"),
    [("*", "no stream of everything"), ("source:bluesky", "nothing on X"), ("(", "parsed")],
)
def test_nothing_to_ask_for_is_reported_and_no_stream_opened(track: str, why: str) -> None:
    with XApi() as api:
        api.hold("snow", "murmur:old")
        with read(api, track) as reading:
            until(lambda: reading.reports)
            assert reading.reports[-1][0] == "down"
            assert why in reading.reports[-1][1]
            assert not api.rules
            assert not api.streamed()
            assert reading.stop() < 10


def test_without_a_track_what_others_ask_for_is_read() -> None:
    with XApi() as api:
        api.hold("rain", "theirs")
        with read(api, "*") as reading:
            opened(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])
