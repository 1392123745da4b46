"""Content of Mastodon statuses: quotes, polls, previews, files, emoji, and statuses that lack parts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise import normalise
from pipeline.post import Emoji, Link, Media, Poll, PollOption
from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from tests.normalise.sample_records import NOW, posts
from tests.normalise.test_mastodon import read, status, tell

QUOTED = status(
    id="44",
    uri="https://far.example/users/bob/statuses/44",
    url="https://far.example/@bob/44",
    content="<p>their words</p>",
)
LINK = '<a href="{}">far.example/44</a>'


@pytest.mark.parametrize(
    "fallback", ['<p class="quote-inline">RE: {}</p>', '<span class="quote-inline"><br/><br/>RE: {}</span>']
)
@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ({"state": "accepted", "quoted_status": QUOTED}, True),
        (QUOTED, True),
        (None, False),
        ({"state": "accepted", "quoted_status": {**QUOTED, "visibility": "private"}}, False),
        ({"state": "accepted", "quoted_status": None}, False),
        ({"state": "accepted", "quoted_status_id": "44"}, False),
        *(({"state": state, "quoted_status": QUOTED}, False) for state in ("pending", "revoked", "deleted", "x")),
    ],
)
def test_line_that_repeats_a_quote_stays_unless_the_quote_is_shown(fallback: str, quote: Any, shown: bool) -> None:
    content = "<p>mine</p>" + fallback.format(LINK.format(QUOTED["url"]))
    post = read(content=content, quote=quote)
    assert bool(post.quote_of) is shown
    assert ("RE:" not in post.text, post.text.startswith("mine")) == (shown, True)
    assert [one.url for one in post.links] == ([] if shown else [QUOTED["url"]])
    found = describe(post, None)
    assert matches(parse("has:links url:far.example").root, found) is not shown


@pytest.mark.parametrize("address", ["url", "uri"])
@pytest.mark.parametrize("lead", ["<p>", "<p>RE: ", "<br><br>RE: ", "<br>QT: "])
def test_link_at_the_end_to_the_quoted_post_is_left_out(address: str, lead: str) -> None:
    content = f"mine{lead}{LINK.format(QUOTED[address])}"
    post = read(content=content, quote={"state": "accepted", "quoted_status": QUOTED})
    assert (post.text, post.links, post.entities) == ("mine", [], [])
    kept = read(content=f"{content} more", quote={"state": "accepted", "quoted_status": QUOTED})
    assert (kept.text.endswith("more"), [one.url for one in kept.links]) == (True, [QUOTED[address]])
    assert len(read(content=content, quote=None).links) == 1


def test_poll_bot_preview_and_edit_are_read() -> None:
    post = read(
        content='<p><a href="https://short.example/1">short.example/1</a></p>',
        account={"id": "7", "acct": "ann", "url": "https://home.example/@ann", "bot": True},
        poll={
            "options": [{"title": "tea :gull:", "votes_count": 3}, {"title": "coffee", "votes_count": None}],
            "expires_at": "2024-01-03T00:00:00.000Z",
            "multiple": True,
            "emojis": [
                {"shortcode": "gull", "url": "https://files.example/g.gif", "static_url": "https://files.example/g.png"}
            ],
        },
        card={
            "url": "https://news.example/story",
            "title": "A story",
            "description": "What happened",
            "image": "https://files.example/c.jpg",
        },
        edited_at="2024-01-02T04:00:00.000Z",
        tagged_collections=[{"id": "1", "name": "birds"}],
        language="zh-tw",
    )
    assert post.poll == Poll([PollOption("tea :gull:", 3), PollOption("coffee")], 1704240000000, multiple=True)
    assert post.links == [Link("https://short.example/1", "A story", "What happened", "https://files.example/c.jpg")]
    assert (post.author.bot, post.edited_at, post.langs) == (True, 1704168000000, ["zh-TW"])
    assert post.emojis == [Emoji("gull", "https://files.example/g.png")]
    found = describe(post, None)
    for query, expected in {"coffee": True, "story": True, "gull": False, "is:bot has:poll lang:zh": True}.items():
        assert matches(parse(query).root, found) is expected, query


def test_preview_of_a_quoted_post_and_of_no_link() -> None:
    card = {"url": QUOTED["url"], "title": "Bob on far.example"}
    assert read(content="<p>x</p>", quote=QUOTED, card=card).links == []
    assert read(content="<p>x</p>", card={"url": "https://a.example/", "title": "A"}).links == [
        Link("https://a.example/", "A")
    ]
    assert read(content="<p>x</p>", card={"url": "javascript:alert(1)", "title": "A"}).links == []


@pytest.mark.parametrize("url", [None, "https://home.example/media/proxy/1"])
def test_attachment_that_the_server_cannot_read_is_a_link_to_its_origin(url: str | None) -> None:
    item = {
        "type": "unknown",
        "url": url,
        "preview_url": None,
        "remote_url": "https://far.example/a.pdf",
        "description": "minutes",
    }
    post = read(content="", media_attachments=[item])
    assert post.media == [Media("file", "https://far.example/a.pdf", "", "minutes", "application/pdf")]
    assert ([one.url for one in post.links], post.hosts) == (["https://far.example/a.pdf"], ["far.example"])
    nameless = {**item, "remote_url": None, "url": "https://far.example/file"}
    assert read(media_attachments=[nameless]).media == [Media("file", "https://far.example/file", "", "minutes")]


def test_status_without_content_or_time_is_a_post_with_its_picture() -> None:
    item = {"type": "image", "url": "https://files.example/1.png", "preview_url": None, "description": "a gull"}
    post = read(content=None, created_at=None, spoiler_text=None, media_attachments=[item])
    assert (post.text, post.created_at, post.version) == ("", NOW, NOW)
    assert post.media == [Media("image", "https://files.example/1.png", "", "a gull")]
    (streamed,) = posts(tell("update", status(content=None, created_at=None)))
    assert (streamed.created_at, streamed.version) == (NOW, NOW)


def test_group_that_boosts_everything_makes_reposts() -> None:
    group = {"id": "3", "acct": "cats@groups.example", "group": True, "uri": "https://groups.example/c/cats"}
    events = posts(
        tell("update", status(uri="https://groups.example/activities/1", account=group, reblog=QUOTED, content=None))
    )
    assert [(one.repost_of, one.author.handle) for one in events] == [
        ("", "ann@home.example"),
        ("mastodon:far.example/44", "cats@groups.example"),
    ]


GULL = {"shortcode": "gull", "url": "https://files.example/g.gif", "static_url": "https://files.example/g.png"}


@pytest.mark.parametrize(
    ("content", "spans"),
    [
        ("<p>hi :gull:</p>", [":gull:"]),
        ("<p>:gull::gull: x</p>", [":gull:", ":gull:"]),
        ("<p>😀:gull:😀 :other: 10:gull:30</p>", [":gull:"]),
        ('<p><a href="https://a.example/">:gull:</a> x:gull:y</p>', []),
    ],
)
def test_emoji_of_the_server_are_spans_of_the_text(content: str, spans: list[str]) -> None:
    post = read(content=content, emojis=[GULL])
    found = [one for one in post.entities if one.type == "emoji"]
    assert [post.text[one.start : one.end] for one in found] == spans
    assert post.emojis == ([Emoji("gull", "https://files.example/g.png")] if spans else [])


def test_emoji_of_a_name_and_of_a_content_warning() -> None:
    account = {
        "id": "7",
        "acct": "ann",
        "display_name": "Ann :gull:",
        "note": "x",
        "emojis": [GULL, {**GULL, "shortcode": "owl"}],
    }
    post = read(account=account, spoiler_text=":gull: ahead", content="<p>x</p>", emojis=[GULL])
    assert post.author.emojis == [Emoji("gull", "https://files.example/g.png")]
    assert [(one.start, one.end, one.type) for one in post.entities] == [(0, 6, "emoji")]
    hostile = {**GULL, "static_url": "javascript:alert(1)"}
    assert read(content="<p>:gull:</p>", emojis=[hostile]).emojis == []


_parts = st.sampled_from(
    [
        *("word ", "😀", ":gull:", "#cats ", "@wim ", "@wim@home.example ", "<br>", "<p>", "</p>", "<ul><li>"),
        *("</li></ul>", '<a href="https://a.example/">', "</a>", '<span class="invisible">', "</span>"),
        '<a href="https://a.example/">a.example</a>',
        '<a href="https://home.example/tags/cats" rel="tag">#Cats</a>',
        '<a href="https://home.example/@wim" class="mention">@wim</a>',
        '@<a href="https://x.example/bob" class="mention">bob</a>',
        '#<a class="hashtag" href="https://x.example/tags/dogs">dogs</a>',
        "<a class='hashtag' rel='tag' href='https://far.example/@bob/44'>",
    ]
)


@given(st.lists(_parts, max_size=20).map("".join), st.sampled_from(("", "take care #cats :gull:")), st.booleans())
@settings(max_examples=300, deadline=None)
def test_spans_are_ordered_do_not_overlap_and_lie_within_the_text(content: str, warning: str, quoting: bool) -> None:
    mentions = [{"id": "9", "acct": "wim", "url": "https://home.example/@wim"}]
    record = status(
        content=content, spoiler_text=warning, emojis=[GULL], mentions=mentions, tags=[{"name": "cats"}],
        quote=QUOTED if quoting else None,
    )  # fmt: skip
    post = posts(normalise(json.dumps(record).encode(), "mastodon", NOW, "home.example"))[-1]
    end = 0
    for one in post.entities:
        assert end <= one.start < one.end <= len(post.text)
        end = one.end
        shown = post.text[one.start : one.end]
        if one.type == "emoji":
            assert shown == f":{one.value}:"
        elif one.type == "hashtag":
            assert shown[1:] == one.value
            assert one.value.casefold() in [tag.casefold() for tag in post.hashtags]
        elif one.type == "mention":
            assert "@" in one.value
            assert one.value.casefold() in [handle.casefold() for handle in post.mentions]
