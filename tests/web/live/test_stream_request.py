"""The URL of an event stream names its subscriptions, and an event's id is where all of them are complete."""

from __future__ import annotations

import pytest

from pipeline.errors import QueryError
from web.api_errors import ApiError
from web.live.clients.event_stream_client import StreamClient
from web.live.clients.resume_points import ResumePoints
from web.live.stream_request import subscriptions
from web.protocol.client_messages import Subscribe
from web.protocol.frames import Bundle, Frame, frame, history_frame, posts_frame
from web.protocol.server_messages import Error, Fault, Lagged, Reset, Subscribed


@pytest.mark.parametrize(
    ("query_string", "last", "expected"),
    [
        ("", "", []),
        ("history=5", "", []),
        ("q=storm", "", [("stream", "storm", 500, None)]),
        ("history=5&after=7&q=storm", "", [("stream", "storm", 5, 7)]),
        ("q=storm&history=5&q=ferry&after=9", "", [("stream", "storm", 5, None), ("stream-2", "ferry", 500, 9)]),
        ("id=a&q=storm&id=ignored&q=storm&id=b&after=", "", [("a", "storm", 500, None), ("b", "storm", 500, None)]),
        ("q=caf%C3%A9+bar%21&id=%E2%98%83", "", [("\u2603", "caf\xe9 bar!", 500, None)]),
        ("q=a&after=3&q=b&after=90", "40", [("stream", "a", 500, 40), ("stream-2", "b", 500, 40)]),
        ("q=re:zero&q=b", "", [("stream", "re:zero", 500, None), ("stream-2", "b", 500, None)]),
    ],
)
def test_what_follows_a_search_belongs_to_it(query_string: str, last: str, expected: list[tuple[str, object]]) -> None:
    assert subscriptions(query_string.encode(), last) == [Subscribe(*one) for one in expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query_string", "last", "words"),
    [
        ("q=a&history=20001", "", "history must be a whole number from 0 to 20000."),
        ("q=a&q=b&after=-1", "", "after must be a whole number from 0 to 9223372036854775807."),
        ("q=a&after=" + "9" * 19, "", "after must be"),
        ("q=a", "9" * 5_000, "Last-Event-ID must be"),
        ("q=a&id=" + "x" * 65, "", "id must have at most 64 characters."),
        ("q=a&id=x&q=b&id=x", "", "id must be another one for each q."),
        ("q=a&id=stream-2&q=b", "", "id must be another one for each q."),
    ],
)
def test_a_parameter_out_of_bounds_is_named(query_string: str, last: str, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        subscriptions(query_string.encode(), last)
    assert caught.value.code == "bad_request"
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("query_string", ["q=re:zero", "q=re:zero&q=(", "q="])
def test_a_stream_of_which_no_search_is_understood_is_refused_by_its_status(query_string: str) -> None:
    with pytest.raises(QueryError):
        subscriptions(query_string.encode(), "")


def begun(*ids: str) -> ResumePoints:
    points = ResumePoints()
    for one in ids:
        points.expect(one)
    for one in ids:
        points.note(frame(Subscribed(one, f"key {one[0]}", "", [])))
    return points


def done(watch_id: str, after: int) -> Frame:
    return history_frame(watch_id, f"key {watch_id[0]}", [], after=after)


def stats(after: int) -> Frame:
    return Frame("stats", b"{}", "", after)


def test_an_id_waits_for_every_history_and_is_the_least_of_all_searches() -> None:
    points = begun("a", "b")
    notes = [done("a", 40), posts_frame("key a", 45, b""), stats(46), done("b", 43), posts_frame("key b", 50, b"")]
    assert [points.note(one) for one in notes] == [None, None, None, 43, 46]
    assert points.note(stats(60)) == 60


def test_two_subscriptions_of_one_search_have_histories_of_their_own() -> None:
    points = begun("a1", "a2")
    assert points.note(done("a1", 40)) is None
    assert points.note(posts_frame("key a", 45, b"")) is None
    assert points.note(done("a2", 44)) == 44
    assert points.note(posts_frame("key a", 47, b"")) == 47


def test_a_reset_names_the_beginning_until_its_history_is_complete() -> None:
    points = begun("a", "b")
    points.note(done("a", 40))
    points.note(done("b", 40))
    assert points.note(frame(Reset("b", "key b"))) == 0, "a former id would leave out what the reader forgot"
    assert points.note(stats(60)) is None
    assert points.note(done("b", 55)) == 55


def test_a_refused_search_is_left_out_of_the_ids() -> None:
    points = begun("a", "b")
    points.note(done("a", 40))
    assert points.note(frame(Error(Fault("query_timeout", ""), "b"))) is None
    assert points.note(stats(41)) == 41


def client(*ids: str) -> StreamClient:
    made = StreamClient("", limit=100_000, on_full=lambda *_: None, on_end=lambda _: None)
    for one in ids:
        made.resume_points.expect(one)
        made.send(frame(Subscribed(one, f"key {one[0]}", "", [])))
    return made


def test_a_stream_ends_with_its_last_search_and_with_any_lag() -> None:
    for number, ended in ((1, False), (2, True)):
        refused = client("a", "b")
        for one in ("a", "b")[:number]:
            refused.send(frame(Error(Fault("query_timeout", ""), one)))
        assert refused.finished is ended
    lagging = client("a", "b")
    lagging.send(frame(Lagged("b", "key b")))
    assert lagging.finished


def test_each_message_of_a_bundle_has_its_id() -> None:
    stream = client("a")
    stream.send(done("a", 40))
    stream.take(0)
    stream.send(Bundle([posts_frame("key a", 41, b""), posts_frame("key a", 42, b"")]))
    assert [line for line in stream.take(0).split(b"\n") if line.startswith(b"id")] == [b"id: 41", b"id: 42"]
