"""Canonical text of searches: one spelling for equal searches, which parses to the same tree and matches the same."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given, settings

from pipeline.errors import QueryError
from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.parser import MAX_DEPTH, parse
from tests.query.strategies import NOW_MS, documents, query_texts


@given(query_texts(16))
@settings(max_examples=400, deadline=None)
def test_canonical_text_parses_to_itself(text: str) -> None:
    query = parse(text, NOW_MS)
    again = parse(query.canonical, NOW_MS + 123_456_789)
    assert again.root == query.root
    assert again.canonical == query.canonical
    assert again.key == query.key == hashlib.sha1(query.canonical.encode(), usedforsecurity=False).hexdigest()[:16]
    assert again.terms == query.terms


@given(query_texts(), query_texts(), documents())
@settings(max_examples=300, deadline=None)
def test_normal_form_finds_what_was_typed(left: str, right: str, document: Document) -> None:
    a, b = matches(parse(left, NOW_MS).root, document), matches(parse(right, NOW_MS).root, document)

    def found(text: str) -> bool:
        return matches(parse(text, NOW_MS).root, document)

    assume(max(left.count("("), right.count("(")) < MAX_DEPTH - 4)

    assert found(f"({left}) ({right})") == (a and b)
    assert found(f"({left}) OR ({right})") == (a or b)
    assert found(f"* -({left})") == (not a)
    assert found(f"* -(({left}) ({right}))") == (not (a and b))
    assert found(f"* -(({left}) OR -({right}))") == (not (a or not b))
    assert found(f"* -(-({left}) -(({right}) -({left})))") == (not (not a and not (b and not a)))


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("cats  dogs", "cats dogs"),
        ("dogs AND cats", "cats dogs"),
        ("Cats CATS cats", "cats"),
        ("apple OR iphone ipad", "apple OR ipad iphone"),
        ("(apple OR iphone) ipad", "(apple OR iphone) ipad"),
        ("((a)) ((b c))", "a b c"),
        ("x -(a OR b)", "x -a -b"),
        ("x -(b a)", "x -(a b)"),
        ("x NOT y", "x -y"),
        ("--x", "x"),
        ("-(-a -b)", "a OR b"),
        ("* cats", "cats"),
        ("* -cats", "* -cats"),
        ('"Coca  Cola"', '"coca cola"'),
        ("coca-cola", '"coca cola"'),
        ('"cola coca"~3', '"coca cola"~3'),
        ('"one"~3', "one"),
        ("日本", '"日本"'),
        ("lang:iw", "lang:he"),
        ("lang:zxx", "lang:und"),
        ("“black hole”", '"black hole"'),
        ("\u2066@nasa\u2069 from:\u200enasa\u200b", "@nasa from:nasa"),
        ("สวัสดี\u200bชาว a\u200bb", '"a b" "สวัสดีชาว"'),
        ("„black hole“~2", '"black hole"~2'),
        ('"the “black” hole"', '"the black hole"'),
        ("#snow, @nasa: $TSLA! from:nasa.", "#snow $tsla @nasa from:nasa"),
        ("language:EN-gb", "lang:en-gb"),
        ("lang:iw_IL", "lang:he-il"),
        ("filter:links", "has:links"),
        ("filter:replies", "is:reply"),
        ("is:retweet", "is:repost"),
        ("is:nativeretweets", "is:repost"),
        ("min_faves:100", "likes:100.."),
        ("min_retweets:1", "reposts:1.."),
        ("min_replies:1", "replies:1.."),
        ("followers_count:10..20", "followers:10..20"),
        ("retweets_of:NASA", "reposts_from:nasa"),
        ("mentions:@NASA", "@nasa"),
        ("domain:Example.COM", "url:example.com"),
        ("url:xn--bcher-kva.de", "url:bücher.de"),
        ("conversation_id:x:1", "conversation:x:1"),
        ("https://www.example.com/a_(b)", 'url:"example com a b"'),
        ("since:2026-11-23T00:00Z", "since:2026-11-23"),
        ("since:2026-11-23T01:30+01:00", "since:2026-11-23T00:30Z"),
        ("until:2026-11-23T01:30:05.5Z", "until:2026-11-23T01:30:05.500Z"),
        ("since:2h", "since:2026-11-23T22:00Z"),
        ("From:@NASA", "from:nasa"),
        ("#️⃣ -*️⃣", "#⃣ -*⃣"),
    ],
)
def test_spelling(typed: str, canonical: str) -> None:
    assert parse(typed, NOW_MS + 59_999).canonical == canonical


def test_relative_time_is_rounded_to_the_minute() -> None:
    early, late = (parse("cats since:30m", NOW_MS + ms) for ms in (1, 59_000))
    assert early.key == late.key
    assert parse("cats since:30m", NOW_MS + 60_000).key != early.key


def test_two_people_share_one_search() -> None:
    assert parse("cats  dogs").key == parse("dogs AND cats").key != parse("dogs OR cats").key


def test_search_that_grows_too_long_when_spelled_out_is_refused() -> None:
    typed = "ﷺ" * 200
    assert len(typed) < 1024
    with pytest.raises(QueryError, match="Spelled out") as caught:
        parse(f"{typed} {typed}a {typed}b")
    assert caught.value.code == "too_long"


@given(query_texts(24))
@settings(max_examples=100, deadline=None)
def test_spelling_is_no_deeper_than_what_was_typed(text: str) -> None:
    def depth(spelled: str) -> int:
        level = deepest = 0
        for char in spelled:
            level += (char == "(") - (char == ")")
            deepest = max(deepest, level)
        return deepest

    canonical = parse(text, NOW_MS).canonical
    assert depth(canonical) <= depth(text)
