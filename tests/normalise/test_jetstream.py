"""Rules of the Bluesky adapter, by hand-written Jetstream events."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from pipeline.normalise import normalise
from pipeline.post import (
    AccountChange,
    AuthorDeletion,
    AuthorRecheck,
    Deletion,
    Entity,
    Event,
    Media,
    Notice,
    Post,
    QuoteDetachment,
)
from tests.normalise.sample_records import NOW, posts

TIME_US = 1732206349000167
DID = "did:plc:abc"
AT = "at://did:plc:xyz/app.bsky.feed.post/3kparent"
CID = "bafkreicyxrzgcpy5xn24gm77gvdxhrutm2gu2jc4sudwbm6eskjic4txtm"


def event(operation: str = "create", collection: str = "app.bsky.feed.post", **record: Any) -> list[Event]:
    commit: dict[str, Any] = {"rev": "x", "operation": operation, "collection": collection, "rkey": "3kone"}
    if operation != "delete":
        commit["record"] = {"text": "hi", "createdAt": "2024-11-21T16:25:48.000Z"} | record
    return normalise(
        json.dumps({"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit}).encode(), "bluesky", NOW
    )


def read(**record: Any) -> Post:
    (post,) = posts(event(**record))
    return post


def facet(text: str, part: str, **feature: str) -> dict[str, Any]:
    start = len(text[: text.index(part)].encode())
    kind = {"uri": "link", "tag": "tag", "did": "mention"}[next(iter(feature))]
    return {
        "index": {"byteStart": start, "byteEnd": start + len(part.encode())},
        "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}],
    }


def test_facets_count_bytes_and_spans_count_characters() -> None:
    text = "日本 👩‍👩‍👧 @ann.example #タグ example.com/a…"
    post = read(
        text=text,
        facets=[
            facet(text, "@ann.example", did="did:plc:ann"),
            facet(text, "example.com/a…", uri="https://example.com/abc"),
            facet(text, "#タグ", tag="タグ"),
        ],
    )
    assert [(one.type, post.text[one.start : one.end], one.value, one.id) for one in post.entities] == [
        ("mention", "@ann.example", "ann.example", "did:plc:ann"),
        ("hashtag", "#タグ", "タグ", ""),
        ("link", "example.com/a…", "https://example.com/abc", ""),
    ]
    assert (post.mentions, post.hashtags, post.hosts) == (["ann.example"], ["タグ"], ["example.com"])


def test_facet_that_cuts_a_character_in_two_is_left_out() -> None:
    whole = facet("ä #tag", "#tag", tag="tag")
    torn = {"index": {"byteStart": 1, "byteEnd": 4}, "features": [{"uri": "https://a.example"}]}
    assert read(text="ä #tag", facets=[torn, whole]).entities == [Entity("hashtag", 2, 6, "tag")]


def test_tags_without_facets_are_found_in_the_text() -> None:
    post = read(text="see #one and example.org", tags=["two", "ONE"])
    assert post.hashtags == ["one", "two"]
    assert [link.url for link in post.links] == ["https://example.org"]


def test_version_is_the_revision_and_falls_back_to_the_event() -> None:
    def version(rev: str) -> int:
        commit = {"rev": rev, "operation": "create", "collection": "app.bsky.feed.post", "rkey": "3kone"}
        commit["record"] = {"text": "hi", "createdAt": "2024-11-21T16:25:48.000Z"}  # type: ignore[assignment] # JSON
        raw = json.dumps({"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit}).encode()
        return posts(normalise(raw, "bluesky", NOW))[0].version

    assert version("3lbhutmuuuk2f") != TIME_US // 1000
    assert abs(version("3lbhutmuuuk2f") - TIME_US // 1000) < 86_400_000
    for odd in ("", "not base 32!!", "2222222222222"):
        assert version(odd) == TIME_US // 1000


def test_created_is_the_earlier_of_claim_and_event() -> None:
    early = read(createdAt="2024-11-21T16:25:48.000Z")
    assert (early.created_at, early.claimed_at) == (1732206348000, None)
    late = read(createdAt="2031-01-01T00:00:00Z")
    assert (late.created_at, late.claimed_at) == (TIME_US // 1000, 1924992000000)
    assert read(createdAt="yesterday").created_at == TIME_US // 1000


def test_reply_and_conversation() -> None:
    root = "at://did:plc:xyz/app.bsky.feed.post/3kroot"
    post = read(reply={"parent": {"uri": AT, "cid": "c"}, "root": {"uri": root, "cid": "c"}})
    assert post.reply_to is not None
    assert (post.reply_to.id, post.reply_to.author) == ("bluesky:did:plc:xyz/3kparent", "did:plc:xyz")
    assert post.conversation_id == "bluesky:did:plc:xyz/3kroot"
    assert read().conversation_id == f"bluesky:{DID}/3kone"


def test_picture_film_preview_and_quote() -> None:
    blob = {"$type": "blob", "ref": {"$link": CID}, "mimeType": "image/jpeg"}
    images = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "a cat"}]}
    quoting = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": AT}}, "media": images}
    full, small = (
        f"https://cdn.bsky.app/img/{size}/plain/{DID}/{CID}@jpeg" for size in ("feed_fullsize", "feed_thumbnail")
    )
    post = read(embed=quoting)
    assert post.media == [Media("image", full, small, "a cat")]
    assert post.quote_of == "bluesky:did:plc:xyz/3kparent"
    film = read(embed={"$type": "app.bsky.embed.video", "video": blob, "alt": "a film"})
    assert (film.media[0].type, film.media[0].alt) == ("video", "a film")
    preview = read(embed={"$type": "app.bsky.embed.external", "external": {"uri": "https://b.example/", "title": "B"}})
    assert [(link.url, link.title) for link in preview.links] == [("https://b.example/", "B")]
    assert read(embed={"$type": "app.bsky.embed.record", "record": {"uri": AT}}).quote_of == post.quote_of
    assert read(embed={"$type": "com.example.embed", "images": "none", "record": 5}).text == "hi"
    assert not read(embed={"images": [{"image": {"ref": {"$link": "../../etc"}}}]}).media


def test_labels_of_the_author_are_heeded() -> None:
    def labels(*names: str) -> dict[str, Any]:
        return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": name} for name in names]}

    assert read(labels=labels("porn")).sensitive
    assert not read(labels=labels("spoiler")).sensitive
    (notice,) = event(labels=labels("!no-unauthenticated"))
    assert isinstance(notice, Notice)


def test_languages_keep_script_and_region() -> None:
    post = read(langs=["pt-br", "en", "iw", "pt", "zh-hant-tw", "en-US-x-private", "pt-BR"])
    assert (post.lang, post.langs) == ("pt-BR", ["pt-BR", "en", "he", "pt", "zh-Hant-TW", "en-US"])


def test_update_is_a_greater_version_and_delete_is_a_deletion() -> None:
    (post,) = posts(event("update", text="hi again"))
    assert post.id == f"bluesky:{DID}/3kone"
    assert event("delete") == [Deletion(f"bluesky:{DID}/3kone", TIME_US // 1000)]


def test_repost_points_to_its_original_and_likes_are_ignored() -> None:
    (repost,) = posts(event(collection="app.bsky.feed.repost", subject={"uri": AT, "cid": "c"}))
    assert (repost.repost_of, repost.text) == ("bluesky:did:plc:xyz/3kparent", "")
    assert event(collection="app.bsky.feed.like", subject={"uri": AT, "cid": "c"}) == []
    assert event(collection="app.bsky.graph.follow", subject="did:plc:xyz") == []
    assert event("delete", "app.bsky.feed.repost") == [Deletion(f"bluesky:{DID}/3kone", TIME_US // 1000)]


INNER, INNER_MS = "2025-01-09T19:42:18.972815Z", 1_736_451_738_972


def about_account(kind: str, body: dict[str, Any]) -> list[list[Event]]:
    """Return what an event of an account means on the older wire, and on the newer one."""
    old = {"did": DID, "time_us": TIME_US, "kind": kind, kind: body}
    payload = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "did": DID, "time": "2025-01-09T20:00:00Z"}
    new = {"$type": "message", "payload": payload | {kind: body}}
    return [normalise(json.dumps(one).encode(), "bluesky", NOW) for one in (old, new)]


@pytest.mark.parametrize("status", ["takendown", "suspended", "deactivated", "a state of 2030", "", None])
def test_account_that_is_not_active_is_off_by_the_events_inner_time(status: str | None) -> None:
    off = AccountChange("bluesky", DID, INNER_MS, hidden=True)
    assert about_account("account", {"active": False, "status": status, "time": INNER}) == [[off], [off]]


def test_account_that_is_active_is_back_and_a_deleted_one_is_wiped() -> None:
    back = AccountChange("bluesky", DID, INNER_MS, hidden=False)
    assert about_account("account", {"active": True, "time": INNER}) == [[back], [back]]
    gone = [msgspec.structs.replace(back, hidden=True), AuthorDeletion("bluesky", DID, INNER_MS)]
    assert about_account("account", {"active": False, "status": "deleted", "time": INNER}) == [gone, gone]


@pytest.mark.parametrize("status", ["desynchronized", "throttled"])
def test_trouble_of_a_host_hides_nobody(status: str) -> None:
    assert about_account("account", {"active": False, "status": status, "time": INNER}) == [[], []]


def test_account_event_without_an_inner_time_has_the_servers() -> None:
    old, new = about_account("account", {"active": False})
    assert [*old, *new] == [
        AccountChange("bluesky", DID, at, hidden=True) for at in (TIME_US // 1000, 1_736_452_800_000)
    ]


def test_handle_of_an_identity_event_is_the_accounts_and_an_invalid_one_is_none() -> None:
    named = AccountChange("bluesky", DID, INNER_MS, handle="ann.example")
    assert about_account("identity", {"handle": "ann.example", "time": INNER}) == [[named], [named]]
    for handle in ("handle.invalid", "", None, "a\nb"):
        assert about_account("identity", {"handle": handle, "time": INNER}) == [[], []]


def test_broken_chain_of_commits_asks_for_a_look_at_the_authors_posts() -> None:
    _, new = about_account("sync", {"did": DID, "rev": "3l3qo2vutsw2b", "time": INNER, "blocks": {"$bytes": "AA"}})
    assert new == [AuthorRecheck("bluesky", DID, INNER_MS)]


ANN = {"handle": "ann.example", "name": "Ann", "bio": "I am", "avatar": "https://a.example/1", "followers": 7}


def known(profile: dict[str, Any] = ANN, operation: str = "create") -> list[Event]:
    commit = {"rev": "x", "operation": operation, "collection": "app.bsky.feed.post", "rkey": "3kone"}
    commit["record"] = {"text": "hi", "reply": {"parent": {"uri": AT}, "root": {"uri": AT}}}  # type: ignore[assignment] # JSON
    profiles = {DID: profile, "did:plc:xyz": {"handle": "xyz.example"}}
    raw = {"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit, "profiles": profiles}
    return normalise(json.dumps(raw).encode(), "bluesky", NOW)


def test_profile_beside_the_event_names_its_author_and_whom_it_answers() -> None:
    (post,) = posts(known())
    assert (post.author.id, post.author.handle, post.author.name) == (DID, "ann.example", "Ann")
    assert (post.author.bio, post.author.avatar, post.author.followers) == ("I am", "https://a.example/1", 7)
    assert post.reply_to is not None
    assert post.reply_to.handle == "xyz.example"
    assert posts(known(ANN | {"avatar": "javascript:1"}))[0].author.avatar == ""


def test_post_that_knows_its_author_is_newer_than_the_same_without() -> None:
    assert posts(known())[0].version == read().version + 1


def test_post_of_an_author_shown_to_signed_in_people_only_is_deleted() -> None:
    gone, notice = known({"handle": "ann.example", "hidden": True})
    assert gone == Deletion(f"bluesky:{DID}/3kone", TIME_US // 1000)
    assert isinstance(notice, Notice)


def test_numbers_beside_the_event_are_the_posts() -> None:
    commit = {"operation": "update", "collection": "app.bsky.feed.post", "rkey": "3kone", "record": {"text": "hi"}}
    counts = {"likes": 5, "reposts": 2, "replies": None, "quotes": -1}
    raw = {"did": DID, "time_us": TIME_US, "kind": "commit", "commit": commit, "counts": counts}
    (post,) = posts(normalise(json.dumps(raw).encode(), "bluesky", NOW))
    assert (post.counts.likes, post.counts.reposts, post.counts.replies, post.counts.quotes) == (5, 2, None, None)
    assert post.version == TIME_US // 1000


def test_labels_of_the_profile_are_heeded() -> None:
    (post,) = posts(known(ANN | {"bot": True, "sensitive": True}))
    assert (post.author.bot, post.sensitive) == (True, True)
    assert not posts(known())[0].sensitive


@pytest.mark.parametrize("label", ["!hide", "!no-unauthenticated"])
def test_label_that_withholds_a_post_removes_what_was_stored_of_it(label: str) -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
    assert [type(one) for one in event(labels=labels)] == [Notice]
    assert [type(one) for one in event("update", labels=labels)] == [Deletion, Notice]


def postgate(operation: str = "create", **record: Any) -> list[Event]:
    own = {"post": f"at://{DID}/app.bsky.feed.post/3kone", "detachedEmbeddingUris": [AT, AT]}
    return event(operation, "app.bsky.feed.postgate", **own | record)


def test_postgate_detaches_the_quotes_that_it_lists() -> None:
    detached = QuoteDetachment("bluesky:did:plc:xyz/3kparent", f"bluesky:{DID}/3kone")
    assert postgate() == postgate("update") == [detached]
    fields = {"operation": "create", "collection": "app.bsky.feed.postgate", "rkey": "3kone"}
    record = {"post": f"at://{DID}/app.bsky.feed.post/3kone", "detachedEmbeddingUris": [AT]}
    assert frame("commit", **fields, record=record) == [detached]


@pytest.mark.parametrize(
    "record",
    [
        {"post": "at://did:plc:xyz/app.bsky.feed.post/3kone"},
        {"post": f"at://{DID}/app.bsky.feed.post/3ktwo"},
        {"post": ""},
        {"detachedEmbeddingUris": None},
        {"detachedEmbeddingUris": ["at://did:plc:xyz/app.bsky.feed.like/3k", "x", ""]},
    ],
)
def test_postgate_of_somebody_elses_post_or_without_quotes_detaches_nothing(record: dict[str, Any]) -> None:
    assert postgate(**record) == []


def test_postgate_that_is_deleted_says_nothing() -> None:
    assert event("delete", "app.bsky.feed.postgate") == []


def frame(kind: str, **fields: Any) -> list[Event]:
    message = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": 5, "did": DID}
    message |= {"time": "2024-11-21T16:25:49.000167Z", **fields}
    return normalise(json.dumps({"$type": "message", "payload": message}).encode(), "bluesky", NOW)


def test_frames_of_the_newer_wire_give_the_same_events() -> None:
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3kone", "rev": "x"}
    record = {"text": "hi", "createdAt": "2024-11-21T16:25:48.000Z"}
    assert posts(frame("commit", **commit, record=record)) == [read()]
    assert frame("commit", **commit | {"operation": "delete"}) == event("delete")
    account = {"active": False, "status": "deleted", "did": DID, "seq": 1, "time": "x"}
    assert AuthorDeletion("bluesky", DID, TIME_US // 1000) in frame("account", account=account)
    assert frame("identity", identity={"did": DID}) == []
    assert frame("sync", sync={}) == [AuthorRecheck("bluesky", DID, TIME_US // 1000)]
    (error,) = normalise(b'{"$type":"error","error":"ConsumerTooSlow","message":"hurry"}', "bluesky", NOW)
    assert error == Notice("bluesky", "warning", "ConsumerTooSlow hurry")
