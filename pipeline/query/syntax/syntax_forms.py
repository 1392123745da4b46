"""Table of the search syntax other than operators (words, quotes, signs), for the page's completion and cheat sheet.

Each form has an example and its meaning. A test compares the table with `docs/reference/search.md`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyntaxForm:
    """A form of the language other than `name:value`, for completion and the cheat sheet."""

    form: str
    example: str
    finds: str


SYNTAX_FORMS = (
    SyntaxForm("a b", "snow rain", "both words"),
    SyntaxForm("OR", "snow OR rain", "either; AND binds tighter"),
    SyntaxForm("-", "snow -rain", "not this; NOT is another spelling"),
    SyntaxForm("( )", "(snow OR rain) alps", "a group"),
    SyntaxForm('" "', '"black hole"', "the exact phrase"),
    SyntaxForm('" "~n', '"coffee sleep"~5', "the words in any order, at most n others among them"),
    SyntaxForm("x*", "astro*", "words that begin like this"),
    SyntaxForm("#", "#snow", "a hashtag, whole"),
    SyntaxForm("@", "@nasa", "posts that mention this account"),
    SyntaxForm("$", "$TSLA", "a cashtag"),
    SyntaxForm("http", "https://example.com/a", "a phrase inside one expanded link"),
    SyntaxForm("*", "* -snow", "every post"),
)
