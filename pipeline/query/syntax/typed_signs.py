"""Typed signs: names the characters that keyboards and input methods write for a sign of the search language.

A keyboard for Japanese or Chinese writes full-width forms and corner brackets, phones and word processors write curly
quotes and long dashes, and other languages have quotes of their own. `PLAIN_SIGNS` and `FULL_WIDTH` map one character
to one, so that positions in a search stay as typed.
"""

from __future__ import annotations

COLONS = ":：﹕︓∶꞉"
TILDES = "~～〜˜∼⁓"
DASHES = "-－﹣−‐‑‒–—―"
STARS = "*＊﹡∗⁎"

PARENTHESES = {"(": "(", ")": ")", "（": "(", "）": ")", "﹙": "(", "﹚": ")", "︵": "(", "︶": ")"}

QUOTES = {
    '"': '"＂',
    "＂": '＂"',
    "“": '”“"',
    "”": '”"',
    "„": '“”"',
    "‟": '”"',
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "﹁": "﹂",
    "﹃": "﹄",
    "《": "》",
    "〈": "〉",
    "〝": "〞〟",
    "❝": "❞",
    "״": '״"',
}
"""Opening quote → its closing quotes. Several languages close with what others open."""

CLOSING_QUOTES = "」』｣﹂﹄》〉〞〟❞"
"""Quotes that only close."""

WORD_ENDS = "".join(PARENTHESES) + "".join(sorted((set(QUOTES) | set("".join(QUOTES.values()))) - set("”״")))
"""Characters that end a word. Inches (12”) and Hebrew abbreviations (צה״ל) have quotes inside."""

LONG_VOWELS = "ーｰ"
"""Sign that the hyphen key writes in a Japanese input method. No word begins with it."""

LIST_SIGNS = ",，﹐､、﹑،;；؛|｜"
"""Signs between the parts of a list."""

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width form → its ASCII character, for `str.translate`."""

_FOREIGN = "+!^|&/[]{}<>"

PLAIN_SIGNS = {
    **{ord(char): "*" for char in STARS},
    **{code: chr(plain) for code, plain in FULL_WIDTH.items() if chr(plain) in _FOREIGN},
}
"""Sign inside a word, also one of other search languages → its ASCII character, for `str.translate`."""

TYPED_TAG_SIGNS = {"#": "#", "＃": "#", "﹟": "#", "@": "@", "＠": "@", "﹫": "@", "$": "$", "＄": "$", "﹩": "$"}

PLAIN_DASHES = {ord(char): "-" for char in DASHES}
"""Dash → `-`, for `str.translate`."""
