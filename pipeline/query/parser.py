"""Parser of the search language: turns text into a `Query`: its tree in normal form, canonical text, key and terms.

NOT binds tightest, then AND (a space), then OR. The terms are those that a page highlights. Length, number of terms and
nesting are bounded. Every error, also of a half-typed search, is a `QueryError` with a code, a sentence, the position
(0-based code point) and, if possible, a hint what to write instead. The method is recursive descent over the lexemes of
`syntax/lexer.py`.
"""

from __future__ import annotations

import hashlib
import re
import time

from pipeline.errors import QueryError
from pipeline.query.canonical_text import spell
from pipeline.query.highlighted_terms import highlighted_terms
from pipeline.query.normal_form import TypedTree, to_normal_form
from pipeline.query.syntax import operators, terms
from pipeline.query.syntax.lexer import Lexeme, lexemes
from pipeline.query.tree import Node, Query

MAX_CHARS = 1024
"""Most characters of a search, as typed and in its canonical text."""

MAX_TERMS = 64
MAX_DEPTH = 16
"""Deepest nesting of groups."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_TERM_STARTS = ("word", "phrase", "operator", "url", "#", "@", "$", "*", "(", "-", "NOT")


def parse(text: str, now_ms: int | None = None) -> Query:
    """Return the parsed search. Relative times count from `now_ms` (default: the clock), rounded down to the minute.

    Raises:
        QueryError: the text is no search. `position` is a 0-based code point of `text`.
    """
    if len(text) > MAX_CHARS:
        raise QueryError(
            "too_long", f"A search has at most {MAX_CHARS:,} characters, this one {len(text):,}.", MAX_CHARS
        )
    if found := _SURROGATE.search(text):
        raise QueryError("bad_character", "This is half a character.", found.start(), "leave it out")
    typed = _Parser(text, int(time.time() * 1000) if now_ms is None else now_ms).search()
    root = to_normal_form(typed)
    canonical, depth = spell(root)
    if len(canonical) > MAX_CHARS:
        raise QueryError(
            "too_long", f"Spelled out, this search has {len(canonical):,} characters; {MAX_CHARS:,} are allowed.", 0
        )
    if depth > MAX_DEPTH:
        raise _too_deep(0)
    key = hashlib.sha1(canonical.encode(), usedforsecurity=False).hexdigest()[:16]
    return Query(text, root, canonical, key, highlighted_terms(root))


def _too_deep(at: int) -> QueryError:
    return QueryError("too_deep", f"Groups nest at most {MAX_DEPTH} deep.", at, "make it two searches")


class _Parser:
    """Recursive descent with one lexeme of lookahead, `_here`. Each method parses one rule of the grammar."""

    def __init__(self, text: str, now_ms: int) -> None:
        self._lexemes = lexemes(text)
        self._now_ms = now_ms
        self._terms = 0
        self._open: list[int] = []
        self._here = next(self._lexemes)

    def search(self) -> TypedTree:
        if self._here.kind == "end":
            raise QueryError("empty", "The search is empty.", 0, "* finds every post")
        found = self._or_group()
        if self._here.kind == ")":
            raise QueryError("extra_parenthesis", "This parenthesis closes nothing.", self._here.at, "leave it out")
        return found

    def _advance(self) -> Lexeme:
        lexeme = self._here
        if lexeme.kind != "end":
            self._here = next(self._lexemes)
        return lexeme

    def _or_group(self) -> TypedTree:
        sides = [self._and_group()]
        while self._here.kind == "OR":
            operator = self._advance()
            self._expect_term(operator)
            sides.append(self._and_group())
        return sides[0] if len(sides) == 1 else TypedTree("or", sides[0].at, children=sides)

    def _and_group(self) -> TypedTree:
        if self._here.kind in ("AND", "OR"):
            raise self._one_sided(self._here)
        parts = [self._not()]
        while True:
            if self._here.kind == "AND":
                operator = self._advance()
                self._expect_term(operator)
            elif self._here.kind not in _TERM_STARTS:
                break
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else TypedTree("and", parts[0].at, children=parts)

    def _expect_term(self, operator: Lexeme) -> None:
        if self._here.kind not in _TERM_STARTS:
            raise self._one_sided(operator)

    def _one_sided(self, operator: Lexeme) -> QueryError:
        word = operator.text
        return QueryError(
            "missing_side",
            f"{word} needs something on both sides.",
            operator.at,
            f'write cats {word} dogs, or "{word.lower()}" for the word',
        )

    def _not(self) -> TypedTree:
        # A loop instead of recursion, because a thousand minus signs would be a thousand frames.
        first = self._here
        negations = 0
        while self._here.kind in ("-", "NOT"):
            sign = self._advance()
            negations += 1
            spaced = sign.kind == "-" and self._here.at > sign.at + 1
            if spaced or self._here.kind not in _TERM_STARTS:
                what = "A minus stands right before" if sign.kind == "-" else "NOT stands before"
                raise QueryError(
                    "missing_negated", f"{what} what it excludes.", sign.at, 'write -cats, or "-" inside quotes'
                )
        found = self._primary()
        return TypedTree("not", first.at, children=[found]) if negations % 2 else found

    def _primary(self) -> TypedTree:
        lexeme = self._advance()
        if lexeme.kind == "(":
            return self._group(lexeme)
        if lexeme.kind == ")":
            raise self._stray(lexeme)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise QueryError(
                "too_many_terms", f"A search has at most {MAX_TERMS} terms.", lexeme.at, "make it two searches"
            )
        return TypedTree("leaf", lexeme.at, leaf=self._leaf(lexeme))

    def _leaf(self, lexeme: Lexeme) -> Node:
        if lexeme.kind in ("operator", "url"):
            value = terms.value_of(lexeme, self._now_ms)
            return operators.read_operator(lexeme.name, value)
        return terms.read_term(lexeme)

    def _stray(self, lexeme: Lexeme) -> QueryError:
        if self._open:
            return QueryError("empty_group", "There is nothing in this group.", self._open[-1], "leave it out")
        return QueryError("extra_parenthesis", "This parenthesis closes nothing.", lexeme.at, "leave it out")

    def _group(self, opening: Lexeme) -> TypedTree:
        self._open.append(opening.at)
        if len(self._open) > MAX_DEPTH:
            raise _too_deep(opening.at)
        following = self._here
        if following.kind == ")":
            raise self._stray(following)
        if following.kind == "end":
            raise self._open_group(opening)
        found = self._or_group()
        if self._advance().kind != ")":
            raise self._open_group(opening)
        self._open.pop()
        return found

    def _open_group(self, opening: Lexeme) -> QueryError:
        return QueryError("open_parenthesis", "This parenthesis is not closed.", opening.at, "end the group with )")
