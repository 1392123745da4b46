"""Values of operators: turns the text after the colon into a tree node: an id, handle, choice, language, link or words.

`Value` is that text with its position; its `wrong` makes the error, which names the operator, the values it takes and
an example. Values are folded like the facets of posts. Numbers and times are in `number_values.py` and
`time_values.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.language_codes import NO_LANGUAGE_CODES, language_tag
from pipeline.query.analyser import analyse, fold, fold_tag
from pipeline.query.link_tokens import fold_host, link_tokens
from pipeline.query.syntax import typed_signs
from pipeline.query.tree import Facet, Node, Phrase, TextField, Word

_HOST = re.compile(r"[^\s/:?#@\"()%*]+\.[^\s/:?#@\"()%*]+")
_AFTER_HOST = ".,;!…。、"
"""Punctuation that a sentence may put after a host."""

_RANGE_STARTS = ("[", "{")
"""First characters that a value may not have: its canonical text would take the terms after it for its own."""
_REFUSED = re.compile(rf"[\s*{re.escape(typed_signs.WORD_ENDS)}]|^[”״]")
_LIST = re.compile(f"[{typed_signs.LIST_SIGNS}]+")
_IDS = re.compile(r"\w+:.+")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as typed.

    `text` has no quotes. `at` and `operator_at` are the positions of the value and of its operator. `now_ms` is the
    clock of the parse.
    """

    text: str
    at: int
    operator: str
    operator_at: int
    quoted: bool = False
    now_ms: int = 0

    @property
    def plain(self) -> str:
        """The value in ASCII as far as it is written in another form: full-width digits and letters, other dashes."""
        return unicodedata.normalize("NFKC", self.text).translate(typed_signs.PLAIN_DASHES)

    @property
    def listed(self) -> list[str]:
        """The parts of a value that is a list (`nasa,esa`), or the value alone."""
        return [part for part in _LIST.split(self.text) if part]

    def no_list(self, what: str) -> QueryError:
        """Return the error of a list where one value belongs. The hint writes the list as alternatives."""
        parts = " OR ".join(f"{self.operator}:{part.lstrip('@')}" for part in self.listed[:3])
        return self.wrong(f"takes one {what}, not a list", f"({parts})")

    def wrong(self, message: str, hint: str = "", code: str = "bad_value") -> QueryError:
        """Return the error of this value: “operator: message”."""
        return QueryError(code, f"{self.operator}: {message}", self.at, hint)


def fold_whole_value(text: str) -> str:
    """Return a whole value folded, or "" if it has blanks, quotes, parentheses or control characters."""
    folded = fold(text)
    if _REFUSED.search(folded) or any(unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") for char in folded):
        return ""
    return folded


def read_id(value: Value, prefix: str) -> Node:
    """Return the facet of an id."""
    folded = fold_whole_value(value.text)
    if not folded or folded[0] in _RANGE_STARTS:
        raise value.wrong("takes one id, without blanks", f"{value.operator}:x:20")
    if len(value.listed) > 1 and all(map(_IDS.fullmatch, value.listed)):
        raise value.no_list("id")
    return Facet(prefix + folded)


def read_handle(value: Value, prefix: str) -> Node:
    """Return the facet of a handle, with or without @, or of an id."""
    if len(value.listed) > 1:
        raise value.no_list("handle or id")
    folded = fold_tag(fold_whole_value(value.text.rstrip(typed_signs.LIST_SIGNS)).lstrip("@"))
    if not folded or folded[0] in _RANGE_STARTS:
        raise value.wrong("takes one handle or id, without blanks", f"{value.operator}:nasa")
    return Facet(prefix + folded)


def read_choice(value: Value, prefix: str, choices: dict[str, str]) -> Node:
    """Return the facet of one of `choices` (typed word → value)."""
    chosen = choices.get(value.plain.lower())
    if chosen is None:
        if len(value.listed) > 1 and all(part.lower() in choices for part in value.listed):
            raise value.no_list("value")
        known = ", ".join(choices)
        raise value.wrong(f"takes one of {known}", f"{value.operator}:{next(iter(choices))}")
    return Facet(prefix + chosen)


def read_language(value: Value) -> Node:
    """Return the facet of a language tag: a language, or a language with script, region or both."""
    text = value.plain.lower().replace("_", "-")
    if len(value.listed) > 1:
        raise value.no_list("language")
    if not re.fullmatch("[a-z]{2,3}(?:-[a-z0-9]{1,8})*", text):
        raise value.wrong(
            "takes a language code, such as pt or pt-BR", "lang:en, lang:en-GB, or lang:und where none is stated"
        )
    if text.split("-")[0] in NO_LANGUAGE_CODES:
        return Facet("lang:und")
    return Facet(f"lang:{language_tag(text).lower()}")


def read_url(value: Value) -> Node:
    """Return the facet of a host (a dot, no slash), or else a phrase inside one link."""
    text = value.text.translate(typed_signs.FULL_WIDTH)
    if not value.quoted and len(value.listed) > 1 and "/" not in text and all("." in part for part in value.listed):
        raise value.no_list("host")
    if (
        _HOST.fullmatch(text)
        and (host := fold_host(text.rstrip(_AFTER_HOST)))
        and fold_whole_value(host) == host == fold_host(host)
        and _HOST.fullmatch(host)
    ):
        return Facet(f"host:{host}")
    return text_node(link_tokens(text), "urls", value)


def words_reader(field: TextField) -> Callable[[Value], Node]:
    """Return a function that reads words of a text field of the author."""

    def read(value: Value) -> Node:
        if "*" in value.text:
            raise value.wrong("takes whole words, * works on words of the post only", f"{value.operator}:word")
        if not value.quoted and (other := re.search(r"[~^][0-9.]*$", value.text)):
            plain = f"{value.operator}:{value.text[: other.start()]}"
            raise value.wrong(
                "~ and ^ have no meaning here", f'write {plain}; "a b"~3 is for words of the post', "lucene"
            )
        return text_node(analyse(value.text), field, value)

    return read


def text_node(tokens: list[str], field: TextField, value: Value) -> Node:
    """Return the node of one token, or the phrase of several."""
    if not tokens:
        raise value.wrong("holds nothing that can be searched: letters, digits or emoji", f"{value.operator}:word")
    return Word(tokens[0], field) if len(tokens) == 1 else Phrase(tuple(tokens), field)
