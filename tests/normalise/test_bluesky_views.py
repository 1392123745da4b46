"""Post views of Bluesky's AppView: posts with author and counts, in pages, feeds and threads; nobody's hidden posts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Event, Notice, Post, QuoteDetachment
from tests.normalise.sample_records import NOW, outcome, posts

ADA, WIM = "did:plc:ada", "did:plc:wim"
KEY = "3l4abcdefgh2k"


def author(did: str = ADA, handle: str = "ada.example", **more: Any) -> dict[str, Any]:
    return {
        "did": did,
        "handle": handle,
        "displayName": "Ada",
        "avatar": "https://cdn.bsky.app/img/avatar/plain/a/b@jpeg",
        "associated": {"chat": {"allowIncoming": "all"}},
        "labels": [],
        "createdAt": "2023-04-12T04:53:57.057Z",
        **more,
    }


def view(did: str = ADA, key: str = KEY, text: str = "hello", **more: Any) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "createdAt": "2024-09-20T10:00:00.000Z", "langs": ["en"], "text": text}
    return {
        "$type": "app.bsky.feed.defs#postView",
        "uri": f"at://{did}/app.bsky.feed.post/{key}",
        "cid": "bafyreib",
        "author": author(did, "ada.example" if did == ADA else "wim.example"),
        "record": record | more.pop("record", {}),
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": 3,
        "quoteCount": 4,
        "indexedAt": "2024-09-20T10:00:02.500Z",
        "labels": [],
        **more,
    }


def quoting(quoted: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a view that quotes another, given as `app.bsky.embed.record#viewRecord` or one of its kin."""
    subject = {"cid": "bafyreic", "uri": quoted["uri"]}
    record = {"embed": {"$type": "app.bsky.embed.record", "record": subject}}
    return view(record=record, embed={"$type": "app.bsky.embed.record#view", "record": quoted}, **more)


def view_record(**more: Any) -> dict[str, Any]:
    found = view(WIM, "3l4abcdefgh2x", "quoted", **more)
    value, embed = found.pop("record"), found.pop("embed", None)
    return found | {
        "$type": "app.bsky.embed.record#viewRecord",
        "value": value,
        "embeds": [embed] if embed else [],
    }


def events(record: Any) -> list[Event]:
    return normalise(json.dumps(record).encode(), "replay", NOW)


def read(record: Any) -> list[Post]:
    return posts(events(record))


def test_a_view_is_a_post_with_author_and_counts() -> None:
    (post,) = read(view())
    assert (post.id, post.text, post.langs) == (f"bluesky:{ADA}/{KEY}", "hello", ["en"])
    assert (post.author.id, post.author.handle, post.author.name) == (ADA, "ada.example", "Ada")
    assert (post.counts.replies, post.counts.reposts, post.counts.likes, post.counts.quotes) == (1, 2, 3, 4)
    assert post.version == 1726826402500
    assert post.created_at == 1726826400000


@pytest.mark.parametrize("name", ["posts", "feed"])
def test_a_page_is_its_posts(name: str) -> None:
    items = [view(), view(WIM)] if name == "posts" else [{"post": view()}, {"post": view(WIM), "feedContext": "x"}]
    assert [post.author.id for post in read({"cursor": "1", name: items, "hitsTotal": 2})] == [ADA, WIM]


def test_an_unreadable_view_of_a_page_costs_no_other() -> None:
    found = events({"posts": [view(), {"uri": "at://x/y/z", "cid": "b", "record": {}}]})
    assert len(posts(found)) == 1
    assert isinstance(found[-1], Notice)


def test_a_feed_tells_reposts_and_the_name_of_the_answered_author() -> None:
    reply = {"parent": {"cid": "b", "uri": f"at://{WIM}/app.bsky.feed.post/3k2"}, "root": {"cid": "b", "uri": "at://x"}}
    item = {
        "post": view(record={"reply": reply}),
        "reply": {"parent": view(WIM, "3k2"), "root": view(WIM, "3k2")},
        "reason": {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": author("did:plc:eva", "eva.example"),
            "uri": "at://did:plc:eva/app.bsky.feed.repost/3l5",
            "cid": "bafyreid",
            "indexedAt": "2024-09-21T10:00:00.000Z",
        },
    }
    post, repost = read({"feed": [item]})
    assert post.reply_to is not None
    assert (post.reply_to.id, post.reply_to.handle) == (f"bluesky:{WIM}/3k2", "wim.example")
    assert (repost.id, repost.repost_of, repost.author.handle) == ("bluesky:did:plc:eva/3l5", post.id, "eva.example")
    del item["reason"]["uri"]  # as the lexicon had it before 2025
    assert len(read({"feed": [item]})) == 1


