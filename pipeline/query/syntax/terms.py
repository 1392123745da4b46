"""Single terms of a search: makes the tree node of a word, phrase, tag, prefix or `*`, and rejects foreign syntax.

Boosts, fuzzy words, wildcards, ranges and regular expressions of other search languages, and a term without letter,
digit or emoji, raise `QueryError` with a hint in our syntax. A word that the analyser cuts into several tokens becomes
a phrase.
"""

from __future__ import annotations

import re
from unicodedata import category

from pipeline.errors import QueryError
from pipeline.query.analyser import analyse, fold_tag
from pipeline.query.syntax import typed_signs
from pipeline.query.syntax.lexer import Lexeme
from pipeline.query.syntax.operator_values import Value, fold_whole_value
from pipeline.query.tree import Everything, Facet, Near, Node, Phrase, Prefix, Word
from pipeline.query.unicode_tables import KEYCAP

_MIN_PREFIX_CHARS = 2
_BOOST = re.compile(r"(.+)\^[0-9.]*")
_FUZZY = re.compile(r"(.+)~[0-9.]*")
_RANGE_START = re.compile(r"[\[{]")
_NEXT_TAG = re.compile(f"[{typed_signs.LIST_SIGNS}]+(?=[{''.join(typed_signs.TYPED_TAG_SIGNS)}])")
_NEXT_HANDLE = re.compile(f"[{typed_signs.LIST_SIGNS}]+")
_TAG_NAMES = {"#": ("hashtag", "#snow"), "@": ("handle", "@nasa"), "$": ("cashtag", "$TSLA")}


def value_of(lexeme: Lexeme, now_ms: int) -> Value:
    """Return the value of an operator or URL lexeme."""
    return Value(lexeme.text, lexeme.text_at, lexeme.name, lexeme.at, lexeme.quoted, now_ms)


def read_term(lexeme: Lexeme) -> Node:
    """Return the node of a term that is no operator.

    Raises:
        QueryError: the term has nothing to search for, or is syntax of another language.
    """
    if lexeme.kind == "*":
        return Everything()
    if lexeme.kind in _TAG_NAMES:
        return _tag(lexeme)
    if lexeme.kind == "phrase":
        return _phrase(lexeme)
    return _word(lexeme)


def _tag(lexeme: Lexeme) -> Node:
    sign = lexeme.kind
    name, example = _TAG_NAMES[sign]
    if "*" in lexeme.text.translate(typed_signs.PLAIN_SIGNS):
        raise QueryError("prefix_place", f"A {name} is found whole, * does not work in it.", lexeme.at, example)
    _reject_list(lexeme)
    folded = fold_tag(fold_whole_value(lexeme.text))
    folded = folded.lstrip("@") if sign == "@" else folded
    # A leading mark would join the sign: # with an enclosing keycap is an emoji.
    if not analyse(folded) or category(folded[0])[0] == "M" or (sign == "$" and not folded[0].isalpha()):
        raise QueryError("bad_tag", f"After {sign} comes a {name}.", lexeme.at, example)
    return Facet(sign + folded)


def _reject_list(lexeme: Lexeme) -> None:
    """Raise for several tags or handles without a blank between them (`#snow,#rain`)."""
    sign, text = lexeme.kind, lexeme.text.rstrip(typed_signs.LIST_SIGNS)
    between = _NEXT_TAG if sign == "#" else _NEXT_HANDLE
    if found := between.search(text):
        hint = (
            f"{sign}{text[: found.start()]} OR {sign}{text[found.end() :].lstrip(''.join(typed_signs.TYPED_TAG_SIGNS))}"
        )
        raise QueryError("bad_tag", f"Only one {_TAG_NAMES[sign][0]} fits here.", lexeme.text_at + found.start(), hint)


