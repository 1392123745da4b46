"""Conversation and neighbours of a post, of what is stored, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.post import Post, ReplyTo
from pipeline.store.contract import Reading, Store
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import ids, post, put
from web.api.post import conversation, neighbours
from web.api.post.conversation import read_conversation
from web.api.post.neighbours import read_neighbours


def answer(number: int, to: int, **fields: Any) -> Post:
    """Return a post that answers another one."""
    return post(number, f"answer {number}", reply_to=ReplyTo(f"x:{to}"), **fields)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Any = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    yield made
    made.close()


def conversation_of(store: Store, post_id: str) -> tuple[str, list[str], bool]:
    with store.reading() as reading:
        found = read_conversation(reading, post_id)
    assert found is not None
    return found.root, ids(found.bodies), found.cut


def test_a_conversation_is_followed_up_and_down_where_the_network_does_not_name_it(store: Store) -> None:
    put(store, 1, post(1), answer(2, 1), answer(3, 2), answer(4, 1), answer(5, 4), post(6), answer(7, 6))
    for focus in range(1, 6):
        assert conversation_of(store, f"x:{focus}") == ("x:1", [f"x:{n}" for n in range(1, 6)], False)


def test_a_conversation_that_the_network_names_is_whole_though_posts_between_are_missing(store: Store) -> None:
    named: dict[str, Any] = {"conversation_id": "x:1"}
    put(store, 1, answer(3, 2, **named), answer(5, 4, **named), post(9, "elsewhere"))
    assert conversation_of(store, "x:3") == ("x:1", ["x:3", "x:5"], False)


def test_quotes_of_the_post_belong_to_it_and_a_repost_stands_for_its_original(store: Store) -> None:
    put(store, 1, post(1), post(2, "look", quote_of="x:1"), post(3, repost_of="x:1"), answer(4, 2))
    assert conversation_of(store, "x:1") == ("x:1", ["x:1", "x:2"], False)
    assert conversation_of(store, "x:3") == ("x:1", ["x:1", "x:2"], False)


def test_an_answer_to_a_post_that_is_not_stored_names_it_as_the_root(store: Store) -> None:
    put(store, 1, answer(2, 1), answer(3, 1))
    assert conversation_of(store, "x:2") == ("x:1", ["x:2", "x:3"], False)


def test_a_loop_of_answers_ends_and_a_long_thread_is_cut(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, 1, answer(1, 2), answer(2, 1))
    assert conversation_of(store, "x:1")[1:] == (["x:1", "x:2"], False)
    put(store, 2, *[answer(number, 1) for number in range(10, 30)])
    monkeypatch.setattr(conversation, "CONVERSATION_MAX", 9)
    _, found, cut = conversation_of(store, "x:1")
    assert len(found) == 9
    assert cut


def test_a_thread_deeper_than_the_rounds_is_cut(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, 1, post(1), *[answer(number, number - 1) for number in range(2, 9)])
    monkeypatch.setattr(conversation, "ROUNDS_MAX", 3)
    _, found, cut = conversation_of(store, "x:1")
    assert found == ["x:1", "x:2", "x:3", "x:4"]
    assert cut


def test_neighbours_are_the_nearest_on_each_side(store: Store) -> None:
    posts = [post(number, handle="ann" if number % 3 == 0 else "bob") for number in range(1, 30)]
    put(store, 1, *posts, post(15_000, handle="ann"))
    with store.reading() as reading:
        found = read_neighbours(reading, "x:15", 2)
    assert found is not None
    source, author = found
    assert (ids(source.before), ids(source.after)) == (["x:14", "x:13"], ["x:16", "x:17"])
    assert (ids(author.before), ids(author.after)) == (["x:12", "x:9"], ["x:18", "x:21"])


def test_neighbours_far_away_and_none_at_all(store: Store) -> None:
    put(store, 1, post(1, handle="ann"), post(2_000_000, handle="ann"), post(3, source="bluesky"))
    with store.reading() as reading:
        one, last, other = (read_neighbours(reading, one, 5) for one in ("x:1", "x:2000000", "x:3"))
    assert one
    assert last
    assert other
    assert (ids(one[1].before), ids(one[1].after)) == ([], ["x:2000000"])
    assert (ids(last[0].before), ids(last[0].after)) == (["x:1"], [])
    assert other[0] == other[1] == neighbours.Neighbours([], [])


def test_in_a_burst_the_nearest_are_found_by_narrowing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_READ_MAX", 8)
    put(store, 1, *[post(number) for number in range(1, 120)])
    read: list[int] = []

    class Counting:
        def __init__(self, reading: Reading) -> None:
            self.reading = reading

        def __getattr__(self, name: str) -> Any:
            return getattr(self.reading, name)

        def search(self, *args: Any, **options: Any) -> Any:
            page = self.reading.search(*args, **options)
            read.append(len(page.bodies))
            return page

    with store.reading() as reading:
        found = read_neighbours(Counting(reading), "x:40", 3)
    assert found
    assert ids(found[0].after) == ["x:41", "x:42", "x:43"]
    assert max(read) <= 8


def test_a_post_that_is_not_stored_has_neither(store: Store) -> None:
    with store.reading() as reading:
        assert read_conversation(reading, "x:1") is None
        assert read_neighbours(reading, "x:1", 5) is None


def test_an_id_that_no_search_can_name_has_itself_alone(store: Store) -> None:
    odd = msgspec.structs.replace(post(1), id='x:a "b')
    put(store, 1, odd)
    assert conversation_of(store, 'x:a "b')[1] == ['x:a "b']
