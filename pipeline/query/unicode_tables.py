"""Unicode tables of analyser and lexer: emoji sequences, scripts without spaces, vanishing and separating characters.

The ranges are those of the Unicode standard (emoji-data, Scripts). They stand here so that the rule can be read, and
depend on neither network nor system.
"""

from __future__ import annotations

import re

UNSPACED = (
    # Han, with the iteration mark 々, 〆, 〇 and the numerals of Suzhou
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af"
    # Hiragana, Katakana with ー, and their supplements
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001affe\U0001b000-\U0001b167"
    # Thai, Lao, Khmer, Myanmar: letters; their marks follow the letter, their digits make numbers as elsewhere
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    "\u1780-\u17b3\u17d7\u17dc\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070"
    "\u1075-\u1081\u108e\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f"
)
"""Letters of the scripts written without spaces: each is a token of its own, with the marks that follow it."""

UNSEEN = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that are not drawn and separate nothing: soft hyphen, joiners, direction marks, variation selectors, tags.

They are Unicode's Default_Ignorable_Code_Point and the Cf that its word boundaries pass over (UAX #29, rule WB4), but
for `INVISIBLE`.
"""

VANISHING = (
    UNSEEN
    # Stretched letters: tatweel (kashida) of Arabic, lajanyalan of N'Ko, nirugu of Mongolian
    + "\u0640\u07fa\u180a"
    # Signs of Arabic and Hebrew for vowels, doubling, recitation and cantillation. The marks that make another letter
    # (U+0653 to U+0655: madda and hamza) are not among them.
    + "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff"
)
"""Characters that vanish inside a word: `UNSEEN`, and those that a writer may set or leave out in the same word."""

INVISIBLE = "\u115f\u1160\u200b\u3164\uffa0"
"""Characters that are not drawn and separate words: the zero-width space, and Hangul's fillers, which look like one."""

KEYCAP = "\u20e3"
"""The enclosing keycap: part of an emoji after a digit, # or *, ignored elsewhere."""

_REGIONAL = "\U0001f1e6-\U0001f1ff"

_EMOJI_BASIC = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    "\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8"
    "\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    "\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797"
    "\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
)
_EMOJI = _EMOJI_BASIC + (
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
)
"""Emoji, whether shown as text or as picture (© with or without a selector), and whole pictograph blocks.

The blocks also have the emoji of later versions of Unicode.
"""

_MODIFIERS = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u20e3]*"
# The first class is quick to test, because it has one range beyond the basic plane; the second is exact. The search
# skips other text by the first class alone, which is seven times as fast.
_FIRST = f"[{_EMOJI_BASIC}\U0001f000-\U0001faff](?<=[{_EMOJI}{_REGIONAL}])"
_ONE = f"{_FIRST}(?:(?<=[{_REGIONAL}])[{_REGIONAL}])?{_MODIFIERS}"
_SEQUENCE = f"{_ONE}(?:\u200d[{_EMOJI}]{_MODIFIERS})*"

EMOJI_SEQUENCE = re.compile(f"({_SEQUENCE})")
"""A whole emoji sequence: a flag, a skin tone, a family joined by ZWJ. It has one group, for `split`."""

EMOJI_OR_KEYCAP_SEQUENCE = re.compile(f"([0-9#*]\ufe0f?{KEYCAP}|{_SEQUENCE})")
"""An emoji or keycap sequence: slower, only for text that has a `KEYCAP`."""

KEYCAP_SEQUENCE = re.compile(f"[0-9#*]\ufe0f?{KEYCAP}")
