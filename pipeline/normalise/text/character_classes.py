"""Character classes of the twitter-text rules, as parts of regular expressions, and tests of hashtag characters.

Source of the rules: twitter-text 3 (github.com/twitter/twitter-text), rewritten.
"""

from __future__ import annotations

from unicodedata import category

SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that control the direction of writing."""

INVALID = "\ufffe\ufeff\uffff"
CONTROLS = "\x00-\x1f\x7f"
PUNCTUATION = "!\"#$%&'()*+,\\-./:;<=>?@\\[\\]^_`{|}~"
"""ASCII's punctuation, without the backslash."""

ACCENTED = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    "\u0300-\u036f\u1e00-\u1eff"
)
"""Latin letters with accents, and accents; without the signs of multiplication and division."""

CYRILLIC = "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f"

TAG_SPECIAL = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
)
"""Characters of hashtags besides letters, marks and digits."""

_PRIVATE = ((0xF870, 0xF87F), (0xF882, 0xF882), (0xF884, 0xF89F), (0xF8B8, 0xF8B8), (0xF8C1, 0xF8D6))
"""Ranges of the private use area in which the fonts of one vendor keep letters."""


def is_tag_letter(character: str) -> bool:
    """Return whether a character counts as a letter of a hashtag: a letter or a mark of any script."""
    if character.isascii():
        return character.isalpha()
    kind = category(character)
    return kind[0] in "LM" or (kind == "Co" and any(low <= ord(character) <= high for low, high in _PRIVATE))


def is_tag_character(character: str) -> bool:
    """Return whether a character may stand in a hashtag."""
    return is_tag_letter(character) or character in TAG_SPECIAL or category(character) == "Nd"
