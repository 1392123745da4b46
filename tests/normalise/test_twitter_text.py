"""Rules of twitter-text, by cases of our own (`twitter_text.yml`) and by its published conformance vectors.

The vectors run if they lie beside the project. Each runs, or `LEFT_OUT` names it with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pipeline.normalise.text.entity_extraction import extract_entities
from pipeline.normalise.text.tag_detection import find_cashtags, find_hashtags, find_mentions
from pipeline.normalise.text.url_detection import find_urls
from tests.normalise.twitter_text_validity import find_reply, is_hashtag, is_list, is_url, is_username
from tests.paths import PROJECT
from tests.records import only_shared, path_of

LEFT_OUT = {
    "validate:tweets": "how long a post may be when written: we write none",
    "validate:WeightedTweetsCounterTest": "how long a post may be when written: we write none",
    "validate:WeightedTweetsWithDiscountedEmojiCounterTest": "how long a post may be when written: we write none",
    "validate:UnicodeDirectionalMarkerCounterTest": "how long a post may be when written: we write none",
}


def _spans(kind: str, name: str) -> Callable[[str], Any]:
    return lambda text: [
        {name: one.value, "indices": [one.start, one.end]} for one in extract_entities(text) if one.type == kind
    ]


def _lists(text: str) -> Any:
    return [
        {"screen_name": one.value, "list_slug": one.slug, "indices": [one.start, one.end]}
        for one in find_mentions(text)
    ]


def _values(kind: str) -> Callable[[str], Any]:
    return lambda text: [one.value for one in extract_entities(text) if one.type == kind]


def _url_spans(text: str) -> Any:
    return [{"url": one.url, "indices": [one.start, one.end]} for one in find_urls(text)]


RULES: dict[str, Callable[[str], Any]] = {
    "extract:mentions": lambda text: [one.value for one in find_mentions(text) if not one.slug],
    "extract:mentions_with_indices": _spans("mention", "screen_name"),
    "extract:mentions_or_lists_with_indices": _lists,
    "extract:replies": find_reply,
    "extract:urls": lambda text: [one.url for one in find_urls(text)],
    "extract:urls_with_indices": _url_spans,
    "extract:urls_with_directional_markers": _url_spans,
    "extract:tco_urls_with_params": lambda text: [one.url for one in find_urls(text)],
    "extract:hashtags": lambda text: [one.value for one in find_hashtags(text)],
    "extract:hashtags_from_astral": _values("hashtag"),
    "extract:hashtags_with_indices": _spans("hashtag", "hashtag"),
    "extract:cashtags": lambda text: [one.value for one in find_cashtags(text)],
    "extract:cashtags_with_indices": _spans("cashtag", "cashtag"),
    "validate:usernames": is_username,
    "validate:lists": is_list,
    "validate:hashtags": is_hashtag,
    "validate:urls": is_url,
    "validate:urls_without_protocol": lambda text: is_url(text, require_scheme=False),
}


def _ours() -> list[Any]:
    parts = yaml.safe_load((PROJECT / "tests/normalise/twitter_text.yml").read_text(encoding="utf-8"))
    return [
        pytest.param(f"{part}:{group}", text, expected, id=f"{part}:{group}-{number}")
        for part, groups in parts.items()
        for group, cases in groups.items()
        for number, (text, expected) in enumerate(cases)
    ]


OURS = _ours()


def test_every_rule_has_cases() -> None:
    assert {case.values[0] for case in OURS} == RULES.keys()


@pytest.mark.parametrize(("group", "text", "expected"), OURS)
def test_case_passes(group: str, text: str, expected: Any) -> None:
    assert RULES[group](text) == expected


@pytest.mark.shared
@pytest.mark.parametrize("name", only_shared("twitter-text/extract.yml", "twitter-text/validate.yml"))
def test_published_vectors_pass(name: str) -> None:
    path = path_of(name)
    failed, tried = [], 0
    for group, cases in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"].items():
        key = f"{path.stem}:{group}"
        if key in LEFT_OUT:
            continue
        assert key in RULES, "a new group of vectors: give it a rule, or a reason in LEFT_OUT"
        tried += len(cases)
        failed += [f"{key}-{case['description']}" for case in cases if RULES[key](case["text"]) != case["expected"]]
    assert failed == []
    assert tried > 20


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("＃全角 and #half", ["＃全角", "#half"]),
        ("http://foo.com/#not #is", ["http://foo.com/#not", "#is"]),
        ("&#nbsp; a#b (#c) #d's", ["#c", "#d"]),
        ("#e\u200d\u0301f #g·h #1 #_", ["#e\u200d\u0301f", "#g·h"]),
        ("#i#j #k://l", []),
        ("http://foo.com/@me http://foo.com/$A,#b", ["http://foo.com/@me", "http://foo.com/$A,#b"]),
        (f"http://{'a' * 63}.com http://{'b' * 64}.com", [f"http://{'a' * 63}.com"]),
        ("ART@m RT:@n 'RT @o' p@q @r@ @s/t @u/", ["@n", "@o", "@u"]),
        ("＠v and @w_1", ["＠v", "@w_1"]),
        ("$A, $B.C $D_E $TOOLONGX $F1 $日", ["$A", "$B.C", "$D_E"]),
        (
            "(http://foo.com/a_(b)) http://foo.com/c). 'foo.org'",
            ["http://foo.com/a_(b)", "http://foo.com/c", "foo.org"],
        ),
        ("日本http://t.co/a日本 例え.com президент.рф http://президент.рф/", ["http://t.co/a", "http://президент.рф/"]),
        ("a.b.invalid no.nonsense e.g. Mr.Smith 1.5 x@foo.com -foo.com foo.com-x", []),
        ("http://xn--80ak6aa92e.xn--p1ai/x http://a-.com http://-a.com", ["http://xn--80ak6aa92e.xn--p1ai/x"]),
        (
            "HTTPS://FOO.COM/x http://foo.com:80/?q=a,b. ftp://foo.com",
            ["HTTPS://FOO.COM/x", "http://foo.com:80/?q=a,b"],
        ),
    ],
)
def test_rule_holds(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in extract_entities(text)] == found


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_username, ["@a", "@" + "a" * 20], ["", "a", "@", "@a b", "@" + "a" * 21, "@a/b", " @a", "@é"]),
        (is_list, ["@a/b", "@a/b-1", "@a/" + "b" * 25], ["@a", "@a/1b", " @a/b", "@a/" + "b" * 26, "a/b"]),
        (is_hashtag, ["#a", "＃a", "#a1"], ["", "#", "a", "#1", "#a b", "#a!", "##a", "#http://a.com"]),
        (
            is_url,
            ["http://a.b", "https://☃.net/?q=1#f", "http://1.2.3.4:80/", "http://[::1]/", "http://a.b?x=%20"],
            ["", "a.b", "ftp://a.b", "http://", "http://a", "http://a.b/ c", "http://a.b/%zz", "http://1.2.3.256/"],
        ),
    ],
)
def test_validity_of_a_whole_text(check: Callable[[str], bool], good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []


def test_astral_characters_count_once() -> None:
    text = "😀😀 #tag 𠀋@me 👩‍👩‍👧‍👦 example.com/x"
    assert [text[one.start : one.end] for one in extract_entities(text)] == ["#tag", "@me", "example.com/x"]
