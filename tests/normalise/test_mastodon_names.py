"""Names in Mastodon statuses: one account has one name, whichever server tells of it, and tags and mentions are known
by what the text shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Post
from pipeline.queue.batch import LOOKUP
from tests.normalise.sample_records import NOW, posts
from tests.normalise.test_mastodon import status

WIM = {"id": "9", "acct": "wim", "username": "wim", "url": "https://home.example/@wim"}
BOB = {"id": "8", "acct": "bob@far.example", "username": "bob", "url": "https://far.example/users/bob"}


def at_home(instance: str = "home.example", **more: Any) -> Post:
    return posts(normalise(json.dumps(status(**more)).encode(), "mastodon", NOW, instance))[-1]


def anchor(href: str, shown: str, more: str = 'class="u-url mention"') -> str:
    return f'<p>hi <a href="{href}" {more}>{shown}</a>!</p>'


@pytest.mark.parametrize(
    "mention", [WIM, {**WIM, "url": None}, {**WIM, "acct": "@wim"}, {**WIM, "acct": "wim@Home.example"}]
)
def test_mention_of_the_server_s_own_account_gets_its_host(mention: dict[str, Any]) -> None:
    post = at_home(mentions=[mention], content=anchor("https://home.example/@wim", "@<span>wim</span>"))
    assert post.mentions == ["wim@home.example"]
    assert [(one.type, one.value, one.id) for one in post.entities] == [
        ("mention", "wim@home.example", "wim@home.example")
    ]


def test_mention_that_no_link_shows_is_found_in_the_text() -> None:
    post = at_home(mentions=[WIM, BOB], content="<p>@wim and <b>x</b></p>")
    assert post.mentions == ["wim@home.example", "bob@far.example"]
    assert [(post.text[one.start : one.end], one.value) for one in post.entities] == [("@wim", "wim@home.example")]


def test_bare_name_in_a_text_mentions_nobody() -> None:
    post = at_home(content="<p>@wim and #cats</p>")
    assert (post.mentions, post.hashtags) == ([], ["cats"])


@pytest.mark.parametrize(
    ("href", "shown", "mentions", "handle"),
    [
        ("https://far.example/@bob", "@bob", [], "bob@far.example"),
        ("https://far.example/@bob", "@bob@far.example", [], "bob@far.example"),
        ("https://web.far.example/@bob", "@bob@far.example", [], "bob@far.example"),
        ("https://far.example/@bob", "@<span>bob</span>", [BOB], "bob@far.example"),  # the mention has another address
        ("https://far.example/bob", "@bob", [BOB, {**BOB, "acct": "bob@other.example", "url": ""}], "bob@far.example"),
        ("https://web.far.example/@bob", "@bob", [BOB], "bob@far.example"),
        ("https://third.example/@bob", "@bob", [BOB], "bob@third.example"),
        ("https://far.example/users/bob", "Bob the builder", [BOB], "bob@far.example"),
    ],
)
def test_link_names_the_account_it_shows(href: str, shown: str, mentions: list[Any], handle: str) -> None:
    post = at_home(mentions=mentions, content=anchor(href, shown))
    assert post.mentions[0] == handle
    assert [one.value for one in post.entities if one.type == "mention"] == [handle]
    assert post.links == []


def test_sign_before_a_link_belongs_to_the_mention() -> None:
    post = at_home(content='<p>@<a href="https://far.example/profile/bob" class="u-url mention">bob</a></p>')
    assert [(post.text[one.start : one.end], one.value) for one in post.entities] == [("@bob", "bob@far.example")]


def test_link_to_a_profile_of_another_network_is_a_link() -> None:
    post = at_home(content=anchor("https://pictures.example/ann", "@ann", ""))
    assert (post.mentions, [one.url for one in post.links]) == ([], ["https://pictures.example/ann"])


ACCOUNT = {
    "id": "7",
    "display_name": "Ann",
    "url": "https://web.home.example/@ann",
    "uri": "https://web.home.example/users/ann",
}


def test_account_whose_domain_differs_from_its_host_is_one_author() -> None:
    here = at_home("web.home.example", account={**ACCOUNT, "acct": "ann"}, account_domain="home.example").author
    there = at_home("far.example", account={**ACCOUNT, "acct": "ann@home.example"}).author
    assert (here.id, here.handle) == (there.id, there.handle) == ("ann@web.home.example", "ann@home.example")
    unknown = at_home("web.home.example", account={**ACCOUNT, "acct": "ann"}).author
    assert (unknown.id, unknown.handle) == (here.id, "ann@web.home.example")


def test_domain_of_the_server_is_that_of_its_mentions_and_answers() -> None:
    wim = {**WIM, "url": "https://web.home.example/@wim"}
    event = {
        "event": "update",
        "payload": json.dumps(
            status(
                account={**ACCOUNT, "acct": "ann"},
                mentions=[wim],
                in_reply_to_id="100",
                in_reply_to_account_id="9",
                content=anchor("https://web.home.example/@wim", "@wim"),
            )
        ),
        "account_domain": "home.example",
    }
    (post,) = posts(normalise(json.dumps(event).encode(), "mastodon", NOW, "web.home.example"))
    assert post.mentions == ["wim@home.example"]
    assert post.reply_to is not None
    assert (post.reply_to.handle, post.reply_to.author) == ("wim@home.example", "wim@web.home.example")
    assert post.author.handle == "ann@home.example"


def test_answer_names_the_server_s_own_account_with_its_host() -> None:
    post = at_home(mentions=[WIM], in_reply_to_id="100", in_reply_to_account_id="9")
    assert post.reply_to is not None
    assert (post.reply_to.handle, post.reply_to.author) == ("wim@home.example", "wim@home.example")


def test_server_that_is_asked_again_cannot_name_its_account_for_another_host() -> None:
    uri = "https://far.example/users/ann"
    forged = status(uri=f"{uri}/statuses/1", account={"id": "7", "acct": "ann@home.example", "uri": uri})
    with pytest.raises(RecordError):
        normalise(json.dumps(forged).encode(), LOOKUP, NOW, "far.example")


@pytest.mark.parametrize(
    ("content", "tags", "hashtags"),
    [
        ("#<span>Ærø</span>", ["aero"], ["Ærø"]),
        ("#<span>Straße</span>", ["strasse"], ["Straße"]),
        ("#<span>Łódź</span>", ["lodz"], ["Łódź"]),
        ("#<span>İstanbul</span>", ["istanbul"], ["İstanbul"]),
        ("#<span>Ｔｏｋｙｏ</span>", ["tokyo"], ["Ｔｏｋｙｏ"]),
        ("#<span>a·b</span>", ["a·b"], ["a·b"]),
        ("#<span>日本</span>", ["日本"], ["日本"]),
        ("#<span>cats</span>", ["dogs"], ["cats", "dogs"]),
    ],
)
def test_tag_that_the_server_folds_is_one_tag_as_written(content: str, tags: list[str], hashtags: list[str]) -> None:
    link = f'<p>x <a href="https://home.example/tags/x" class="mention hashtag" rel="tag">{content}</a></p>'
    assert at_home(content=link, tags=[{"name": name} for name in tags]).hashtags == hashtags


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://misskey.example/tags/Cats" rel="tag">#Cats</a>',
        '<a href="https://takahe.example/tags/cats/" class="hashtag" rel="tag">#Cats</a>',
        '<a class="hashtag" data-tag="cats" href="https://akkoma.example/tag/cats" rel="tag ugc">#Cats</a>',
        '<a rel="tag" class="hashtag u-tag u-category" href="https://blog.example/tag/cats/">#Cats</a>',
        '<a href="https://far.example/tags/cats">#<span>Cats</span></a>',
        '<a href="https://far.example/search?q=%23cats">#Cats</a>',
        '#<a href="https://friendica.example/search?tag=cats" class="mention hashtag"><span>Cats</span></a>',
        '<a href="https://elsewhere.example/x" rel="tag">#Cats</a>',
        "#<span>Cats</span>",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_link_to_a_tag_is_a_tag_whatever_its_classes(html: str, named: bool) -> None:
    post = at_home(content=f"<p>look {html} 😀</p>", tags=[{"name": "cats"}] if named else [])
    assert (post.hashtags, post.links, post.hosts) == (["Cats"], [], [])
    assert [(one.type, post.text[one.start : one.end], one.value) for one in post.entities] == [
        ("hashtag", "#Cats", "Cats")
    ]


def test_tag_without_a_sign_is_a_tag_of_the_post_and_links_about_tags_are_links() -> None:
    post = at_home(
        content='<a rel="tag" href="https://blog.example/tag/cats/">Cats</a> <a href="https://a.example/x">#1 news</a>'
    )
    assert (post.hashtags, [one.url for one in post.links]) == (["Cats"], ["https://a.example/x"])
    assert [one.type for one in post.entities] == ["link"]
