"""Lexer of the search language: cuts a search into words, phrases, tags, operators with values, URLs and connectives.

Each lexeme carries its position; the parser combines them. Curly quotes count as quotes; blanks and invisible
characters between lexemes are skipped. An open quote, a wrong `~n` after a phrase or a group as an operator's value
raises `QueryError`. Every step consumes at least one character, so it ends on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import QueryError
from pipeline.query.unicode_tables import INVISIBLE, KEYCAP_SEQUENCE, UNSEEN

Kind = Literal["(", ")", "-", "AND", "OR", "NOT", "*", "word", "phrase", "operator", "url", "#", "@", "$", "end"]

_QUOTES = {'"': '"', "“": '”“"', "„": '“”"'}
"""Opening quote → its closing quotes. Phones and word processors replace the straight quotes that people type."""

_SIGNS = {"#": "#", "＃": "#", "@": "@", "＠": "@", "$": "$"}
_BARE_END = re.compile(r'[\s()"]')
_INVISIBLE = re.compile(f"[{UNSEEN}{INVISIBLE}]")
_URL = re.compile(r"https?://", re.IGNORECASE)
_OPERATOR = re.compile(r"([^\W\d_]|_)+:")
_SLOP = re.compile(r"~([0-9]*)")
_WORD_END = re.compile(r'[\s()"]|$')


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
    if char in "()":
        return Lexeme("(" if char == "(" else ")", char, at), at + 1
    if char in _QUOTES:
        return _phrase(text, at)
    if KEYCAP_SEQUENCE.match(text, at):
        return _word(text, at)
    if char == "-":
        return Lexeme("-", char, at), at + 1
    if char in _SIGNS and not (char == "$" and not text[at + 1 : at + 2].isalpha()):
        end = _bare_end(text, at + 1)
        return Lexeme(_SIGNS[char], text[at + 1 : end], at, text_at=at + 1), end  # type: ignore[arg-type] # _SIGNS has kinds
    if char == "*" and _WORD_END.match(text, at + 1):
        return Lexeme("*", char, at), at + 1
    if _URL.match(text, at):
        end = _url_end(text, at)
        return Lexeme("url", text[at:end], at, name="url", text_at=at), end
    if found := _OPERATOR.match(text, at):
        return _operator(text, at, found.end())
    return _word(text, at)


def _bare_end(text: str, at: int) -> int:
    found = _BARE_END.search(text, at)
    return found.start() if found else len(text)


def _url_end(text: str, at: int) -> int:
    """Return the end of a URL: a blank, a quote or a parenthesis without partner inside the URL."""
    open_at: list[int] = []
    end = at
    while end < len(text) and not text[end].isspace() and text[end] != '"':
        if text[end] == "(":
            open_at.append(end)
        elif text[end] == ")":
            if not open_at:
                break
            open_at.pop()
        end += 1
    return open_at[0] if open_at else end


def _word(text: str, at: int) -> tuple[Lexeme, int]:
    end = max(_bare_end(text, at), at + 1)
    word = text[at:end]
    if word in ("AND", "OR", "NOT"):
        return Lexeme(word, word, at), end  # type: ignore[arg-type] # just compared
    return Lexeme("word", word, at, text_at=at), end


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return the text between the quote at `at` and its closing quote, and the position after that."""
    inside: list[str] = []
    position = at + 1
    closing = _QUOTES[text[at]]
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
    inside, end = _quoted(text, at)
    slop = None
    if found := _SLOP.match(text, end):
        if not found[1] or not _WORD_END.match(text, found.end()) or int(found[1][:4]) > 999:
            raise QueryError(
                "bad_slop", "After ~ comes how many other words may stand between, 0 to 999.", end, '"a b"~3'
            )
        slop, end = int(found[1]), found.end()
    elif text[end : end + 1] in ("*", "^"):
        what = "Prefixes do not work inside phrases" if text[end] == "*" else "Searches have no boosts"
        code = "prefix_place" if text[end] == "*" else "lucene"
        raise QueryError(code, f"{what}.", end, f"leave out the {text[end]}")
    return Lexeme("phrase", inside, at, text_at=at + 1, slop=slop, quoted=True), end


def _operator(text: str, at: int, value_at: int) -> tuple[Lexeme, int]:
    name = text[at : value_at - 1]
    if text[value_at : value_at + 1] == '"':
        value, end = _quoted(text, value_at)
        if text[end : end + 1] in ("~", "*", "^"):
            raise QueryError(
                "operator_value",
                f"{text[end]} works on words of the post only, not in {name}:.",
                end,
                f"leave out the {text[end]}",
            )
        return Lexeme("operator", value, at, name, value_at + 1, quoted=True), end
    if text[value_at : value_at + 1] == "(":
        raise QueryError(
            "operator_value", f"{name}: takes one value, not a group.", value_at, f"({name}:a OR {name}:b)"
        )
    if name.lower() in ("url", "domain"):
        end = _url_end(text, value_at)
    elif text[value_at : value_at + 1] in ("[", "{"):
        closing = re.compile(r"[]}]").search(text, value_at)
        end = closing.end() if closing else len(text)
    else:
        end = _bare_end(text, value_at)
    return Lexeme("operator", text[value_at:end], at, name, value_at), end
