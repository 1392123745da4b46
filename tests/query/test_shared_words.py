"""Words shared with the page: `words.json` has texts with their tokens.

The analyser is tested against it here, the page by Vitest.

`UPDATE_WORDS=1` rewrites it, after the rules or the tables have changed.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from unicodedata import category

from pipeline.query import unicode_tables
from pipeline.query.analyser import analyse_spans
from tests.query.test_analyser import EXAMPLES

FILE = Path(__file__).parent / "words.json"

TEXTS = [
    *(text for text, _ in EXAMPLES),
    "😂😂😂 so good😂",
    "🏴🏻\ufe0fx 🇯🇵🇺🇸 go 🇬",
    "good morning, 東京！ｗｗｗ",
    "½ cup ㍿ ℡ ﷺ ①②",
    "\u1100\u1161\u11a8 e\u200c\u0301 α\u0345\u0301 ´a",
    "ﬃ ŉ ǰ ΐ ᾳ ᾼ ẞ ŒUVRE ıİ",
    "ก\u0e33 ทำ 3.5ล้าน",
    "x\ufe0f\u20e3 9⃣9 #⃣",
    "x" * 130 + " é" + "é" * 130,
]
"""Texts of the file, besides those made of both ends of every range of the tables."""

TABLES = (unicode_tables.UNSPACED, unicode_tables.VANISHING, unicode_tables.INVISIBLE, unicode_tables._EMOJI)


def _ends(table: str) -> list[tuple[str, str]]:
    return [(first, last or first) for first, last in re.findall("(.)(?:-(.))?", table)]


def _edges(table: str) -> str:
    """Return a text of the ends and their neighbours.

    Unassigned characters stay out, because the page may know a later version of Unicode.
    """
    found: list[str] = []
    for first, last in _ends(table):
        beside = [chr(ord(first) - 1), chr(ord(last) + 1)]
        found += [first, last, *(char for char in beside if category(char) != "Cn")]
    return "a".join(found)


def test_the_list_shared_with_the_page_says_what_the_analyser_does() -> None:
    if os.environ.get("UPDATE_WORDS"):
        rows = [json.dumps([text, analyse_spans(text)]) for text in (*TEXTS, *map(_edges, TABLES))]
        FILE.write_text("[\n{}\n]\n".format(",\n".join(rows)), encoding="ascii")
    rows = json.loads(FILE.read_text(encoding="ascii"))
    for text, words in rows:
        assert [list(word) for word in analyse_spans(text)] == words
    texts = [text for text, _ in rows]
    assert set(TEXTS) <= set(texts)
    assert {end for table in TABLES for ends in _ends(table) for end in ends} <= set("".join(texts))
