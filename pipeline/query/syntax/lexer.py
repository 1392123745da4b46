"""Lexer of the search language: cuts a search into words, phrases, tags, operators with values, URLs and connectives.

Each lexeme carries its position; the parser combines them. A sign counts in every form that keyboards write
(`typed_signs`); blanks and invisible characters between lexemes are skipped. A link counts with and without scheme. An
open quote, a wrong `~n` after a phrase or a group as an operator's value raises `QueryError`. Every step consumes at
least one character, so it ends on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import QueryError
from pipeline.query.syntax import typed_signs
from pipeline.query.unicode_tables import INVISIBLE, KEYCAP_SEQUENCE, UNSEEN

Kind = Literal["(", ")", "-", "AND", "OR", "NOT", "*", "word", "phrase", "operator", "url", "#", "@", "$", "end"]

_ENDS = re.escape(typed_signs.WORD_ENDS)
_BARE_END = re.compile(rf"[\s{_ENDS}]")
_INVISIBLE = re.compile(f"[{UNSEEN}{INVISIBLE}]")
_URL = re.compile(r"https?://", re.IGNORECASE)
_HOST_START = re.compile(
    r"(www\.)?([\w-]{1,63}\.)+([^\W\d_]{2,63}|xn--[a-z0-9-]{2,59})(:[0-9]{1,5})?(/|$)?", re.IGNORECASE
)
"""A host, whether it begins with `www.` (first group), and whether a path follows or the text ends (last group)."""

_OPERATOR = re.compile(rf"(?:[^\W\d_]|_)+(?::|(?<=[a-z_ａ-ｚ＿])[{typed_signs.COLONS}])", re.IGNORECASE)
"""Letters and a colon. Other colons count after Latin letters only: Japanese and Chinese have them in sentences."""

_LONG_VOWEL_FIRST = re.compile(rf"[{typed_signs.LONG_VOWELS}][^\W\d_{typed_signs.LONG_VOWELS}]")
_SLOP = re.compile(rf"[{typed_signs.TILDES}]([0-9０-９]*)")
_WORD_END = re.compile(rf"[\s{_ENDS}]|$")
_LATIN_FUZZY = re.compile(rf"([A-Za-z]+)[{typed_signs.TILDES}]([0-9.]*)")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One piece of a search.

    `text` is the word, the inside of the quotes, the tag or the value. `name` is the operator as typed. `at` and
    `text_at` are the positions at which the lexeme and `text` begin. `slop` is the number after `~` (None for none).
    """

    kind: Kind
    text: str
    at: int
    name: str = ""
    text_at: int = 0
    slop: int | None = None
    quoted: bool = False


def lexemes(text: str) -> Iterator[Lexeme]:
    """Yield the lexemes of a search, the last of kind "end".

    Raises:
        QueryError: a quote is not closed, or the language has no meaning for a character at its place.
    """
    at = 0
    while at < len(text):
        if text[at].isspace() or _INVISIBLE.match(text, at):
            at += 1
            continue
        lexeme, at = _next(text, at)
        yield lexeme
    yield Lexeme("end", "", len(text))


def _next(text: str, at: int) -> tuple[Lexeme, int]:  # noqa: PLR0911 - one line a kind
    """Return the lexeme that begins at a position, and the position after it."""
    char = text[at]
    if parenthesis := typed_signs.PARENTHESES.get(char):
        return Lexeme("(" if parenthesis == "(" else ")", char, at), at + 1
    if char in typed_signs.QUOTES or char in typed_signs.CLOSING_QUOTES:
        return _phrase(text, at)
    if KEYCAP_SEQUENCE.match(text, at):
        return _word(text, at)
    if char in typed_signs.DASHES:
        return Lexeme("-", char, at), at + 1
    if tag := _tag(text, at):
        return tag
    if char in typed_signs.STARS and _WORD_END.match(text, at + 1):
        return Lexeme("*", "*", at), at + 1
    if (end := _link_end(text, at)) is not None:
        link = text[at:end].translate(typed_signs.FULL_WIDTH)
        return Lexeme("url", link if _URL.match(link) else f"https://{link}", at, name="url", text_at=at), end
    if found := _OPERATOR.match(text, at):
        return _operator(text, at, found.end())
    return _word(text, at)


def _tag(text: str, at: int) -> tuple[Lexeme, int] | None:
    sign = typed_signs.TYPED_TAG_SIGNS.get(text[at])
    if sign and (sign != "$" or text[at + 1 : at + 2].isalpha()):
        end = _bare_end(text, at + 1)
        return Lexeme(sign, text[at + 1 : end], at, text_at=at + 1), end  # type: ignore[arg-type] # TYPED_TAG_SIGNS has kinds
    return None


def _bare_end(text: str, at: int) -> int:
    found = _BARE_END.search(text, at)
    return found.start() if found else len(text)


