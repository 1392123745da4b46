"""Analyser: tokens of texts in every script of the sources, and their spans."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Literal
from unicodedata import category, normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.query import analyser
from pipeline.query.analyser import ANALYSER_VERSION, MAX_TOKEN_CHARS, MAX_TOKENS, analyse, analyse_spans, fold
from pipeline.query.document import BREAK
from pipeline.query.unicode_tables import EMOJI_SEQUENCE, INVISIBLE, UNSEEN
from tests.examples import examples

NORMAL_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
IN_TITLE_CASE = "ᾼ͂ῌ͂ῼ͂"
"""Upper case of three Greek letters with a sign over the wrong one of their two: no text is written so."""

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

EXAMPLES = [
    ("check out gnip's docs", ["check", "out", "gnip", "s", "docs"]),
    ("I like coca-cola!", ["i", "like", "coca", "cola"]),
    ("I like cocacola!", ["i", "like", "cocacola"]),
    ("#gniprocks @Gnip", ["gniprocks", "gnip"]),
    ("under_score 12:30 3.5", ["under", "score", "12", "30", "3", "5"]),
    ("CAFÉ cafe\u0301 cafe", ["café", "café", "cafe"]),
    ("Straße STRASSE", ["strasse", "strasse"]),
    ("ﬁsh Ⅳ x²", ["fish", "iv", "x2"]),
    ("ΣΊΣΥΦΟΣ Σίσυφος", ["σίσυφοσ", "σίσυφοσ"]),
    ("ＦＵＬＬ ｶﾀｶﾅ", ["full", "カ", "タ", "カ", "ナ"]),
    ("co\u00adop می\u200cخواهم a\u200db c\ufe0fd", ["coop", "میخواهم", "ab", "cd"]),
    ("a\u200bb", ["a", "b"]),
    ("東京へ。", ["東", "京", "へ"]),
    ("iPhone新発売2026年", ["iphone", "新", "発", "売", "2026", "年"]),
    ("ラーメン 佐々木", ["ラ", "ー", "メ", "ン", "佐", "々", "木"]),
    ("か\u3099", ["が"]),
    ("カ\u3099キ\u309a", ["ガ", "キ\u309a"]),
    ("ที่นี่ ๒๕๖๙", ["ที่", "นี่", "๒๕๖๙"]),
    ("ສະບາຍ", ["ສ", "ະ", "ບ", "າ", "ຍ"]),
    ("ខ្មែរ", ["ខ្", "មែ", "រ"]),
    ("မြန်မာ", ["မြ", "န်", "မာ"]),
    ("안녕하세요 세계", ["안녕하세요", "세계"]),
    ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
    ("I❤️NY ❤NY", ["i", "❤", "ny", "❤", "ny"]),
    (f"a{FAMILY}b", ["a", FAMILY, "b"]),
    ("👍👍🏽👍", ["👍", "👍🏽", "👍"]),
    ("🇩🇪🇫🇷🇩", ["🇩🇪", "🇫🇷", "🇩"]),
    ("1️⃣2⃣ #️⃣ *️⃣", ["1⃣", "2⃣", "#⃣", "*⃣"]),
    (f"{SCOTLAND}!", [SCOTLAND]),
    ("🏳️\u200d🌈 🧑🏽\u200d🚀", ["🏳\u200d🌈", "🧑🏽\u200d🚀"]),
    ("apple™ ©2026", ["apple", "™", "©", "2026"]),
    ("“quoted” it’s… — ok", ["quoted", "it", "s", "ok"]),
    ("İstanbul istanbul İSTANBUL ISTANBUL ıstanbul", ["istanbul"] * 5),
    ("i\u0323\u0307 I\u0328\u0307 i\u0307\u0301 i\u0301\u0307", ["ị", "į", "í", "í\u0307"]),
    ("مرحـــبا مرحبا مَرْحَبًا \ufeb3\ufefc\ufee1 سلام", ["مرحبا", "مرحبا", "مرحبا", "سلام", "سلام"]),
    ("ـ ــ", []),
    ("שָׁלוֹם שלום \ufb2aלום שׁ\u034fלום בראשי־תיבות", ["שלום"] * 4 + ["בראשי", "תיבות"]),
    ("mon\u2060key \u200emonkey\u200f \ufeffmonkey", ["monkey"] * 3),
    ("ㅤ나\u3164가 \u115f\uffa0", ["나", "가"]),
    ("ſun ﬀ ẞ ȷ ᾴ ᏸ", ["sun", "ff", "ss", "ȷ", "άι", "Ᏸ"]),
    (" \n\t!?", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "tokens"), EXAMPLES, ids=[row[0][:12] for row in EXAMPLES])
def test_tokens(text: str, tokens: list[str]) -> None:
    assert analyse(text) == tokens
    assert [token for token, _, _ in analyse_spans(text)] == tokens


def _scripts() -> st.SearchStrategy[str]:
    letters = (
        "aAéßΣςİıﬁ한글\u1100\u1161\u11a8漢かガ々ーกำที่ລខ្မមြန်ހިनि\u0345\u0301\u0323\u20e3\u200d\u200c\u00ad\ufe0f\ufe0e"
    )
    signs = "👍🏽👩🇩🇪1#*❤™²½ﷺ…’ \n¶_\x02\x03\x05\U000e0067\U000e007f\U0001e8d0\U0001d165㍿"
    return st.text(st.sampled_from(letters + signs), max_size=24)


@given(st.text(max_size=40) | _scripts())
@settings(max_examples=examples(600), deadline=None)
@example("´a")
@example("\u1100\u1161\u11a8")
@example("e\u200c\u0301")
@example("α\u0345\u0301")
def test_tokens_are_stable_and_spans_find_them(text: str) -> None:
    tokens = analyse(text)
    spans = analyse_spans(text)
    assert [token for token, _, _ in spans] == tokens
    assert analyse(" ".join(tokens)) == tokens
    assert BREAK not in tokens
    last = 0
    for token, start, end in spans:
        assert 0 <= last <= start < end <= len(text)
        assert analyse(token) == [token]
        last = start
    assert fold(fold(text)) == fold(text)


def _assigned() -> Iterator[str]:
    """Yield the assigned characters, without private use; of the long blocks of Han and Hangul the ends only."""
    for code in range(sys.maxunicode + 1):
        if 0x3404 < code < 0x9FF0 or 0xAC40 < code < 0xD790 or 0x17004 < code < 0x187F0 or 0x20004 < code < 0xE0000:
            continue
        if category(chr(code)) not in ("Cn", "Cs", "Co"):
            yield chr(code)


def test_every_character_is_found_in_every_case_and_form_of_it() -> None:
    for char in _assigned():
        tokens = analyse(char)
        assert all(analyse(token) == [token] for token in tokens), hex(ord(char))
        if EMOJI_SEQUENCE.search(char):
            continue  # a picture is another word than its letter: Ⓜ and M, ℹ and i
        forms = {char.upper(), char.lower(), char.casefold(), *(normalize(form, char) for form in NORMAL_FORMS)}
        for form in forms - {char}:
            if form not in IN_TITLE_CASE and not EMOJI_SEQUENCE.search(form):
                assert analyse(form) == tokens, (hex(ord(char)), form)


def test_every_character_that_is_not_drawn_vanishes_or_separates() -> None:
    unseen = re.compile(f"[{UNSEEN}{INVISIBLE}]")
    visible = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    for char in _assigned():
        if category(char) == "Cf" and char not in visible and not 0x13430 <= ord(char) <= 0x13438:
            assert unseen.match(char), hex(ord(char))
        if unseen.match(char):
            assert analyse(f"a{char}b") in (["ab"], ["a", "b"])
            assert analyse(char) == []


def test_ascii_short_cut_gives_the_same_as_the_long_way() -> None:
    text = "".join(map(chr, range(128))) * 3
    folded = text.casefold()
    expected = "".join(char if unicodedata.category(char)[0] in "LN" else " " for char in folded).split()
    assert analyse(text) == expected


def test_spans_map_back_to_the_text_as_given() -> None:
    text = "Ｃats\u00ad cafe\u0301 日本👍🏽!"
    assert [text[start:end] for _, start, end in analyse_spans(text)] == [
        "Ｃats\u00ad",
        "cafe\u0301",
        "日",
        "本",
        "👍🏽",
    ]


def test_token_is_cut_at_its_limit() -> None:
    assert analyse("x" * 300) == ["x" * MAX_TOKEN_CHARS]
    assert analyse("é" * 300) == ["é" * MAX_TOKEN_CHARS]
    assert max(map(len, analyse("👩" + "\u200d👩" * 100))) == MAX_TOKEN_CHARS
    assert [len(token) for token, _, _ in analyse_spans("x" * 300)] == [MAX_TOKEN_CHARS]


def test_text_is_cut_at_its_limit() -> None:
    assert len(analyse("a " * 20_000)) == len(analyse("日" * 20_000)) == len(analyse_spans("a " * 10_001)) == MAX_TOKENS


def test_hostile_characters_do_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    known = len(analyser._classes)
    monkeypatch.setattr(analyser, "_CACHED_CLASSES", known)
    assert len(analyse("".join(map(chr, range(0x20000, 0x20400))))) == 0x400
    assert len(analyser._classes) == known


def test_pile_of_marks_is_cut_in_long_text_before_it_takes_long() -> None:
    pile = "a" + "\u0301\u0323\u200d\uff9e" * 30_000
    tokens = analyse(f"x{pile} y")
    assert tokens[-1] == "y"
    assert len(tokens[0]) <= 70
    assert [token for token, _, _ in analyse_spans(f"x{pile} y")] == tokens
    assert analyse("cafe\u0301 " * 1_000)[-1] == "café"


def test_version_names_the_unicode_tables() -> None:
    assert ANALYSER_VERSION.endswith(unicodedata.unidata_version)
