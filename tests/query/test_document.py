"""Searchable documents of posts, and the examples by which the language is explained to people."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pipeline.language_codes import NO_LANGUAGE_CODES, RENAMED_CODES
from pipeline.post import Author, Counts, Emoji, Entity, Link, Media, Poll, PollOption, Post, ReplyTo
from pipeline.query.document import BREAK, Document, describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from tests.query.strategies import NOW_MS, posted

AUTHOR = Author(
    id="11348282", handle="NASA", name="NASA HQ", bio="We explore the universe", followers=500, verified=True
)


def post(text: str = "", **more: object) -> Post:
    values: dict[str, object] = {
        "id": "x:20",
        "version": 1,
        "source": "x",
        "created_at": NOW_MS,
        "received_at": NOW_MS,
        "text": text,
        "author": AUTHOR,
    }
    return Post(**(values | more))  # type: ignore[arg-type] # the test gives the right ones


def linked(url: str, display: str = "", text: str = "see") -> Post:
    if not display:
        return post(text, links=[Link(url)])
    start = len(text) + 1
    return post(f"{text} {display}", links=[Link(url)], entities=[Entity("link", start, start + len(display), url)])


def found(query: str, seen: Post, original: Post | None = None) -> bool:
    return matches(parse(query, NOW_MS).root, describe(seen, original))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("gnip", "check out gnip's docs", True),
        ("gnip", "I love @gnip", True),
        ("gnip", "Gnip.", True),
        ("gnip", "#gniprocks", False),
        ("cola", "I like coca-cola!", True),
        ("cola", "I like cocacola!", False),
        ("coca-cola", "I like Coca-Cola!", True),
        ("coca-cola", "cola coca", False),
        ("snow", "it is snowing", False),
        ("snow*", "it is snowing", True),
        ("coachella", "Hanging out at #coachella", True),
        ("coachella", "NEW.PICS.FROM.COACHELLA2015!", False),
        ('"#thanku"', "oh thanku", True),
        ("#thanku", "oh thanku", False),
        ("cumpleanos", "feliz cumpleaños", False),
        ("CUMPLEAÑOS", "feliz cumplean\u0303os", True),
        ("東京", "明日東京へ", True),
        ("東京", "京東", False),
        ("❤", "so ❤️", True),
        ("👍", "so 👍🏽", False),
        ("or", "now or never", True),
        ('"now or"', "now or never", True),
        ('"now never"', "now or never", False),
        ('"never now"~1', "now or never", True),
        ('"never now"~0', "now or never", False),
        ('"a a"~5', "just a one", False),
        ('"a a"~5', "a b a", True),
        ('"a b c"~1', "c x b y a", False),
        ('"a b c"~2', "c x b y a", True),
        ('"a b"~1', "a a a x y b", False),
        ('"a b"~2', "a a a x y b", True),
        ("* -now", "now or never", False),
        ("12:30", "at 12:30.", True),
    ],
)
def test_words(query: str, text: str, expected: bool) -> None:
    assert found(query, post(text)) is expected


def test_hashtag_is_found_whole_and_in_any_case() -> None:
    seen = post("#ThankU", hashtags=["ThankU"])
    assert found("#thanku", seen)
    assert found("thanku", seen)
    assert not found("#thank", seen)
    assert not found("#thanku", post("#thankunext", hashtags=["thankunext"]))


def test_word_of_a_link_is_found_though_the_text_cuts_it() -> None:
    seen = linked("https://en.wikipedia.org/wiki/Snow", "en.wikipedia.org/wiki/Sn…")
    assert found("snow", seen)
    assert found("wikipedia", seen)
    assert describe(seen, None).words == ["see", "en", "wikipedia", "org", "wiki", "sn", BREAK, "snow"]


def test_text_that_is_only_a_hidden_link_begins_with_its_words() -> None:
    assert describe(post(links=[Link("https://example.com/cats")]), None).words == ["example", "com", "cats"]


def test_link_that_is_shown_whole_adds_no_words() -> None:
    seen = linked("https://www.example.com/cats", "example.com/cats")
    assert describe(seen, None).words == ["see", "example", "com", "cats"]


def test_link_behind_other_words_adds_all_its_words() -> None:
    seen = linked("https://example.com/cats", "this page")
    assert describe(seen, None).words == ["see", "this", "page", BREAK, "example", "com", "cats"]
    assert describe(linked("https://example.com/cats"), None).words == ["see", BREAK, "example", "com", "cats"]


def test_phrase_never_crosses_from_text_to_link_or_from_link_to_link() -> None:
    seen = post(
        "see", links=[Link("https://a.example/one"), Link("https://b.example/two"), Link("https://a.example/one")]
    )
    assert not found('"see a"', seen)
    assert not found('"see a"~5', seen)
    assert not found('"one b"', seen)
    assert found('url:"b example two"', seen)
    assert not found('url:"one b"', seen)
    assert describe(seen, None).urls.count(BREAK) == 1


@pytest.mark.parametrize(
    ("query", "url", "expected"),
    [
        ("url:example.com", "https://news.example.com/x", True),
        ("url:example.com", "https://example.com", True),
        ("url:example.com", "https://notexample.com", False),
        ("url:example.com", "https://other.com/example.com", False),
        ("url:EXAMPLE.com.", "https://example.com", True),
        ("url:bücher.de", "https://www.xn--bcher-kva.de/x", True),
        ("url:xn--bcher-kva.de", "https://bücher.de/x", True),
        ("domain:example.com", "https://example.com", True),
        ("url:example.com/cats", "https://www.example.com/cats/and/dogs", True),
        ("url:/cats", "https://example.com/cats", True),
        ("url:cats", "https://example.com/all-cats", True),
        ('url:"cats and"', "https://example.com/cats/and", True),
        ("url:cat", "https://example.com/cats", False),
        ("https://en.wikipedia.org/wiki/Snow_(film)", "https://en.wikipedia.org/wiki/Snow_(film)", True),
        ("http://example.com/cats", "https://example.com/cats?x=1", True),
        ("url:мир", "https://example.com/%D0%BC%D0%B8%D1%80", True),
    ],
)
def test_url(query: str, url: str, expected: bool) -> None:
    host = url.split("/")[2]
    assert found(query, post("see", links=[Link(url)], hosts=[host])) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from:nasa", True),
        ("from:@NASA", True),
        ("from:11348282", True),
        ("from:nas", False),
        ("to:Bob", True),
        ("to:77", True),
        ("to:nasa", False),
        ("@alice", True),
        ("@Alice", True),
        ("mentions:alice", True),
        ("@ali", False),
        ("$tsla", True),
        ("$TSL", False),
        ("lang:en", True),
        ("lang:en-GB", False),
        ("lang:de", True),
        ("lang:fr", False),
        ("lang:und", False),
        ("source:x", True),
        ("source:demo", False),
        ("is:reply", True),
        ("is:quote", True),
        ("is:sensitive", True),
        ("is:verified", True),
        ("is:repost", False),
        ("has:links", True),
        ("has:media", True),
        ("has:images", True),
        ("has:videos", False),
        ("has:mentions", True),
        ("has:hashtags", False),
        ("has:cashtags", True),
        ("filter:links", True),
        ("conversation:x:1", True),
        ("conversation_id:x:1", True),
        ("reply_to:x:2", True),
        ("quote_of:x:3", True),
        ("repost_of:x:3", False),
        ("bio:universe", True),
        ('bio:"the universe"', True),
        ("bio:univ", False),
        ("name:nasa", True),
        ("universe", False),
        ("followers:500..", True),
        ("followers:500", True),
        ("followers:501", False),
        ("followers:..500", True),
        ("followers:400..499", False),
        ("likes:7..7", True),
        ("min_faves:8", False),
        ("replies:0..0", True),
        ("reposts:0..", False),
        ("reposts:..5", False),
        ("* -reposts:0..", True),
        ("since:2026-11-24", True),
        ("until:2026-11-24", False),
        ("until:2026-11-24T00:01Z", True),
        ("since:2026-11-24T00:01Z", False),
        ("since:2h", True),
        ("until:2h", False),
        ("sample:100", True),
    ],
)
def test_operators(query: str, expected: bool) -> None:
    seen = post(
        "hello @alice $TSLA",
        langs=["en", "de"],
        lang="en",
        reply_to=ReplyTo("x:2", "77", "bob"),
        conversation_id="x:1",
        quote_of="x:3",
        mentions=["Alice"],
        cashtags=["TSLA"],
        links=[Link("https://example.com/")],
        media=[Media("image", "https://example.com/i"), Media("gif", "https://example.com/g")],
        sensitive=True,
        counts=Counts(replies=0, reposts=None, likes=7),
    )
    assert found(query, seen) is expected


@pytest.mark.parametrize(
    ("tag", "queries"),
    [
        (
            "zh-TW",
            {"lang:zh": True, "lang:zh-tw": True, "lang:ZH_TW": True, "lang:zh-cn": False, "lang:zh-hant": False},
        ),
        ("zh-Hant-TW", {"lang:zh": True, "lang:zh-tw": True, "lang:zh-Hant": True, "lang:zh-hant-tw": True}),
        ("pt-BR", {"lang:pt": True, "lang:pt-br": True, "lang:pt-pt": False, "lang:en": False}),
        ("es-419", {"lang:es": True, "lang:es-419": True, "lang:es-es": False}),
        ("en", {"lang:en": True, "lang:en-gb": False}),
    ],
)
def test_language_is_found_with_and_without_its_region(tag: str, queries: dict[str, bool]) -> None:
    seen = post("hm", langs=[tag], lang=tag)
    assert {query: found(query, seen) for query in queries} == queries


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tea", True),
        ("coffee", True),
        ('"tea coffee"', False),
        ('"red kettle"', True),
        ("harbour", True),
        ("preview", False),
        ("blobcat", False),
        ("cosy", True),
        ("has:poll", True),
        ("is:bot", True),
        ("name:ann", True),
        ("name:verified", False),
        ("bio:gull", False),
    ],
)
def test_what_a_card_shows_beside_the_text_is_searched_and_emoji_are_not(query: str, expected: bool) -> None:
    author = Author(
        "1",
        "ann",
        "Ann :verified:",
        "I am :gull:",
        bot=True,
        emojis=[Emoji(name, "u") for name in ("verified", "gull")],
    )
    seen = post(
        "so cosy :blobcat:",
        entities=[Entity("emoji", 8, 17, "blobcat")],
        emojis=[Emoji("blobcat", "https://example.com/b.png")],
        author=author,
        poll=Poll([PollOption("tea", 3), PollOption("coffee :blobcat:")]),
        media=[Media("image", "https://example.com/i", alt="a red kettle")],
        links=[Link("https://example.com/", "Harbour news", "a preview")],
    )
    assert found(query, seen) is expected


def test_language_that_is_not_stated_is_und() -> None:
    assert found("lang:und", post("hm"))


def test_languages_are_named_as_posts_are_kept() -> None:
    for code, kept in RENAMED_CODES.items():
        assert parse(f"lang:{code}").canonical == f"lang:{kept}"
    for code in NO_LANGUAGE_CODES - {"", "unknown"}:
        assert parse(f"lang:{code}").canonical == "lang:und"


def test_tag_is_found_whatever_the_sentence_puts_after_it() -> None:
    assert found("#snow, day", post("day #snow!", hashtags=["snow"]))
    assert found("#wow", post("hm", hashtags=["wow!"]))
    assert found("#c++", post("hm", hashtags=["C++"]))


def test_sample_is_a_share_of_all_ids() -> None:
    taken = sum(found("sample:10", post("x", id=f"x:{number}")) for number in range(2000))
    assert 140 < taken < 260
    assert all(
        found("sample:30", post("x", id=f"x:{n}")) for n in range(200) if found("sample:20", post("x", id=f"x:{n}"))
    )


ORIGINAL = post(
    "cats are best #cats",
    id="x:1",
    lang="en",
    langs=["en"],
    hashtags=["cats"],
    media=[Media("image", "https://example.com/i")],
    sensitive=True,
    author=Author("5", "carol", "Carol", "cat person", followers=3),
    counts=Counts(likes=900),
    created_at=NOW_MS - 86_400_000,
)
REPOST = post(id="x:2", repost_of="x:1", counts=Counts(likes=0))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cats", True),
        ("#cats", True),
        ("lang:en", True),
        ("lang:und", False),
        ("has:images", True),
        ("has:hashtags", True),
        ("is:sensitive", True),
        ("is:repost", True),
        ("repost_of:x:1", True),
        ("from:nasa", True),
        ("from:carol", False),
        ("reposts_from:carol", True),
        ("reposts_from:5", True),
        ("retweets_of:nasa", False),
        ("bio:universe", True),
        ("bio:cat", False),
        ("followers:100..", True),
        ("likes:900..", False),
        ("since:1h", True),
        ("is:verified", True),
    ],
)
def test_repost_shows_its_original_and_its_own_who_and_when(query: str, expected: bool) -> None:
    assert found(query, REPOST, ORIGINAL) is expected


def test_repost_whose_original_is_unknown_has_no_words() -> None:
    assert not found("cats", REPOST)
    assert found("is:repost", REPOST)


def test_quoted_post_is_not_read() -> None:
    assert not found("cats", post("look", quote_of="x:1"), ORIGINAL)


@given(posted())
@settings(max_examples=200, deadline=None)
def test_document_holds_only_the_fields_of_the_contract(pair: tuple[Post, Post | None]) -> None:
    document: Document = describe(*pair)
    assert document == describe(*pair)
    assert BREAK not in (document.words[:1] + document.words[-1:] + document.urls[:1] + document.urls[-1:])
    assert all(facet == facet.casefold() for facet in document.facets)
    assert set(document.numbers) <= {"followers", "likes", "reposts", "replies", "quotes"}