def _phrase(lexeme: Lexeme) -> Node:
    if starred := re.search(rf"\w[{typed_signs.STARS}](?:\s|$)", lexeme.text):
        raise QueryError(
            "prefix_place",
            "Prefixes do not work inside phrases.",
            lexeme.text_at + starred.start() + 1,
            "write the words out, or take them out of the quotes",
        )
    tokens = analyse(lexeme.text)
    if not tokens:
        raise _nothing_to_find(lexeme)
    if len(tokens) == 1:
        return Word(tokens[0])
    return Phrase(tuple(tokens)) if lexeme.slop is None else Near(tuple(sorted(tokens)), lexeme.slop)


def _word(lexeme: Lexeme) -> Node:
    text = lexeme.text
    if not text.isalnum():
        _reject_foreign_syntax(lexeme)
    if text.endswith("*"):
        return _prefix(lexeme)
    tokens = analyse(text)
    if not tokens:
        raise _nothing_to_find(lexeme)
    return Word(tokens[0]) if len(tokens) == 1 else Phrase(tuple(tokens))


def _nothing_to_find(lexeme: Lexeme) -> QueryError:
    return QueryError(
        "nothing_to_find", f"“{lexeme.text}” has no letter, digit or emoji to look for.", lexeme.at, "leave it out"
    )


def _prefix(lexeme: Lexeme) -> Node:
    tokens = analyse(lexeme.text[:-1])
    if len(tokens) > 1:
        raise QueryError(
            "prefix_word",
            f"“{lexeme.text}” is several words; a prefix is the beginning of one.",
            lexeme.at,
            f'"{" ".join(tokens[:-1])}" {tokens[-1]}*' if len(tokens[-1]) > 1 else f"write {lexeme.text.rstrip('*')}",
        )
    if not tokens or len(tokens[0]) < _MIN_PREFIX_CHARS or not tokens[0][0].isalnum():
        raise QueryError("prefix_short", "A prefix has two letters or digits at least.", lexeme.at, "astro*")
    return Prefix(tokens[0])


def _reject_foreign_syntax(lexeme: Lexeme) -> None:
    """Raise for syntax of Lucene or of programming languages."""
    text, at = lexeme.text, lexeme.at
    if found := re.search(r"\|+|^&&$", text):
        ours = "a space or AND" if text == "&&" else "OR"
        raise QueryError(
            "lucene",
            f"“{found[0]}” is written {ours} here.",
            at + found.start(),
            f"cats {'dogs' if text == '&&' else 'OR dogs'}",
        )
    if text[0] in "+!" and (len(text) == 1 or text[1].isalpha()):
        plain = text[1:] or "cats"
        if text[0] == "+":
            raise QueryError("lucene", "Every word is required as it is, + is not needed.", at, f"write {plain}")
        raise QueryError("lucene", "A term to exclude begins with a minus here.", at, f"write -{plain}")
    if _RANGE_START.match(text):
        raise QueryError("lucene", "Ranges are written with two dots after an operator.", at, "likes:10..20")
    if len(text) > 2 and text[0] == text[-1] == "/":
        raise QueryError("lucene", "There are no regular expressions.", at, f"write {text[1:-1]}")
    if (found := _BOOST.fullmatch(text)) and analyse(found[1]):
        raise QueryError(
            "lucene", "Searches have no boosts: posts are sorted by time or counts.", at, f"write {found[1]}"
        )
    if (found := _FUZZY.fullmatch(text)) and analyse(found[1]):
        raise QueryError(
            "lucene",
            "There is no fuzzy word; ~ stands after a phrase.",
            at + len(found[1]),
            f'{found[1][:20]}* or "a b"~3',
        )
    inner = re.search(rf"\*(?=.)(?!\ufe0f?{KEYCAP})|(?<=\w)\?(?=\w)", text)
    if inner and not re.fullmatch(r"\*+(:.*)?", text):
        star = text[: inner.start()]
        hint = f"{star}*" if len(star) > 1 else "astro*"
        raise QueryError(
            "lucene", "* stands only at the end of a word, and there is no other wildcard.", at + inner.start(), hint
        )
    if re.fullmatch(r"\*+(:.*)?", text):
        raise QueryError("lucene", "One * alone is every post.", at, "*")
