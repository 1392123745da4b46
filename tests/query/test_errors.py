"""Errors of the parser: the code, position and hint of each."""

from __future__ import annotations

import ast

import pytest

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.query.syntax.error_codes import SEARCH_ERROR_CODES
from tests.paths import PROJECT
from tests.query.strategies import NOW_MS

WRONG = [
    ("", "empty", 0),
    (" \t\n", "empty", 0),
    ("cats \ud83d", "bad_character", 5),
    ("x " * 513, "too_long", 1024),
    ("a " * 65, "too_many_terms", 128),
    ("(" * 17 + "a" + ")" * 17, "too_deep", 16),
    ("cats (dogs", "open_parenthesis", 5),
    ("cats (", "open_parenthesis", 5),
    ("cats (dogs OR", "missing_side", 11),
    ("cats) dogs", "extra_parenthesis", 4),
    (")", "extra_parenthesis", 0),
    ("cats ()", "empty_group", 5),
    ("cats ( ) dogs", "empty_group", 5),
    ('cats "dogs', "open_quote", 5),
    ('from:"nasa', "open_quote", 5),
    ("cats OR", "missing_side", 5),
    ("OR cats", "missing_side", 0),
    ("cats AND", "missing_side", 5),
    ("cats OR OR dogs", "missing_side", 5),
    ("cats AND OR dogs", "missing_side", 5),
    ("(cats OR) dogs", "missing_side", 6),
    ("(AND cats)", "missing_side", 1),
    ("cats -", "missing_negated", 5),
    ("cats - dogs", "missing_negated", 5),
    ("cats NOT", "missing_negated", 5),
    ("cats -OR dogs", "missing_negated", 5),
    ("cats (-)", "missing_negated", 6),
    ("雪 ー東京", "look_alike", 2),
    ("$\u06402a", "bad_tag", 0),
    ("-cats", "only_exclusions", 0),
    ("-cats -dogs", "only_exclusions", 0),
    ("-(cats dogs)", "only_exclusions", 0),
    ("-(cats OR dogs)", "only_exclusions", 0),
    ("NOT cats", "only_exclusions", 0),
    ("cats OR -dogs", "only_exclusions", 8),
    ("birds (cats OR (-dogs -fish))", "only_exclusions", 16),
    ("-*", "only_exclusions", 0),
    ("cats from:", "missing_value", 10),
    ("from: nasa", "missing_value", 5),
    ("lang:(en OR de)", "operator_value", 5),
    ('bio:"a b"~3', "operator_value", 9),
    ("cats re:zero", "unknown_operator", 5),
    ("cats note:", "unknown_operator", 5),
    ("form:nasa", "unknown_operator", 0),
    ("title:x~2", "unknown_operator", 0),
    ("лайки:5", "unknown_operator", 0),
    ("_exists_:x", "unknown_operator", 0),
    ("is:funny", "bad_value", 3),
    ("has:", "missing_value", 4),
    ("source:tiktok", "bad_value", 7),
    ("lang:12", "bad_value", 5),
    ("lang:english", "bad_value", 5),
    ("cats “dogs", "open_quote", 5),
    ("lang:*", "bad_value", 5),
    ("from:@", "bad_value", 5),
    ('from:"a b"', "bad_value", 6),
    ("bio:!!", "bad_value", 4),
    ("bio:astro*", "bad_value", 4),
    ("url:/", "bad_value", 4),
    ("http://", "bad_value", 0),
    ("reply_to:*", "bad_value", 9),
    ("likes:many", "bad_number", 6),
    ("likes:..", "bad_number", 6),
    ("likes:1,000", "bad_number", 6),
    ("likes:20..10", "bad_number", 6),
    ("likes:99999999999999999999", "bad_number", 6),
    ("likes:9999999999999999999", "bad_number", 6),
    ("likes:١٢", "bad_number", 6),
    ("sample:0", "bad_number", 7),
    ("sample:101", "bad_number", 7),
    ("sample:10%", "bad_number", 7),
    ("since:yesterday", "bad_time", 6),
    ("since:2026-11-23T10:00", "bad_time", 6),
    ("since:2026-13-01", "bad_time", 6),
    ("since:2026-11-23T25:00Z", "bad_time", 6),
    ("since:1969-12-31", "bad_time", 6),
    ("since:999999w", "bad_time", 6),
    ("until:2026-11-23T10:00:00.1234Z", "bad_time", 6),
    ("#", "bad_tag", 0),
    ("cats #!", "bad_tag", 5),
    ("@", "bad_tag", 0),
    ("$TS)LA", "extra_parenthesis", 3),
    ("&", "nothing_to_find", 0),
    ('cats "!"', "nothing_to_find", 5),
    ('""', "nothing_to_find", 0),
    ("c*", "prefix_short", 0),
    ("日*", "prefix_short", 0),
    ("-*a", "lucene", 1),
    ("日本*", "prefix_word", 0),
    ("coca-co*", "prefix_word", 0),
    ('"coca co*"', "prefix_place", 8),
    ('"coca co"*', "prefix_place", 9),
    ("#sno*", "prefix_place", 0),
    ("@nas*", "prefix_place", 0),
    ('"a b"~', "bad_slop", 5),
    ('"a b"~x', "bad_slop", 5),
    ('"a b"~3x', "bad_slop", 5),
    ('"a b"~1000', "bad_slop", 5),
    ('"a b"^2', "lucene", 5),
    ("cats^2", "lucene", 0),
    ("cats~2", "lucene", 4),
    ("cats~", "lucene", 4),
    ("bio:cats~2", "lucene", 4),
    ("c*ts", "lucene", 1),
    ("*ats", "lucene", 0),
    ("c?ts", "lucene", 1),
    ("**", "lucene", 0),
    ("*:*", "lucene", 0),
    ("[a TO b]", "lucene", 0),
    ("likes:[10 TO 20]", "lucene", 6),
    ("likes:{10 TO 20}", "lucene", 6),
    ("likes:>100", "lucene", 6),
    ("likes:<100", "lucene", 6),
    ("cats && dogs", "lucene", 5),
    ("cats || dogs", "lucene", 5),
    ("+cats", "lucene", 0),
    ("!cats", "lucene", 0),
    ("/ca[tr]s/", "lucene", 0),
]


