"""A batch's messages: one body for searches with the same posts, bounded, and no search harms another."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.publish.messages import PORTION_BYTES, numbered_portions, posts_messages
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


def test_messages_name_the_posts_that_began_to_match_later(worker: Worker) -> None:
    queries = [understand(text) for text in ("cats", "dogs", "birds")]
    worker.registry.register({query.key: query.canonical for query in queries})
    listening = worker.redis.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(*(worker.names.live(query.key) for query in queries))
    for _ in queries:
        assert listening.get_message(timeout=5)
    worker.offer(post(1, "dogs"), post(2, "birds"))
    worker.runner.run("b")
    worker.offer(post(1, "dogs and cats", version=2), post(3, "cats"), post(2, "birds still", version=2))
    worker.runner.run("b")
    told: dict[str, list[bytes]] = {}
    while message := listening.get_message(timeout=0.5):
        told.setdefault(message["channel"].decode(), []).append(message["data"].partition(b"\n")[2])
    cats, dogs, birds = (told[worker.names.live(query.key)] for query in queries)
    posts, _, numbers = cats[0].partition(b"\n")
    read = {one["id"]: one for one in msgspec.json.decode(posts)}
    assert msgspec.json.decode(numbers) == {"demo:1": read["demo:1"]["seq"]}
    assert read["demo:1"]["seq"] == read["demo:3"]["first_seq"] > read["demo:1"]["first_seq"] > 0
    assert all(b"\n" not in payload for payload in [*dogs, *birds])


def test_entry_numbers_count_among_the_bytes_of_a_part_and_stand_with_their_posts() -> None:
    bodies = [msgspec.json.encode({"id": f"x:{n}", "text": "y" * 900}) for n in range(200)]
    entered = {f"x:{n}": 1_800_000_000_000_000 + n for n in range(0, 200, 2)}
    parts = list(numbered_portions(bodies, entered))
    assert [body for part, _ in parts for body in part] == bodies
    assert {post_id: number for _, numbers in parts for post_id, number in numbers.items()} == entered
    for part, numbers in parts:
        assert set(numbers) <= {msgspec.json.decode(body)["id"] for body in part}
        assert len(b",".join(part)) + len(msgspec.json.encode(numbers)) <= PORTION_BYTES
    assert all(not numbers for _, numbers in numbered_portions(bodies, {}))
