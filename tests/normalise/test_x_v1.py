"""Rules of the X API v1.1 adapter, by sample records and hand-written ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import AccountChange, AuthorDeletion, Deletion, Link, Notice, Post, Upsert
from tests.normalise.sample_records import NOW, posts


def status(**more: Any) -> dict[str, Any]:
    return {
        "created_at": "Thu Oct 11 10:00:00 +0000 2018",
        "id": 1050118621198921700,
        "id_str": "1050118621198921728",
        "text": "hello",
        "timestamp_ms": "1539252000123",
        "user": {"id": 12, "id_str": "12", "screen_name": "jack", "name": "J &amp; K", "followers_count": 5},
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        **more,
    }


def read(**more: Any) -> Post:
    return posts(normalise(json.dumps(status(**more)).encode(), "x", NOW))[-1]


def test_id_is_never_taken_through_a_float() -> None:
    assert read().id == "x:1050118621198921728"
    with pytest.raises(RecordError):
        normalise(json.dumps(status(id=1.05e18, id_str=None)).encode(), "x", NOW)


def test_text_is_unescaped_once_and_spans_move_along() -> None:
    post = read(
        text="a &amp;amp; b &lt;3 #tag &amp;quot; &quot;&amp;lt;",
        entities={"hashtags": [{"text": "tag", "indices": [20, 24]}]},
    )
    assert post.text == 'a &amp; b <3 #tag &quot; "&lt;'
    assert [post.text[one.start : one.end] for one in post.entities] == ["#tag"]


def test_links_are_shown_and_trailing_media_links_are_not() -> None:
    text = "look https://t.co/aaaaaaaaaa now https://t.co/bbbbbbbbbb"
    post = read(
        text=text,
        entities={
            "urls": [
                {
                    "url": "https://t.co/aaaaaaaaaa",
                    "expanded_url": "https://www.example.com/a/long",
                    "display_url": "example.com/a/long",
                    "indices": [5, 28],
                }
            ],
            "media": [
                {
                    "url": "https://t.co/bbbbbbbbbb",
                    "media_url_https": "https://pbs.twimg.com/media/x.jpg",
                    "type": "photo",
                    "indices": [33, 56],
                }
            ],
        },
    )
    assert post.text == "look example.com/a/long now"
    assert post.links == [Link("https://www.example.com/a/long")]
    assert post.hosts == ["example.com"]
    assert [(one.type, one.url) for one in post.media] == [("image", "https://pbs.twimg.com/media/x.jpg")]


def test_repost_carries_its_original_as_a_post_of_its_own() -> None:
    original = status(id_str="1050118621198921000", retweet_count=7)
    raw = json.dumps(status(text="RT @jack: hello", retweeted_status=original)).encode()
    events = normalise(raw, "x", NOW)
    first, second = posts(events)
    assert first.text == "hello"
    assert first.counts.reposts == 7
    assert second.repost_of == first.id == "x:1050118621198921000"
    assert second.text == ""
    assert first.version == second.version == 1539252000123
    assert [event.raw for event in events if isinstance(event, Upsert)] == [b"", raw]


def test_repost_of_which_only_the_id_came_keeps_its_words() -> None:
    post = read(text="RT @a: hello", retweeted_status={"id": 7, "id_str": "7"})
    assert (post.repost_of, post.text) == ("x:7", "RT @a: hello")


def test_cashtags_of_records_older_than_cashtags_are_found() -> None:
    post = read(text="buy $TWTR #now", entities={"hashtags": [{"text": "now", "indices": [10, 14]}]})
    assert post.cashtags == ["TWTR"]
    assert post.hashtags == ["now"]
    assert read(text="buy $TWTR").cashtags == []  # entities of the source win, also empty ones


def test_span_that_stands_elsewhere_is_found_and_one_cut_off_is_left_out() -> None:
    tags = [
        {"text": "Tag", "indices": [0, 4]},
        {"text": "Tagged", "indices": [9, 16]},
        {"text": "gone", "indices": [139, 140]},
    ]
    post = read(text="😀 x #tag #tagged …", entities={"hashtags": tags})
    assert [post.text[one.start : one.end] for one in post.entities] == ["#tag", "#tagged"]
    assert post.hashtags == ["Tag", "Tagged", "gone"]


@pytest.mark.parametrize("when", ["", "yesterday", "Thu Foo 11 10:00:00 +0000 2018", "Thu Oct 11 10:00:00 +0000 1018"])
def test_status_without_a_time_is_set_aside(when: str) -> None:
    with pytest.raises(RecordError):
        normalise(json.dumps(status(created_at=when, timestamp_ms=None)).encode(), "x", NOW)


def test_same_post_has_the_same_time_by_stream_and_by_rest() -> None:
    number = (1539252000123 - 1288834974657) << 22
    streamed = read(id=number, id_str=str(number))
    looked_up = read(id=number, id_str=str(number), timestamp_ms=None)
    assert streamed.created_at == looked_up.created_at == 1539252000123
    assert (streamed.version, looked_up.version) == (1539252000123, NOW)


def test_time_inside_an_id_counts_only_where_it_agrees_with_the_claim() -> None:
    assert (
        read(timestamp_ms=None).created_at == 1539252000000
    )  # the id is from the day before, so its milliseconds do not count
    assert read(timestamp_ms=None, id=7, id_str="7").created_at == 1539252000000


def test_lists_and_search_answers_are_read_and_one_bad_record_costs_no_other() -> None:
    one, two = status(id_str="11"), status(id_str="12")
    for answer in ([one, two], {"statuses": [one, two], "search_metadata": {}}):
        assert [post.id for post in posts(normalise(json.dumps(answer).encode(), "replay", NOW))] == ["x:11", "x:12"]
    events = normalise(json.dumps([one, {"hello": 1}, two]).encode(), "replay", NOW)
    assert [type(event).__name__ for event in events] == ["Upsert", "Upsert", "Notice"]
    with pytest.raises(RecordError, match="without a readable record"):
        normalise(b'[{"hello":1},[]]', "replay", NOW)
    assert normalise(b"[]", "replay", NOW) == []


def test_control_messages_are_understood() -> None:
    assert normalise(b'{"delete":{"status":{"id":1,"id_str":"1","user_id":2}}}', "x", NOW) == [Deletion("x:1", NOW)]
    assert normalise(b'{"user_delete":{"id":3}}', "x", NOW) == [AuthorDeletion("x", "3", NOW)]
    assert isinstance(normalise(b'{"limit":{"track":1}}', "x", NOW)[0], Notice)


def test_a_link_leads_to_the_page_behind_all_redirects_and_is_shown_as_written() -> None:
    link = {
        "url": "https://t.co/aaaaaaaaaa",
        "expanded_url": "https://bit.ly/3wren",
        "display_url": "bit.ly/3wren",
        "indices": [5, 28],
        "unwound": {"url": "https://birds.example/wren", "status": 200, "title": "Wrens", "description": "About wrens"},
    }
    post = read(text="look https://t.co/aaaaaaaaaa", entities={"urls": [link]})
    assert (post.text, post.hosts) == ("look bit.ly/3wren", ["birds.example"])
    assert post.links == [Link("https://birds.example/wren", "Wrens", "About wrens")]


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("user_suspend", True), ("user_protect", True), ("user_unsuspend", False), ("user_unprotect", False)],
)
def test_account_that_is_suspended_or_protected_is_hidden_until_it_is_back(name: str, hidden: bool) -> None:
    message = {name: {"id": 3, "timestamp_ms": str(NOW - 5)}}
    assert normalise(json.dumps(message).encode(), "x", NOW) == [AccountChange("x", "3", NOW - 5, hidden=hidden)]
