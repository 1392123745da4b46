"""Marks of Bluesky's texts: facets, old entities and bare text become tags, mentions and links, each alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise import normalise
from pipeline.post import Entity, Post
from tests.normalise.sample_records import NOW, posts

DID = "did:plc:abc"
BOB = "did:plc:bob"
TYPE = "app.bsky.richtext.facet#"


def read(text: str, profiles: dict[str, Any] | None = None, **record: Any) -> Post:
    """Return the post of a Jetstream event, with profiles beside it."""
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3kone"}
    commit["record"] = {"text": text, "createdAt": "2026-08-01T10:00:00Z"} | record  # type: ignore[assignment] # JSON
    event = {"did": DID, "time_us": NOW * 1000, "kind": "commit", "commit": commit, "profiles": profiles or {}}
    (post,) = posts(normalise(json.dumps(event).encode(), "bluesky", NOW))
    return post


def link(uri: str) -> dict[str, Any]:
    return {"$type": f"{TYPE}link", "uri": uri}


def tag(name: str) -> dict[str, Any]:
    return {"$type": f"{TYPE}tag", "tag": name}


def mention(did: str = BOB) -> dict[str, Any]:
    return {"$type": f"{TYPE}mention", "did": did}


def span(start: Any, end: Any, *features: Any) -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": list(features)}


def over(text: str, part: str, *features: Any) -> dict[str, Any]:
    start = len(text[: text.index(part)].encode())
    return span(start, start + len(part.encode()), *features)


def shown(post: Post) -> list[tuple[str, str, str]]:
    return [(one.type, post.text[one.start : one.end], one.value) for one in post.entities]


A, B = "https://a.example/1", "https://b.example/2"


@pytest.mark.parametrize(
    ("text", "facets", "drawn", "urls"),
    [
        ("see here", [span(4, 8, {"$type": "com.example#bold"}, link(A))], [("link", "here", A)], [A]),
        ("see here", [span(4, 8, 5, None, {"$type": 7}, link(A))], [("link", "here", A)], [A]),
        ("see here", [span(4, 8, {"$type": "com.example#card", "did": BOB, "uri": B})], [], []),
        ("see here", [span(4, 8, {"uri": A})], [], []),
        ("see here", [span(4, 8, {"$type": f"{TYPE}link", "did": BOB, "uri": A})], [("link", "here", A)], [A]),
        ("see here", [span(4, 8, {"$type": f"{TYPE}link", "did": BOB})], [], []),
        ("see here", [span(4, 8, mention() | {"uri": A})], [("mention", "here", BOB)], []),
        ("see here", [span(4, 8, link(A), link(B))], [("link", "here", A)], [A, B]),
        ("see here", [span(4, 99, link(A))], [("link", "here", A)], [A]),
        ("see here", [span(8, 99, link(A))], [], [A]),
        ("see here", [span(-1, 4, link(A))], [], [A]),
        ("see here", [span(6, 4, link(A))], [], [A]),
        ("see here", [span(4, 4, link(A))], [], [A]),
        ("see here", [span(3, 4, link(A))], [], [A]),
        ("see here", [{"features": [link(A)]}], [], [A]),
        ("see here", [{"index": None, "features": [link(A)]}, span(0, 3, link(B))], [("link", "see", B)], [B, A]),
        ("see here", [span("0", 3, link(A)), span(4, 8, link(B))], [("link", "here", B)], [B, A]),
        ("see here", [7, None, "x", {}, {"features": 5}, span(4, 8, link(A))], [("link", "here", A)], [A]),
        ("see here", {"index": 1}, [], []),
        ("see here", [span(0, 8, link(A)), span(4, 8, link(B))], [("link", "see here", A)], [A, B]),
        ("see here", [span(4, 8, link(B)), span(0, 8, link(A))], [("link", "see here", A)], [A, B]),
        ("see here", [span(0, 3, link(A)), span(0, 8, link(B))], [("link", "see here", B)], [B, A]),
        ("see here", [span(2, 6, link(B)), span(0, 5, link(A))], [("link", "see h", A)], [A, B]),
        ("see here", [span(0, 8, {"$type": "x#y"}), span(4, 8, link(A))], [("link", "here", A)], [A]),
        ("ä 🦋 b", [span(1, 4, link(A)), span(3, 7, link(B))], [("link", "🦋", B)], [B, A]),
        ("ä 🦋 b", [span(3, 5, link(A)), span(4, 7, link(A)), span(8, 9, link(B))], [("link", "b", B)], [B, A]),
        ("go", [span(0, 2, link("example.org/x"))], [("link", "go", "https://example.org/x")], ["https://example.org/x"]),
    ],
)  # fmt: skip
def test_each_facet_is_read_alone(text: str, facets: Any, drawn: list[Any], urls: list[str]) -> None:
    post = read(text, facets=facets)
    assert shown(post) == drawn
    assert [one.url for one in post.links] == urls
    assert post.hosts == list(dict.fromkeys(url.split("/")[2] for url in urls))


def test_facet_without_a_span_still_tags_and_mentions() -> None:
    post = read("look", facets=[{"features": [tag("snow"), tag("$CASH"), mention()]}])
    assert (post.entities, post.hashtags, post.cashtags, post.mentions) == ([], ["snow"], ["CASH"], [BOB])


@pytest.mark.parametrize(
    ("text", "name", "hashtags", "cashtags", "drawn"),
    [
        ("buy $TSLA now", "$TSLA", [], ["TSLA"], [("cashtag", "$TSLA", "TSLA")]),
        ("buy $tsla now", "$TSLA", [], ["TSLA"], [("cashtag", "$tsla", "TSLA")]),
        ("buy BRK now", "$BRK.B", [], ["BRK.B"], []),
        ("costs $100 now", "$100", ["$100"], [], []),
        ("a #one b", "one", ["one"], [], [("hashtag", "#one", "one")]),
        ("a #one b", "#one", ["one"], [], [("hashtag", "#one", "one")]),
        ("a ##one b", "#one", ["one"], [], [("hashtag", "##one", "one")]),
        ("a one b", "one", ["one"], [], []),
        ("a # b", "#", [], [], []),
    ],
)
def test_sign_tells_cashtag_from_hashtag(
    text: str, name: str, hashtags: list[str], cashtags: list[str], drawn: list[Any]
) -> None:
    part = text.split()[1]
    post = read(text, facets=[over(text, part, tag(name))])
    assert (post.hashtags, post.cashtags, shown(post)) == (hashtags, cashtags, drawn)


def test_tags_beside_the_text_have_no_sign() -> None:
    post = read("hi", tags=["#two", "$CASH", "three", "THREE", "#", "", 5, "$cash"])
    assert (post.hashtags, post.cashtags) == (["two", "three"], ["CASH"])


@pytest.mark.parametrize("facets", [None, [span(0, 2, link(A))], [span(0, 2, {"$type": "x#y"})]])
def test_cashtag_of_the_text_does_not_depend_on_other_facets(facets: Any) -> None:
    post = read("of $TSLA, ($btc2) $toolong1 a$b $5", facets=facets)
    assert post.cashtags == ["TSLA", "BTC2"]
    assert [one[:2] for one in shown(post) if one[0] == "cashtag"] == [("cashtag", "$TSLA"), ("cashtag", "$btc2")]


@pytest.mark.parametrize("text", ["@alice.bsky.social hi", "hi @bob", "(@alice.bsky.social)", "＠bob.example hi"])
def test_text_alone_mentions_nobody(text: str) -> None:
    post = read(text)
    assert (post.mentions, post.entities, post.links) == ([], [], [])


def test_entities_before_facets_are_read() -> None:
    text = "🦋 @bob.bsky.social see example.org"
    old = [
        {"index": {"start": 3, "end": 19}, "type": "mention", "value": BOB},
        {"index": {"start": 24, "end": 99}, "type": "link", "value": A},
        {"index": {"start": 1, "end": 2}, "type": "link", "value": B},
        {"index": {"start": 0, "end": 2}, "type": "card", "value": B},
        {"type": "mention"},
        5,
    ]
    post = read(text, entities=old)
    assert post.entities == [Entity("mention", 2, 18, "bob.bsky.social", BOB), Entity("link", 23, 34, A)]
    assert ([one.url for one in post.links], post.mentions) == ([A, B], ["bob.bsky.social"])
    assert shown(read(text, entities=old, facets=[over(text, "see", link(B))])) == [("link", "see", B)]


@pytest.mark.parametrize(
    ("words", "profile", "handle"),
    [
        ("@bob.example", None, "bob.example"),
        ("＠Bob.example", None, "Bob.example"),
        ("bob.example", None, "bob.example"),
        ("Bob Smith", None, BOB),
        ("b", None, BOB),
        ("🦋", None, BOB),
        ("@bob", None, BOB),
        ("@bob.exam…", None, BOB),
        ("@handle.invalid", None, BOB),
        ("Bob Smith", {"handle": "bob.example"}, "bob.example"),
        ("@nasa.example", {"handle": "bob.example"}, "bob.example"),
        ("Bob Smith", {"handle": "handle.invalid"}, BOB),
        ("@bob.example", {"handle": ""}, "bob.example"),
    ],
)
def test_mention_has_the_handle_of_its_account(words: str, profile: Any, handle: str) -> None:
    text = f"hi {words} !"
    post = read(text, profiles={BOB: profile} if profile else None, facets=[over(text, words, mention())])
    assert shown(post) == [("mention", words, handle)]
    assert (post.mentions, post.entities[0].id) == ([handle], BOB)


def test_invalid_handle_names_nobody() -> None:
    ref = {"uri": f"at://{BOB}/app.bsky.feed.post/3k", "cid": "c"}
    unknown = {"handle": "handle.invalid", "name": "Somebody"}
    post = read("hi", {DID: unknown, BOB: unknown}, reply={"parent": ref, "root": ref})
    assert (post.author.handle, post.author.name) == (DID, "Somebody")
    assert post.reply_to is not None
    assert (post.reply_to.author, post.reply_to.handle) == (BOB, "")


PARTS = st.sampled_from(
    ["a", "ä", "東", "🦋", "👩‍👩‍👧", "#tag", "$TSLA", "@bob.example", " ", "\n", "example.org/x", "😀"]
)
TEXTS = st.lists(PARTS, max_size=12).map("".join)
FEATURES = st.sampled_from([link(A), link(B), mention(), tag("tag"), tag("$TSLA"), {"$type": "x#y", "did": BOB}, {}, 5])
OFFSETS = st.one_of(st.integers(-3, 60), st.none())
FACET = st.builds(lambda start, end, some: span(start, end, *some), OFFSETS, OFFSETS, st.lists(FEATURES, max_size=3))
FACETS = st.lists(FACET, max_size=6)


@settings(max_examples=150, deadline=None)
@given(TEXTS, FACETS)
def test_entities_are_in_order_inside_the_text_and_apart(text: str, facets: list[Any]) -> None:
    post = read(text, facets=facets)
    position = 0
    for entity in post.entities:
        assert position <= entity.start < entity.end <= len(post.text)
        assert post.text[entity.start : entity.end].strip()
        position = entity.end
    assert post.text == text


@settings(max_examples=150, deadline=None)
@given(TEXTS, FACETS, st.integers(0, 6))
def test_no_facet_changes_what_another_says(text: str, facets: list[Any], at: int) -> None:
    """A broken or a foreign facet among others changes nothing; what each says alone, all say together."""
    post = read(text, facets=facets)
    for stranger in ({"index": 5, "features": "x"}, 7, span(0, 60, {"$type": "com.example#bold", "did": BOB})):
        mixed = [*facets[:at], stranger, *facets[at:]]
        if any(isinstance(one, dict) and one.get("$type") for facet in facets for one in facet["features"]):
            assert read(text, facets=mixed) == post
    alone = [read(text, facets=[facet, span(0, 0, {"$type": "x#y"})]) for facet in facets]
    assert {one.url for one in post.links} >= {one.url for each in alone for one in each.links if facets}
    assert set(post.mentions) == {name for each in alone for name in each.mentions}
    assert {one for each in alone for one in each.hashtags} <= set(post.hashtags)