def _link_end(text: str, at: int) -> int | None:
    """Return the end of a link that begins here: with scheme, with `www.`, or a host and a slash; None for no link."""
    end = _url_end(text, at)
    link = text[at:end].translate(typed_signs.FULL_WIDTH)
    if _URL.match(link):
        return end
    found = _HOST_START.match(link)
    if found and (found[5] == "/" or (found[1] and not link[found.end() :].strip(".,;:!?…。、"))):
        return end
    return None


def _url_end(text: str, at: int) -> int:
    """Return the end of a URL: a blank, a quote or a parenthesis without partner inside the URL."""
    open_at: list[int] = []
    end = at
    while end < len(text) and not text[end].isspace():
        parenthesis = typed_signs.PARENTHESES.get(text[end])
        if parenthesis == "(":
            open_at.append(end)
        elif parenthesis == ")":
            if not open_at:
                break
            open_at.pop()
        elif text[end] in typed_signs.WORD_ENDS or text[end] == "”":
            break
        end += 1
    return open_at[0] if open_at else end


def _word(text: str, at: int) -> tuple[Lexeme, int]:
    end = max(_bare_end(text, at), at + 1)
    if _LONG_VOWEL_FIRST.match(text, at):
        raise QueryError("look_alike", f"“{text[at]}” is no minus.", at, f"write -{text[at + 1 : end]}")
    word = text[at:end].translate(typed_signs.PLAIN_SIGNS)
    plain = word.translate(typed_signs.FULL_WIDTH)
    if plain in ("AND", "OR", "NOT"):
        return Lexeme(plain, plain, at), end  # type: ignore[arg-type] # just compared
    if fuzzy := _LATIN_FUZZY.fullmatch(word):
        word = f"{fuzzy[1]}~{fuzzy[2]}"
    return Lexeme("word", word, at, text_at=at), end


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return the text between the quote at `at` and its closing quote, and the position after that."""
    inside: list[str] = []
    position = at + 1
    closing = typed_signs.QUOTES[text[at]]
    while position < len(text):
        char = text[position]
        if char in closing:
            return "".join(inside), position + 1
        if char == "\\" and text[position + 1 : position + 2] in ('"', "\\"):
            position += 1
            char = text[position]
        inside.append(char)
        position += 1
    raise QueryError("open_quote", "This quote is not closed.", at, 'end the phrase with "')


def _phrase(text: str, at: int) -> tuple[Lexeme, int]:
    if text[at] in typed_signs.CLOSING_QUOTES:
        raise QueryError("open_quote", "This quote closes nothing.", at, "leave it out")
    inside, end = _quoted(text, at)
    slop = None
    if found := _SLOP.match(text, end):
        if not found[1] or not _WORD_END.match(text, found.end()) or int(found[1][:4]) > 999:
            raise QueryError(
                "bad_slop", "After ~ comes how many other words may stand between, 0 to 999.", end, '"a b"~3'
            )
        slop, end = int(found[1]), found.end()
    elif (sign := text[end : end + 1].translate(typed_signs.PLAIN_SIGNS)) in ("*", "^"):
        what = "Prefixes do not work inside phrases" if sign == "*" else "Searches have no boosts"
        code = "prefix_place" if sign == "*" else "lucene"
        raise QueryError(code, f"{what}.", end, f"leave out the {text[end]}")
    return Lexeme("phrase", inside, at, text_at=at + 1, slop=slop, quoted=True), end


def _operator(text: str, at: int, value_at: int) -> tuple[Lexeme, int]:
    name = text[at : value_at - 1].translate(typed_signs.FULL_WIDTH)
    if value_at == len(text):
        return Lexeme("operator", "", at, name, value_at), value_at
    if text[value_at] in typed_signs.QUOTES:
        value, end = _quoted(text, value_at)
        if text[end : end + 1] and text[end] in f"{typed_signs.TILDES}{typed_signs.STARS}^＾":
            raise QueryError(
                "operator_value",
                f"{text[end]} works on words of the post only, not in {name}:.",
                end,
                f"leave out the {text[end]}",
            )
        return Lexeme("operator", value, at, name, value_at + 1, quoted=True), end
    if typed_signs.PARENTHESES.get(text[value_at]) == "(":
        raise QueryError(
            "operator_value", f"{name}: takes one value, not a group.", value_at, f"({name}:a OR {name}:b)"
        )
    if name.lower() in ("url", "domain"):
        end = _url_end(text, value_at)
    elif text[value_at] in "[{［｛":
        closing = re.compile(r"[]}］｝]").search(text, value_at)
        end = closing.end() if closing else len(text)
    else:
        end = _bare_end(text, value_at)
    return Lexeme("operator", text[value_at:end], at, name, value_at), end