@pytest.mark.parametrize(("text", "code", "position"), WRONG, ids=[repr(row[0][:24]) for row in WRONG])
def test_error_names_the_fault_and_its_position(text: str, code: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NOW_MS)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.message.endswith((".", ")")) or ":" in caught.value.message
    assert 0 <= position <= len(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("re:zero", '"re:zero"'),
        ("re:zero", "replies:"),
        ("form:nasa", "from:"),
        ("lnag:en", "lang:"),
        ("-cats", "* -cats"),
        ("likes:[10 TO 20]", "likes:10..20"),
        ("likes:>100", "likes:100.."),
        ("likes:<100", "likes:..100"),
        ("likes:1,000", "likes:1000.."),
        ("likes:20..10", "likes:10..20"),
        ("lang:(en OR de)", "(lang:a OR lang:b)"),
        ("since:2026-11-23T10:00", "since:2026-11-23T10:00Z"),
        ("cats~2", '"a b"~3'),
        ("cats^2", "cats"),
        ("c*ts", "astro*"),
        ("cat*s", "cat*"),
        ("coca-co*", '"coca" co*'),
        ("cats && dogs", "cats dogs"),
        ("cats || dogs", "cats OR dogs"),
        ("+cats", "cats"),
        ("!cats", "-cats"),
        ("cats OR", '"or"'),
    ],
)
def test_hint_names_our_spelling(text: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, NOW_MS)
    assert hint in caught.value.hint


def test_every_code_is_tried() -> None:
    assert {code for _, code, _ in WRONG} == set(SEARCH_ERROR_CODES)


def test_every_code_raised_is_in_the_table() -> None:
    raised: set[str] = set()
    for path in sorted((PROJECT / "pipeline" / "query").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QueryError":
                raised |= _strings(node.args[0])
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "wrong" and len(node.args) > 2:
                raised |= _strings(node.args[2])
    assert raised <= set(SEARCH_ERROR_CODES)


def _strings(node: ast.expr) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)} - {
        "*",
        "[",
        "{",
        "<",
        ">",
    }
