"""The parser of event streams: the same events wherever blocks end, and bounds on what it holds."""

from __future__ import annotations

from pipeline.sources.mastodon.sse_parser import LONGEST_EVENT, SseParser


def test_cutter_gives_the_same_wherever_blocks_end() -> None:
    body = b":)\nevent: update\r\ndata: {\ndata: }\r\n\r\n:thump\nevent: delete\ndata: 7\n\ndata: x\n\nevent: none\n\n"
    whole = list(SseParser().parse(body))
    assert whole == [("update", b"{\n}"), ("delete", b"7"), ("", b"x")]
    for size in range(1, 20):
        parser = SseParser()
        parts = [event for at in range(0, len(body), size) for event in parser.parse(body[at : at + size])]
        assert parts == whole


def test_data_lines_of_nothing_do_not_pile_up() -> None:
    parser = SseParser()
    for _ in range(40):
        assert not list(parser.parse(b"data:\n" * 50_000))
    ((name, data),) = parser.parse(b"event: update\n\n")
    assert name == "update"
    assert len(data) <= LONGEST_EVENT
