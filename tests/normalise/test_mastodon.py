"""Rules of the Mastodon adapters, by hand-written statuses and events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.normalise.text.html_to_text import html_to_text
from pipeline.post import Deletion, Event, Notice, Post
from tests.normalise.sample_records import NOW, posts

URI = "https://home.example/users/ann/statuses/101"


def status(**more: Any) -> dict[str, Any]:
    account = {
        "id": "7",
        "acct": "ann",
        "display_name": "Ann",
        "note": "<p>I <b>am</b></p>",
        "url": "https://home.example/@ann",
    }
    return {
        "id": "101",
        "uri": URI,
        "url": "https://home.example/@ann/101",
        "created_at": "2024-01-02T03:04:05.678Z",
        "account": account,
        "content": "<p>hi</p>",
        "visibility": "public",
        "in_reply_to_id": None,
        **more,
    }


def tell(event: str, payload: Any, **more: Any) -> list[Event]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return normalise(json.dumps({"event": event, "payload": text, **more}).encode(), "mastodon", NOW, "home.example")


def read(**more: Any) -> Post:
    return posts(normalise(json.dumps(status(**more)).encode(), "mastodon", NOW))[-1]


@pytest.mark.parametrize(
    ("uri", "post_id"),
    [
        (URI, "mastodon:home.example/101"),
        ("https://home.example/ap/users/5/statuses/101", "mastodon:home.example/101"),
        ("https://home.example/users/ann/statuses/101/activity", "mastodon:home.example/101"),
        ("tag:old.example,2017-04-14:objectId=625276:objectType=Status", "mastodon:old.example/625276"),
        ("https://Misskey.example/notes/9abc", "mastodon:misskey.example/notes/9abc"),
        ("nonsense", "mastodon:home.example/101"),
    ],
)
def test_id_is_the_same_on_every_server(uri: str, post_id: str) -> None:
    assert read(uri=uri).id == post_id


def test_html_becomes_text_with_links_mentions_and_hashtags() -> None:
    content = (
        '<p><span class="h-card"><a href="https://far.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
        ' see &lt;this&gt;<br>and <a href="https://www.a.example/path/that/is/long">'
        '<span class="invisible">https://www.</span><span class="ellipsis">a.example/path</span>'
        '<span class="invisible">/that/is/long</span></a>'
        '</p><p><a href="https://home.example/tags/cats" class="mention hashtag" rel="tag">#<span>Cats</span></a></p>'
    )
    post = read(
        content=content,
        mentions=[{"id": "9", "acct": "bob@far.example", "username": "bob", "url": "https://far.example/@bob"}],
        tags=[{"name": "cats"}, {"name": "dogs"}],
        card={"url": "https://www.a.example/path/that/is/long", "title": "A page"},
    )
    assert post.text == "@bob see <this>\nand a.example/path…\n\n#Cats"
    assert [(one.type, post.text[one.start : one.end], one.value) for one in post.entities] == [
        ("mention", "@bob", "bob@far.example"),
        ("link", "a.example/path…", "https://www.a.example/path/that/is/long"),
        ("hashtag", "#Cats", "Cats"),
    ]
    assert (post.mentions, post.hashtags, post.hosts) == (["bob@far.example"], ["Cats", "dogs"], ["a.example"])
    assert post.links[0].title == "A page"


def test_content_warning_comes_first_and_spans_move_along() -> None:
    link = '<a class="mention hashtag" href="/tags/x">#x</a>'
    post = read(content=f"<p>{link}</p>", spoiler_text="careful", sensitive=True)
    assert post.text == "careful\n\n#x"
    assert post.sensitive
    assert [(one.start, one.end) for one in post.entities] == [(9, 11)]
    assert read(content="", spoiler_text="careful").text == "careful"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br/>b<br><br>c", "a\nb\n\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "• a\n• b\n\nc"),
        ("<pre>x\n  y</pre>", "x\n  y"),
        ("a <script>alert(1)</script>b", "a b"),
        ("<a href=x>open", "open"),
        ("</p></p>&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<b <b x", "<b <b x"),
        ("1 < 2 &amp; 3", "1 < 2 & 3"),
        ("", ""),
    ],
)
def test_markup_never_survives(html: str, text: str) -> None:
    assert html_to_text(html)[0] == text


def test_tags_that_never_end_are_text() -> None:
    for piece in ("<b ", "<a href='", "<!--", "<"):  # Python's parser tries each again and again
        text, anchors = html_to_text(piece * 5_000)
        assert text == (piece * 5_000).strip()
        assert anchors == []


def test_counts_are_those_of_the_time_of_the_request() -> None:
    post = read(replies_count=1, reblogs_count=2, favourites_count=3, quotes_count=4)
    assert (post.counts.replies, post.counts.reposts, post.counts.likes, post.counts.quotes) == (1, 2, 3, 4)
    assert post.version == NOW


def test_streamed_edit_has_a_greater_version() -> None:
    (first,) = posts(tell("update", status()))
    (edited,) = posts(tell("status.update", status(content="<p>ho</p>", edited_at="2024-01-02T03:05:00.000Z")))
    assert first.version == first.created_at == 1704164645678
    assert edited.version > first.version
    assert edited.created_at == first.created_at


def test_reblog_brings_its_original() -> None:
    original = status(id="55", uri="https://far.example/users/bob/statuses/44")
    events = posts(tell("update", status(uri=URI + "/activity", content="<p>hi</p>", reblog=original)))
    assert [post.id for post in events] == ["mastodon:far.example/44", "mastodon:home.example/101"]
    assert (events[1].repost_of, events[1].text) == ("mastodon:far.example/44", "")


def test_quote_brings_its_original_only_if_its_author_agreed() -> None:
    quoted = status(uri="https://far.example/users/bob/statuses/44")
    agreed = posts(tell("update", status(quote={"state": "accepted", "quoted_status": quoted})))
    assert [post.id for post in agreed] == ["mastodon:far.example/44", "mastodon:home.example/101"]
    assert agreed[1].quote_of == "mastodon:far.example/44"
    refused = posts(tell("update", status(quote={"state": "rejected", "quoted_status": quoted})))
    assert [post.quote_of for post in refused] == [""]


def test_status_that_is_not_public_is_no_post() -> None:
    for visibility in ("private", "direct", "limited"):
        (event,) = tell("update", status(visibility=visibility))
        assert isinstance(event, Notice)
        hidden = status(visibility=visibility, uri="https://far.example/users/bob/statuses/44")
        assert tell("update", status(reblog=hidden)) == []


def test_delete_concerns_a_status_of_this_server_or_one_named_by_uri() -> None:
    assert tell("delete", "101") == [Deletion("mastodon:home.example/101", NOW)]
    assert tell("delete", "55", uri="https://far.example/users/bob/statuses/44") == [
        Deletion("mastodon:far.example/44", NOW)
    ]
    (notice,) = normalise(b'{"event":"delete","payload":"101"}', "replay", NOW)
    assert isinstance(notice, Notice)
    with pytest.raises(RecordError):
        tell("delete", "../x")


def test_event_stream_lines_are_read() -> None:
    body = b":)\nevent: update\ndata: " + json.dumps(status()).encode() + b"\n\n:thump\nevent: delete\ndata: 101\n\n"
    events = normalise(body, "replay", NOW, "home.example")
    assert [type(event).__name__ for event in events] == ["Upsert", "Deletion"]
    assert normalise(b":thump\n", "replay", NOW) == []
    assert normalise(b"event: update", "replay", NOW) == []


def test_reply_to_oneself_at_home_is_known_and_others_by_name() -> None:
    own = read(in_reply_to_id="100", in_reply_to_account_id="7")
    assert own.reply_to is not None
    assert own.reply_to.id == "mastodon:home.example/100"
    other = read(
        in_reply_to_id="100",
        in_reply_to_account_id="9",
        mentions=[{"id": "9", "acct": "bob@far.example", "url": "https://far.example/@bob"}],
    )
    assert other.reply_to is not None
    assert (other.reply_to.id, other.reply_to.handle) == ("", "bob@far.example")
    assert other.conversation_id == ""


def test_author_is_named_with_their_server() -> None:
    author = read().author
    assert (author.id, author.handle, author.name, author.bio) == (
        "ann@home.example",
        "ann@home.example",
        "Ann",
        "I am",
    )
