"""A batch's messages: one body for searches with the same posts, bounded, and no search harms another."""

from __future__ import annotations

import pytest

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.publish.messages import PORTION_BYTES, posts_messages
from tests.worker.one_worker import Worker, post

pytestmark = pytest.mark.redis


def test_a_standing_search_that_cannot_be_parsed_harms_no_other(worker: Worker) -> None:
    query = understand("cats")
    worker.registry.register({"0" * 16: "((", query.key: query.canonical})
    worker.offer(post(1))
    worker.runner.run("b")
    assert worker.done()
    assert worker.counters.value("matches") == 1


def test_searches_that_match_the_same_posts_share_one_message_body(names: Names) -> None:
    """Each post's bytes are joined once for a set of posts, however many searches have it."""
    matches = {f"k{n}": (0, 2) for n in range(100)} | {"other": (1,)}
    messages = posts_messages(names, matches, [b"{0}", b"{1}", b"{2}"])
    assert len(messages) == 101
    assert len({id(payload) for _, payload in messages}) == 2
    assert dict(messages)[names.live("k7")] == b"[{0},{2}]"


def test_messages_are_bounded_unless_one_post_is_larger(names: Names) -> None:
    sizes = [20_000, 11_999, 1, 40_000, 10, *[1_000] * 100]
    bodies = [b"%d" % (10 ** (size - 1)) if size < 9 else b'"%s"' % (b"x" * (size - 2)) for size in sizes]
    messages = posts_messages(names, {"k": range(len(bodies))}, bodies)
    assert b",".join(payload[1:-1] for _, payload in messages) == b",".join(bodies)
    assert [len(payload) - 2 for _, payload in messages[:3]] == [32_000, 1, 40_000]
    assert all(len(payload) - 2 <= PORTION_BYTES for _, payload in messages[3:])
    assert len(messages) == 3 + 4
