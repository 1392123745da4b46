"""Parser under random text: it returns a tree or an error with a position, and no search becomes syntax of a store."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.query.document import BREAK
from pipeline.query.evaluate import smallest_windows
from pipeline.query.explain import explain, leaves
from pipeline.query.parser import MAX_CHARS, MAX_TERMS, parse
from pipeline.query.syntax.error_codes import SEARCH_ERROR_CODES
from pipeline.query.syntax.operators import OPERATORS
from pipeline.query.tree import Facet, Near, Phrase, Prefix, Query, Word
from tests.examples import examples
from tests.query.strategies import NOW_MS, posted, query_texts

PIECES = (
    *"()\"-*~#@$:/\\^.,!?&|+[]{}<>_=%;'",
    *(" ", "\n", "\t", "\u3000", "\x00", "\u200d", "\ufe0f", "\u20e3", "\ud83d", "＃", "＠", "”", "（"),
    *("AND", "OR", "NOT", "TO", "NEAR", "cats", "日本", "👍🏽", "1", "..", "~3", "é", "ﷺ", "\u0301"),
    *("from:", "url:", "lang:en", "likes:", "since:", "2h", "is:reply", "http://a.b/(c)", "xn--", "filter:", "sample:"),
)
_BREAKS_OUT = re.compile(r"[\s\"()*]")


def _check(text: str) -> None:
    try:
        query = parse(text, NOW_MS)
    except QueryError as error:
        refused = error
    else:
        _check_search(query)
        return
    assert refused.code in SEARCH_ERROR_CODES
    assert 0 <= refused.position <= len(text)
    assert refused.message


def _check_search(query: Query) -> None:
    again = parse(query.canonical, NOW_MS)
    assert (again.root, again.canonical) == (query.root, query.canonical)
    assert len(query.canonical) <= MAX_CHARS
    found = list(leaves(query.root))
    assert len(found) <= MAX_TERMS
    for leaf in found:
        match leaf:
            case Word(token) | Prefix(token):
                tokens: tuple[str, ...] = (token,)
            case Phrase(tokens) | Near(tokens):
                assert len(tokens) > 1
            case Facet(name):
                tokens = (name[1:] if name[0] in "#@$" else name,)
            case _:
                tokens = ()
        for token in tokens:
            assert token
            assert token != BREAK
            assert not _BREAKS_OUT.search(token) or token == "*\u20e3"
            assert not any(ord(char) < 32 for char in token)


@given(st.text(max_size=60))
@settings(max_examples=examples(500), deadline=None)
def test_any_text_is_a_search_or_an_error(text: str) -> None:
    _check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=examples(1500), deadline=None)
@example("url:xn--a-.b")
@example("from:\u2100")
@example('#"')
@example("$ﷺ")
@example("@＠a")
@example("url:..a.b")
@example("*\ufe0f\u20e3*")
@example("bio:*\u20e3")
def test_any_arrangement_of_our_own_signs_is_a_search_or_an_error(text: str) -> None:
    _check(text)


@given(query_texts(), st.data())
@settings(max_examples=examples(500), deadline=None)
def test_any_half_typed_or_damaged_search_is_a_search_or_an_error(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    _check(text[:at])
    _check(text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:])
    _check(text[:at] + text[at + 1 :])
    _check(text.replace(" ", data.draw(st.sampled_from(PIECES))))


@given(query_texts(), posted())
@settings(max_examples=examples(200), deadline=None)
def test_every_search_can_be_explained(text: str, pair: object) -> None:
    assert isinstance(pair, tuple)
    post, original = pair
    query = parse(text, NOW_MS)
    explained = explain(query, post, original)
    content = original if post.repost_of and original else post
    assert explained["tree"].count("\n") >= query.canonical.count(" OR ")
    for part in explained["parts"]:
        assert part["matched"] or not part["spans"]
        assert all(0 <= start < end <= len(content.text) for start, end in part["spans"])


def test_largest_searches_stay_small() -> None:
    worst = [
        "-" * 1023 + "a",
        "(" * 16 + "a" + " -b)" * 16,
        "x -(" * 15 + "y" + " z OR w)" * 15,
        " OR ".join(f"(a{n} -(b -(c{n} d)))" for n in range(16)),
        "* -(" + " ".join(f"(a{n} OR b{n})" for n in range(32)) + ")",
        "日" * 1024,
        '"' + "a b " * 255 + '"~999',
        "https://a.b/" + "(" * 1000,
        "a" * 1024,
        "é" * 500 + "\u0301" * 500,
        "likes:" + "9" * 1000,
        "a:" * 512,
        '"' + "\\" * 1000,
        "*" * 1024,
    ]
    for text in worst:
        try:
            query = parse(text, NOW_MS)
        except QueryError:
            continue
        assert len(query.canonical) <= MAX_CHARS
        assert len(list(leaves(query.root))) <= MAX_TERMS
        assert parse(query.canonical).root == query.root


EXTREMES = tuple(
    "9999-12-31T23:59:59-01:00 9999-12-31T23:59:59.999Z 9999-12-31T24:00Z 9999-12-31 10000-01-01 "
    "9999-12-31T00:00-23:59 1970-01-01 1970-01-01T00:00+00:01 1969-12-31 0001-01-01T00:00+23:59 0000-01-01 "
    "2026-01-01T00:00+99:99 2026-02-30 999999w 0m 000000d 0 -1 100 101 "
    "9223372036854775807 9223372036854775808 ..9223372036854775807 .. 5..1 "
    f"1e9 NaN inf 0x1 ٣ [ {{ @[ [1 [x] {'9' * 400} {'0' * 400}".split()
)
NAMES = [name for row in OPERATORS for name in (row.name, *row.aliases)]


@pytest.mark.parametrize("name", NAMES)
def test_extreme_numbers_and_times_are_read_or_refused(name: str) -> None:
    for value in EXTREMES:
        for text in (
            f"{name}:{value}",
            f'{name}:"{value}"',
            f"* -{name}:{value}",
            f'"a b"~{value}',
            f"é {name}:{value}",
        ):
            _check(text)


@given(
    st.sampled_from(["since", "until"]),
    st.tuples(st.integers(0, 10_001), st.integers(0, 13), st.integers(0, 32)),
    st.tuples(st.integers(0, 24), st.integers(0, 60), st.sampled_from(["", ":00", ":59", ":59.999", ":60"])),
    st.sampled_from(["Z", "", "+00:00", "-00:01", "+14:00", "-12:00", "+23:59", "-23:59", "+24:00", "-9999"]),
)
@example("since", (9999, 12, 31), (23, 59, ":59"), "-01:00")
@settings(max_examples=examples(500), deadline=None)
def test_any_time_is_read_or_refused(
    name: str, day: tuple[int, int, int], clock: tuple[int, int, str], zone: str
) -> None:
    date = f"{day[0]:04}-{day[1]:02}-{day[2]:02}"
    _check(f"{name}:{date}")
    _check(f"{name}:{date}T{clock[0]:02}:{clock[1]:02}{clock[2]}{zone}")


@given(st.sampled_from(["2h", "0m", "999999w", "999999m"]), st.integers(-(2**70), 2**70))
def test_age_is_read_or_refused_at_any_time_of_the_clock(ago: str, now_ms: int) -> None:
    with suppress(QueryError):
        query = parse(f"since:{ago}", now_ms)
        assert parse(query.canonical).root == query.root


@given(
    st.lists(st.sampled_from(["a", "b", "c", "x", BREAK]), max_size=9),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=2, max_size=3),
    st.integers(0, 4),
)
@settings(max_examples=examples(400), deadline=None)
def test_near_is_every_word_once_with_few_others_between(tokens: list[str], wanted: list[str], slop: int) -> None:
    def near(places: tuple[int, ...]) -> bool:
        window = tokens[places[0] : places[-1] + 1]
        return (
            sorted(tokens[at] for at in places) == sorted(wanted)
            and len(window) - len(wanted) <= slop
            and BREAK not in window
        )

    expected = any(near(places) for places in combinations(range(len(tokens)), len(wanted)))
    found = [tuple(places) for places in smallest_windows(tokens, tuple(sorted(wanted)), slop)]
    assert bool(found) == expected
    assert all(near(places) for places in found)