def test_a_thread_is_its_posts_in_both_forms() -> None:
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
    tree = {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": view(key="3a"),
        "parent": {"post": view(WIM, "3b"), "parent": gone},
        "replies": [{"post": view(key="3c"), "replies": [{"post": view(key="3d")}, gone]}, gone],
    }
    keys = {"3a", "3b", "3c", "3d"}
    assert {post.id.rpartition("/")[2] for post in read({"thread": tree})} == keys
    assert {post.id.rpartition("/")[2] for post in read(tree)} == keys
    flat = [
        {
            "uri": "at://x",
            "depth": depth,
            "value": {"$type": "app.bsky.unspecced.defs#threadItemPost", "post": view(key=key)},
        }
        for depth, key in enumerate(sorted(keys))
    ]
    assert {post.id.rpartition("/")[2] for post in read({"thread": flat, "hasOtherReplies": False})} == keys


def test_a_quoted_post_comes_first_with_counts_of_its_own() -> None:
    quoted, post = read(quoting(view_record(likeCount=9)))
    assert (post.quote_of, quoted.text, quoted.counts.likes) == (quoted.id, "quoted", 9)
    with_media = {
        "$type": "app.bsky.embed.recordWithMedia#view",
        "media": {"$type": "app.bsky.embed.images#view", "images": []},
        "record": {"$type": "app.bsky.embed.record#view", "record": view_record()},
    }
    assert [one.text for one in read(view(embed=with_media))] == ["quoted", "hello"]


def test_a_detached_quote_is_not_shown() -> None:
    detached = {
        "$type": "app.bsky.embed.record#viewDetached",
        "uri": f"at://{WIM}/app.bsky.feed.post/3k2",
        "detached": True,
    }
    detachment, told = events(quoting(detached))
    assert detachment == QuoteDetachment(f"bluesky:{ADA}/{KEY}", f"bluesky:{WIM}/3k2")
    assert [post.quote_of for post in posts([told])] == [""]


def test_an_account_that_says_so_is_a_bot() -> None:
    label = LABEL | {"val": "bot"}
    assert read(view(author=author(labels=[label])))[0].author.bot
    assert not read(view(author=author(labels=[label | {"neg": True}])))[0].author.bot


LABEL = {"src": "did:plc:moderation", "uri": "at://x", "cts": "2024-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "hidden",
    [
        view(labels=[LABEL | {"val": "!hide"}]),
        view(labels=[LABEL | {"val": "!takedown"}]),
        view(author=author(labels=[LABEL | {"src": ADA, "val": "!no-unauthenticated"}])),
        view(record={"labels": {"values": [{"val": "!no-unauthenticated"}]}}),
    ],
    ids=["hidden", "taken down", "by its author's profile", "by its author's label"],
)
def test_a_post_that_is_not_for_everybody_is_not_stored(hidden: dict[str, Any]) -> None:
    (found,) = events(hidden)
    assert isinstance(found, Notice)


def test_the_words_of_a_hidden_quoted_post_are_kept_nowhere() -> None:
    hidden = view_record(labels=[LABEL | {"val": "!hide"}])
    (event,) = events(quoting(hidden))
    assert not isinstance(event, Notice)
    assert (event.post.quote_of, b"quoted" in event.raw) == ("", False)  # type: ignore[union-attr]


def test_labels_mark_posts_sensitive_unless_they_are_taken_back() -> None:
    label = LABEL | {"val": "porn"}
    assert read(view(labels=[label]))[0].sensitive
    assert not read(view(labels=[label | {"neg": True}]))[0].sensitive
    assert read(view(author=author(labels=[LABEL | {"val": "!hide", "neg": True}])))


def test_a_handle_that_leads_nowhere_is_no_name() -> None:
    assert read(view(author=author(handle="handle.invalid")))[0].author.handle == ADA


def test_a_record_as_its_own_server_answers_is_a_post() -> None:
    record = {name: part for name, part in view().items() if name in ("uri", "cid")} | {"value": view()["record"]}
    (post,) = read({"records": [record], "cursor": "x"})
    assert (post.text, post.author.handle) == ("hello", ADA)


@pytest.mark.parametrize(
    "record",
    [
        view() | {"uri": f"at://{ADA}/app.bsky.feed.generator/x"},
        view() | {"uri": "at://did:plc:eva/app.bsky.feed.post/3k"},
        view() | {"record": None},
        {"thread": {"post": {"uri": "at://x"}}},
    ],
    ids=["no post", "another author", "no record", "thread without a post"],
)
def test_a_view_of_something_else_is_set_aside(record: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        events(record)


@pytest.mark.parametrize("label", ["bluesky", "x", "mastodon", "demo"])
def test_a_live_source_may_send_no_view(label: str) -> None:
    with pytest.raises(RecordError, match="may not be in the format appview"):
        normalise(json.dumps(view()).encode(), label, NOW)


def test_a_deep_chain_of_quotes_ends() -> None:
    deep = view_record()
    for _ in range(40):
        deep = view_record(embed={"$type": "app.bsky.embed.record#view", "record": deep})
    assert 1 < len(read(quoting(deep))) < 10
    assert "Upsert" in outcome(json.dumps(quoting(deep)).encode())
