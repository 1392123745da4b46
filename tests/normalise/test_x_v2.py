"""Rules of the X API v2 adapter, by hand-written records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.normalise.field_validation import MAX_TEXT_CHARS
from pipeline.post import Deletion, Link, Media, Notice, Poll, PollOption, Post, Upsert
from tests.normalise.sample_records import NOW, posts

WRITTEN_MS = 1539252000123
ID = "1050328459284701184"


def tweet(**more: Any) -> dict[str, Any]:
    return {"id": ID, "text": "hello", "author_id": "12", "created_at": "2018-10-11T10:00:00.000Z", **more}


def read(data: Any, **around: Any) -> list[Post]:
    return posts(normalise(json.dumps({"data": data, **around}).encode(), "x", NOW))


def test_stream_version_is_when_it_was_written_and_page_version_when_it_was_fetched() -> None:
    (streamed,) = read(tweet(), matching_rules=[{"id": "1"}])
    assert streamed.version == streamed.created_at
    assert read(tweet())[0].version == NOW
    fetched = read(tweet(), __twarc={"retrieved_at": "2021-09-22T16:39:00+00:00"})
    assert fetched[0].version == 1632328740000


def test_long_post_is_read_whole() -> None:
    note = {"text": "x" * 300 + " #tag", "entities": {"hashtags": [{"start": 301, "end": 305, "tag": "tag"}]}}
    (post,) = read(tweet(text="x" * 270 + "…", note_tweet=note))
    assert len(post.text) == 305
    assert post.hashtags == ["tag"]


def test_repost_and_quote_bring_their_originals_first_and_once() -> None:
    quoted = tweet(id="5000000000000000001", text="deep")
    original = tweet(
        id="5000000000000000002", text="mid", referenced_tweets=[{"type": "quoted", "id": "5000000000000000001"}]
    )
    repost = tweet(text="RT @a: mid", referenced_tweets=[{"type": "retweeted", "id": "5000000000000000002"}])
    found = read([repost, repost | {"id": "5000000000000000003"}], includes={"tweets": [quoted, original]})
    assert [post.text for post in found] == ["deep", "mid", "", ""]
    assert found[1].quote_of == found[0].id
    assert found[2].repost_of == found[3].repost_of == found[1].id


def test_thin_repost_keeps_the_words_it_came_with() -> None:
    (post,) = read(tweet(text="RT @a: mid &amp; more", referenced_tweets=[{"type": "retweeted", "id": "7"}]))
    assert (post.repost_of, post.text) == ("x:7", "RT @a: mid & more")


def test_media_links_and_quote_link_are_not_shown_at_the_end() -> None:
    urls = [
        {"start": 5, "end": 28, "url": "https://t.co/aaaaaaaaaa", "expanded_url": "https://a.example/x", "title": "A"},
        {
            "start": 29,
            "end": 52,
            "url": "https://t.co/bbbbbbbbbb",
            "expanded_url": f"https://twitter.com/a/status/{ID}/photo/1",
            "display_url": "pic.twitter.com/bbbbbbbbbb",
            "media_key": "3_1",
        },
        {"start": 53, "end": 76, "url": "https://t.co/cccccccccc", "expanded_url": "https://x.com/b/status/77"},
    ]
    text = "look https://t.co/aaaaaaaaaa https://t.co/bbbbbbbbbb https://t.co/cccccccccc"
    (post,) = read(
        tweet(
            text=text,
            entities={"urls": urls},
            attachments={"media_keys": ["3_1", "7_2"]},
            referenced_tweets=[{"type": "quoted", "id": "77"}],
        ),
        includes={
            "media": [
                {"media_key": "3_1", "type": "photo", "url": "https://p.example/1.jpg", "alt_text": "one"},
                {
                    "media_key": "7_2",
                    "type": "video",
                    "preview_image_url": "https://p.example/2.jpg",
                    "variants": [
                        {"url": "https://v.example/low.mp4", "content_type": "video/mp4", "bit_rate": 1},
                        {"url": "https://v.example/high.mp4", "content_type": "video/mp4", "bit_rate": 2},
                        {"url": "https://v.example/list.m3u8", "content_type": "application/x-mpegURL"},
                    ],
                },
            ]
        },
    )
    assert post.text == "look a.example/x"
    assert post.links == [Link("https://a.example/x", "A")]
    assert post.quote_of == "x:77"
    assert post.media == [
        Media("image", "https://p.example/1.jpg", "https://p.example/1.jpg", "one"),
        Media("video", "https://v.example/high.mp4", "https://p.example/2.jpg"),
    ]


def test_reply_names_whom_it_answers() -> None:
    (post,) = read(
        tweet(
            in_reply_to_user_id="99",
            conversation_id="60",
            referenced_tweets=[{"type": "replied_to", "id": "61"}],
        ),
        includes={"users": [{"id": "99", "username": "ann"}, {"id": "12", "username": "bob", "name": "B &lt;3"}]},
    )
    assert post.reply_to is not None
    assert (post.reply_to.id, post.reply_to.author, post.reply_to.handle) == ("x:61", "99", "ann")
    assert post.conversation_id == "x:60"
    assert (post.author.handle, post.author.name) == ("bob", "B <3")
    assert post.url == f"https://x.com/bob/status/{ID}"


def test_page_keeps_its_good_posts_and_reports_the_bad_one() -> None:
    raw = json.dumps({"data": [tweet(), {"id": "5"}, tweet(id="6")], "meta": {"result_count": 3}}).encode()
    events = normalise(raw, "x", NOW)
    assert [post.id for post in posts(events)] == [f"x:{ID}", "x:6"]
    assert isinstance(events[-1], Notice)
    assert events[-1].kind == "warning"


def test_post_of_a_page_keeps_its_own_part_as_its_raw_record() -> None:
    raw = json.dumps({"data": [tweet(), tweet(id="6")]}).encode()
    parts = [event.raw for event in normalise(raw, "x", NOW) if isinstance(event, Upsert)]
    assert [json.loads(part)["data"]["id"] for part in parts] == [ID, "6"]
    assert [post.id for part in parts for post in posts(normalise(part, "x", NOW))] == [f"x:{ID}", "x:6"]


def test_post_alone_is_read() -> None:
    (post,) = posts(normalise(json.dumps(tweet()).encode(), "replay", NOW))
    assert post.id == f"x:{ID}"


def test_disconnect_is_a_notice_of_its_kind() -> None:
    raw = b'{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect"}]}'
    (event,) = normalise(raw, "x", NOW)
    assert isinstance(event, Notice)
    assert event.kind == "disconnect"
    assert normalise(b'{"meta":{"result_count":0}}', "x", NOW) == []


def test_delete_inside_an_envelope_of_another_tool_is_understood() -> None:
    raw = b'{"for_user":"1","message":{"delete":{"status":{"id":9,"id_str":"9"},"timestamp_ms":"1500000000000"}}}'
    assert normalise(raw, "x", NOW) == [Deletion("x:9", 1500000000000)]


SHORT = "https://t.co/aaaaaaaaaa"


def short_link(**more: Any) -> dict[str, Any]:
    return {
        "start": 5,
        "end": 28,
        "url": SHORT,
        "expanded_url": "https://bit.ly/3wren",
        "display_url": "bit.ly/3wren",
        "status": 200,
        **more,
    }


def test_a_link_leads_to_the_page_behind_all_redirects_and_is_shown_as_written() -> None:
    behind = short_link(
        unwound_url="https://birds.example/wren?id=1",
        title="Wrens",
        description="About wrens",
        images=[{"url": "https://pbs.twimg.com/news_img/1.jpg", "width": 150, "height": 150}],
    )
    (post,) = read(tweet(text=f"look {SHORT}", entities={"urls": [behind]}))
    assert (post.text, post.hosts) == ("look bit.ly/3wren", ["birds.example"])
    assert post.entities[0].value == "https://birds.example/wren?id=1"
    assert post.links == [
        Link("https://birds.example/wren?id=1", "Wrens", "About wrens", "https://pbs.twimg.com/news_img/1.jpg")
    ]


@pytest.mark.parametrize("unwound", [None, "", "javascript:1", "birds.example"])
def test_a_link_that_was_not_unwound_stays_as_expanded(unwound: str | None) -> None:
    (post,) = read(tweet(text=f"look {SHORT}", entities={"urls": [short_link(unwound_url=unwound)]}))
    assert post.hosts == ["bit.ly"]


def test_links_to_x_itself_are_not_replaced_so_that_quotes_and_media_stay_hidden() -> None:
    quote = short_link(expanded_url="https://x.com/b/status/77", unwound_url="https://x.com/login")
    (post,) = read(
        tweet(text=f"look {SHORT}", entities={"urls": [quote]}, referenced_tweets=[{"type": "quoted", "id": "77"}])
    )
    assert (post.text, post.links) == ("look", [])


ARTICLE_LINK = short_link(start=0, end=23, expanded_url="https://x.com/i/article/99", display_url="x.com/i/article/99")
COVER = {"media_key": "3_9", "type": "photo", "url": "https://p.example/9.jpg"}


def test_an_article_is_read_with_its_title_words_link_and_cover() -> None:
    article = {
        "title": "On wrens",
        "preview_text": "They sing.",
        "plain_text": "They sing. Loudly, says @wim in #Kent.",
        "cover_media": "3_9",
    }
    (post,) = read(tweet(text=SHORT, entities={"urls": [ARTICLE_LINK]}, article=article), includes={"media": [COVER]})
    assert post.text == "On wrens\n\nThey sing. Loudly, says @wim in #Kent."
    assert (post.mentions, post.hashtags) == (["wim"], ["Kent"])
    assert post.links == [Link("https://x.com/i/article/99", "On wrens", "They sing.")]
    assert [one.url for one in post.media] == ["https://p.example/9.jpg"]
    assert all(0 <= one.start < one.end <= len(post.text) for one in post.entities)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        ({"title": "On wrens"}, "read this\n\nOn wrens"),
        ({"title": "On wrens", "preview_text": "They sing."}, "read this\n\nOn wrens\n\nThey sing."),
        ({}, "read this"),
    ],
)
def test_an_article_of_which_less_is_known_is_read_as_far(article: dict[str, Any], text: str) -> None:
    link = ARTICLE_LINK | {"start": 10, "end": 33}
    (post,) = read(tweet(text=f"read this {SHORT}", entities={"urls": [link]}, article=article))
    assert post.text == text


def test_an_article_longer_than_a_text_may_be_is_cut() -> None:
    (post,) = read(tweet(text=SHORT, article={"title": "On wrens", "plain_text": "wren " * 30_000}))
    assert len(post.text) == MAX_TEXT_CHARS


def test_a_poll_is_read_with_options_in_order_and_votes() -> None:
    poll = {
        "id": "88",
        "options": [{"position": 2, "label": "no", "votes": 1}, {"position": 1, "label": "yes", "votes": 2}],
        "end_datetime": "2018-10-12T10:00:00.000Z",
    }
    (post,) = read(tweet(attachments={"poll_ids": ["88"]}), includes={"polls": [poll]})
    assert post.poll == Poll([PollOption("yes", 2), PollOption("no", 1)], 1539338400000)
    assert read(tweet(attachments={"poll_ids": ["88"]}))[0].poll is None


def test_an_account_without_a_name_costs_no_post() -> None:
    (post,) = read(tweet(), includes={"users": [{"id": "12"}]})
    assert (post.author.id, post.author.handle) == ("12", "")
