"""Lines of a stream, with every source's own bound on the longest one."""

from __future__ import annotations

import pytest

from pipeline.sources.large_document import RECORD_MAX_BYTES
from pipeline.sources.line_splitter import TRUNCATED_BYTES, LineSplitter
from pipeline.sources.mastodon.sse_parser import EVENT_DATA_MAX_BYTES, TRUNCATED_LINE_BYTES
from pipeline.sources.x.http_session import STREAM_LINE_MAX_BYTES

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("longest", "kept", "bound"),
    [
        (RECORD_MAX_BYTES, TRUNCATED_BYTES, 4 * MIB),
        (EVENT_DATA_MAX_BYTES, TRUNCATED_LINE_BYTES, MIB),
        (STREAM_LINE_MAX_BYTES, TRUNCATED_BYTES, MIB // 4),
    ],
    ids=["stdin and recordings", "mastodon", "x"],
)
def test_line_beyond_the_bound_is_cut_and_its_neighbours_are_whole(longest: int, kept: int, bound: int) -> None:
    assert longest == bound
    for block in (bound // 7, 3 * bound):
        body = b"one\n" + b"x" * (bound + 1) + b"\n" + b"y" * bound + b"\ntwo\n"
        splitter = LineSplitter(longest, kept)
        found = [line for at in range(0, len(body), block) for line, _ in splitter.split(body[at : at + block])]
        assert [found[0], found[-1]] == [b"one", b"two"]
        assert [len(line) for line in found] == [3, min(kept, bound + 1), bound, 3]


def test_blocks_may_end_anywhere() -> None:
    body = b"one\r\n\n two\nthree"
    for size in range(1, len(body)):
        splitter = LineSplitter(10, 3)
        found = [cut for at in range(0, len(body), size) for cut in splitter.split(body[at : at + size])]
        assert found + splitter.end() == [(b"one\r", 5), (b"", 6), (b" two", 11), (b"three", 16)]


def test_offsets_count_from_the_start_and_name_where_the_next_line_begins() -> None:
    body = b"one\ntwo\nthree\n"
    (_, end), *_ = LineSplitter(10, 3, start=100).split(body)
    assert end == 104
    assert LineSplitter(10, 3).split(body[end - 100 :])[0] == (b"two", 4)


def test_rest_of_a_truncated_line_is_skipped() -> None:
    splitter = LineSplitter(10, 3)
    assert splitter.split(b"x" * 11) == [(b"xxx", 11)], "as soon as it is too long"
    assert splitter.split(b"y" * 100) == []
    assert splitter.end() == [], "the rest of a cut line is no line of its own"
    assert splitter.split(b"z\nnext\n") == [(b"next", 118)]
