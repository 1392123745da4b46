"""Words shared with the page: `words.json` has texts with their tokens, `characters.json` digests of every character.

The analyser is tested against it here, the page by Vitest.

`UPDATE_WORDS=1` rewrites both, after the rules or the tables have changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

from pipeline.query import unicode_tables
from pipeline.query.analyser import analyse, analyse_spans
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


CHARACTERS = Path(__file__).parent / "characters.json"
"""For each stretch of 256 code points: those that are assigned, as (first, last), and a digest of their words."""


def _stretches() -> Iterator[tuple[list[tuple[int, int]], str]]:
    for start in range(0, 0xE1000, 256):
        if 0xD800 <= start < 0xF900 or 0x32400 <= start < 0xE0000:
            continue
        known = [code for code in range(start, start + 256) if category(chr(code)) != "Cn"]
        spans: list[tuple[int, int]] = []
        for code in known:
            spans[-1:] = [(spans[-1][0], code)] if spans and spans[-1][1] == code - 1 else [*spans[-1:], (code, code)]
        words = [analyse(chr(code)) + analyse(f"a{chr(code)}b") + analyse(f"i{chr(code)}\u0307") for code in known]
        if known:
            yield (
                spans,
                hashlib.sha256(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()[:8],
            )


def test_the_digests_shared_with_the_page_describe_every_character() -> None:
    rows = [[[list(span) for span in spans], digest] for spans, digest in _stretches()]
    if os.environ.get("UPDATE_WORDS"):
        CHARACTERS.write_text("[\n{}\n]\n".format(",\n".join(map(json.dumps, rows))), encoding="ascii")
    assert json.loads(CHARACTERS.read_text(encoding="ascii")) == rows


def test_the_list_shared_with_the_page_describes_the_analyser() -> None:
    if os.environ.get("UPDATE_WORDS"):
        rows = [json.dumps([text, analyse_spans(text)]) for text in (*TEXTS, *map(_edges, TABLES))]
        FILE.write_text("[\n{}\n]\n".format(",\n".join(rows)), encoding="ascii")
    rows = json.loads(FILE.read_text(encoding="ascii"))
    for text, words in rows:
        assert [list(word) for word in analyse_spans(text)] == words
    texts = [text for text, _ in rows]
    assert set(TEXTS) <= set(texts)
    assert {end for table in TABLES for ends in _ends(table) for end in ends} <= set("".join(texts))
