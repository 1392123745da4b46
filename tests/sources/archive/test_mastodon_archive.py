"""Mastodon's account archive: public and unlisted posts of its owner, with media, polls, replies, quotes and boosts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Deletion, Event, Notice, Post
from pipeline.sources.archive.mastodon_archive import MastodonArchive
from pipeline.sources.archive.member_recognition import member_kind
from tests.normalise.sample_records import NOW, outcome, posts

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
HOME = "https://home.example"
ME = f"{HOME}/users/ada"
CONTEXT = ["https://www.w3.org/ns/activitystreams", {"ostatus": "http://ostatus.org#", "sensitive": "as:sensitive"}]
ACTOR = {
    "@context": CONTEXT,
    "id": ME,
    "type": "Person",
    "following": f"{ME}/following",
    "inbox": f"{ME}/inbox",
    "outbox": "outbox.json",
    "preferredUsername": "ada",
    "name": "Ada",
    "summary": "<p>I watch <b>birds</b></p>",
    "url": f"{HOME}/@ada",
    "discoverable": False,
    "indexable": False,
    "publicKey": {"id": f"{ME}#main-key", "publicKeyPem": "-----BEGIN"},
    "icon": {"type": "Image", "mediaType": "image/png", "url": "avatar.png"},
}


def note(**more: Any) -> dict[str, Any]:
    return {
        "id": f"{ME}/statuses/109",
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2024-05-01T10:00:00Z",
        "url": f"{HOME}/@ada/109",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "sensitive": False,
        "content": "<p>hello</p>",
        "contentMap": {"en": "<p>hello</p>"},
        "attachment": [],
        "tag": [],
        "replies": {"id": f"{ME}/statuses/109/replies", "type": "Collection", "first": {}},
        **more,
    }


def create(about: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    about = about if about is not None else note()
    return {
        "id": f"{about.get('id')}/activity",
        "type": "Create",
        "actor": ME,
        "published": "2024-05-01T10:00:00Z",
        "to": about.get("to"),
        "cc": about.get("cc"),
        "object": about,
        **more,
    }


def events(activity: dict[str, Any], actor: dict[str, Any] | None = None) -> list[Event]:
    archive = MastodonArchive()
    data = json.dumps(actor or ACTOR).encode()
    kind = member_kind("actor.json", data[:4096])
    assert kind is not None
    assert (kind.archive, kind.part, kind.role) == ("mastodon", "actor", "context")
    archive.learn(kind, [data])
    record = archive.record(json.dumps(activity, indent=1).encode())
    assert b"publicKey" not in (record or b"")
    return normalise(record or b"", "replay", NOW)


def read(activity: dict[str, Any]) -> Post:
    (post,) = posts(events(activity))
    return post


def outbox_head(name: str) -> bytes:
    page = {"@context": CONTEXT, "id": f"{name}.json", "type": "OrderedCollection", "totalItems": 1, "orderedItems": []}
    return json.dumps(page).encode()


def test_a_note_is_its_owners_post() -> None:
    post = read(create(note(likes={"type": "Collection", "totalItems": 3}, shares={"totalItems": 2})))
    assert (post.id, post.text, post.langs, post.url) == (
        "mastodon:home.example/109",
        "hello",
        ["en"],
        f"{HOME}/@ada/109",
    )
    assert (post.author.id, post.author.name, post.author.bio) == ("ada@home.example", "Ada", "I watch birds")
    assert (post.counts.likes, post.counts.reposts, post.counts.replies) == (3, 2, None)
    assert post.version == post.created_at == 1714557600000
    assert post.conversation_id == post.id
    assert read(create(note(updated="2024-05-02T10:00:00Z"))).version == 1714644000000


@pytest.mark.parametrize(
    ("to", "cc", "stored"),
    [
        ([PUBLIC], [f"{ME}/followers"], True),
        ([f"{ME}/followers"], [PUBLIC], True),
        (PUBLIC, None, True),
        (["as:Public"], [], True),
        ([f"{ME}/followers"], [], False),
        ([f"{HOME}/users/wim"], None, False),
        (None, None, False),
    ],
)
def test_only_public_and_unlisted_posts_are_read(to: Any, cc: Any, stored: bool) -> None:
    found = events(create(note(to=to, cc=cc)))
    assert [type(event) is not Notice for event in found] == [stored]


def test_a_note_that_is_less_public_than_its_activity_is_not_read() -> None:
    (found,) = events(create(note(to=[f"{ME}/followers"], cc=[]), to=[PUBLIC]))
    assert isinstance(found, Notice)


def test_media_have_the_address_at_which_the_server_leads_to_the_file() -> None:
    path = "media_attachments/files/000/023/456/789/012/345/original/0123456789abcdef.png"
    attachment = [
        {"type": "Document", "mediaType": "image/png", "url": path, "name": "a wren", "blurhash": "x"},
        {"type": "Document", "mediaType": "video/mp4", "url": f"/bucket/{path}", "name": None},
        {"type": "Document", "mediaType": "image/png", "url": "https://files.example/b.png", "name": None},
        {"type": "Document", "mediaType": "image/png", "url": "elsewhere/c.png", "name": None},
    ]
    found = read(create(note(attachment=attachment))).media
    assert [(one.type, one.url, one.alt) for one in found] == [
        ("image", f"{HOME}/media/23456789012345", "a wren"),
        ("video", f"{HOME}/media/23456789012345", ""),
        ("image", "https://files.example/b.png", ""),
    ]


def test_mentions_tags_and_the_answered_post_are_read() -> None:
    content = (
        f'<p><span class="h-card"><a href="https://far.example/@wim" class="u-url mention">@<span>wim</span></a></span>'
        f' see <a href="{HOME}/tags/wren" class="mention hashtag" rel="tag">#<span>wren</span></a></p>'
    )
    tags = [
        {"type": "Mention", "href": "https://far.example/@wim", "name": "@wim@far.example"},
        {"type": "Hashtag", "href": f"{HOME}/tags/wren", "name": "#wren"},
    ]
    post = read(create(note(content=content, tag=tags, inReplyTo="https://far.example/users/wim/statuses/7")))
    assert (post.mentions, post.hashtags) == (["wim@far.example"], ["wren"])
    assert post.reply_to is not None
    assert (post.reply_to.id, post.reply_to.author) == ("mastodon:far.example/7", "wim@far.example")
    assert post.conversation_id == ""


def test_a_boost_is_a_repost_of_the_address() -> None:
    activity = {
        "id": f"{ME}/statuses/110/activity",
        "type": "Announce",
        "actor": ME,
        "published": "2024-05-01T11:00:00Z",
        "to": [PUBLIC],
        "cc": [],
        "object": "https://far.example/users/wim/statuses/7",
    }
    post = read(activity)
    assert (post.id, post.repost_of, post.text) == ("mastodon:home.example/110", "mastodon:far.example/7", "")


def test_a_question_is_a_post() -> None:
    options = [{"type": "Note", "name": "tea", "replies": {"type": "Collection", "totalItems": 3}}]
    question = note(type="Question", oneOf=options, endTime="2024-05-02T10:00:00Z", votersCount=3)
    assert read(create(question)).text == "hello"


def test_an_accepted_quote_is_a_quote() -> None:
    quoted = {
        "quote": "https://far.example/users/wim/statuses/7",
        "quoteUri": "https://far.example/users/wim/statuses/7",
    }
    assert read(create(note(**quoted))).quote_of == ""
    allowed = note(**quoted, quoteAuthorization="https://far.example/users/wim/quote_authorizations/1")
    assert read(create(allowed)).quote_of == "mastodon:far.example/7"


def test_a_content_warning_stands_above_the_text() -> None:
    post = read(create(note(summary="birds", sensitive=True)))
    assert (post.text, post.sensitive) == ("birds\n\nhello", True)


def test_other_activities_withdraw_or_say_nothing() -> None:
    activity = {
        "id": f"{ME}#delete",
        "type": "Delete",
        "actor": ME,
        "object": {"id": f"{ME}/statuses/9", "type": "Tombstone"},
    }
    assert events(activity) == [Deletion("mastodon:home.example/9", NOW)]
    (liked,) = events({"id": f"{ME}#like", "type": "Like", "actor": ME, "object": "https://far.example/1"})
    assert isinstance(liked, Notice)


@pytest.mark.parametrize(
    "activity",
    [
        create(note(id="https://far.example/users/eve/statuses/1")),
        {"id": "x", "type": "Delete", "actor": ME, "object": "https://far.example/users/wim/statuses/7"},
        create(note(), actor=""),
    ],
)
def test_a_server_speaks_of_its_own_posts_only(activity: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        events(activity)


def test_without_its_actor_a_post_is_read_by_the_name_in_its_address() -> None:
    (post,) = posts(normalise(json.dumps(create()).encode(), "replay", NOW))
    assert post.author.handle == "ada@home.example"
    nameless = create(note(id=f"{HOME}/ap/users/5/statuses/1", url=None), actor=f"{HOME}/ap/users/5")
    assert "actor.json is missing" in outcome(json.dumps(nameless).encode())


@pytest.mark.parametrize(
    ("name", "head", "part", "role"),
    [
        ("x", outbox_head("outbox"), "outbox", "posts"),
        ("x", outbox_head("likes"), "likes", "left out"),
        ("x", outbox_head("bookmarks"), "bookmarks", "left out"),
        ("outbox.json", b'{"@context":["https://www.w3.org/ns/activitystreams",{' + b" " * 100, "outbox", "posts"),
        ("media_attachments/files/000/001/original/a.png", b"\x89PNG", "media", "media"),
    ],
)
def test_a_member_is_known_by_its_content(name: str, head: bytes, part: str, role: str) -> None:
    kind = member_kind(name, head)
    assert kind is not None
    assert (kind.archive, kind.part, kind.role) == ("mastodon", part, role)


def test_an_actor_that_cannot_be_read_is_refused() -> None:
    kind = member_kind("actor.json", json.dumps(ACTOR).encode())
    assert kind is not None
    with pytest.raises(RecordError, match="actor of a Mastodon archive"):
        MastodonArchive().learn(kind, [b"{"])
