"""Compiler from the tree of a search to rules of X's filtered stream, or to pieces that can be joined to rules by OR.

A rule may match more posts than the search, never fewer: an operator that X does not have is left out and named, and
the worker's intake filter drops the surplus. A part is therefore negated only where X's operator means the same as
ours. X requires in every rule an operator that stands alone (a word, a tag, an account); a search without one has no
rule. A rule that is too long is split. Operators and limits:
docs.x.com/x-api/posts/filtered-stream/integrate/build-a-rule. Pure; knows no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.query.tree import And, Node, Not, Or
from pipeline.sources.x.rules.terms import (
    ALWAYS,
    NEVER,
    AllOf,
    Always,
    AnyOf,
    Never,
    Part,
    RuleTerm,
    all_of,
    matches_all_of_x,
    name_of,
    one_of,
    term_of,
)

MAX_RULE_CHARS = 1024
"""X's limit for the length of a rule."""


@dataclass(frozen=True)
class CompiledRules:
    """The rules of a search. `left_out` names operators that X does not have; `problem`: why there are no rules."""

    rules: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class RulePiece:
    """One alternative of an OR. `parts` are terms it requires: a rule for one of them alone brings all its posts
    too."""

    text: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompiledPieces:
    """A search as pieces, which rules may hold in any combination; other fields as in `CompiledRules`."""

    pieces: tuple[RulePiece, ...]
    left_out: tuple[str, ...] = ()
    problem: str = ""


NO_POST_MATCHES = "nothing on X can match TRACK"


def compile_rules(root: Node) -> CompiledRules:
    """Return rules that match at least the posts of X that a search matches."""
    found = compile_pieces(root)
    return CompiledRules(tuple(_packed([piece.text for piece in found.pieces])), found.left_out, found.problem)


def compile_pieces(root: Node) -> CompiledPieces:
    """Return pieces that together match at least the posts of X that a search matches."""
    compilation = _Compilation()
    part = compilation.part(root)
    left_out = tuple(dict.fromkeys(compilation.left_out))
    if isinstance(part, Never):
        return CompiledPieces((), left_out, NO_POST_MATCHES)
    if isinstance(part, Always) or not _stands_alone(part):
        return CompiledPieces(
            (), left_out, "X requires words, tags or accounts in every rule, and some part of TRACK has none"
        )
    pieces: list[RulePiece] = []
    for one in part.parts if isinstance(part, AnyOf) else (part,):
        parts = tuple(each.text for each in one.parts if isinstance(each, RuleTerm)) if isinstance(one, AllOf) else ()
        pieces += [RulePiece(text, parts) for text in _fitting(one, compilation.left_out)]
    return CompiledPieces(tuple(pieces), tuple(dict.fromkeys(compilation.left_out)))


@dataclass
class _Compilation:
    left_out: list[str] = field(default_factory=list)

    def part(self, node: Node) -> Part:
        if isinstance(node, And):
            return all_of([self.part(child) for child in node.children])
        if isinstance(node, Or):
            return one_of([self.part(child) for child in node.children])
        if isinstance(node, Not):
            return self._negated(node.child)
        return self._leaf(node)

    def _negated(self, child: Node) -> Part:
        """Return the negation of a part, only where X's operator means the same as ours."""
        before = len(self.left_out)
        part = self.part(child)
        del self.left_out[before:]
        if isinstance(part, Never):
            return ALWAYS
        if isinstance(part, Always) and matches_all_of_x(child):
            return NEVER
        if isinstance(part, RuleTerm) and part.exact:
            return RuleTerm(f"-{part.text}", alone=False)
        self.left_out.append(f"NOT {name_of(child)}")
        return ALWAYS

    def _leaf(self, node: Node) -> Part:
        term = term_of(node)
        if isinstance(term, Always) and not matches_all_of_x(node):
            self.left_out.append(name_of(node))
        return term


def _stands_alone(part: Part) -> bool:
    if isinstance(part, AllOf):
        return any(map(_stands_alone, part.parts))
    if isinstance(part, AnyOf):
        return all(map(_stands_alone, part.parts))
    return isinstance(part, RuleTerm) and part.alone


# -- text of a rule


def _text(part: Part) -> str:
    if isinstance(part, RuleTerm):
        return part.text
    if isinstance(part, AllOf):
        return " ".join(f"({_text(one)})" if isinstance(one, AnyOf) else _text(one) for one in part.parts)
    if isinstance(part, AnyOf):
        return " OR ".join(f"({_text(one)})" if isinstance(one, AllOf) else _text(one) for one in part.parts)
    raise AssertionError("everything and nothing have no text")


def _fitting(part: Part, left_out: list[str]) -> Iterator[str]:
    """Yield texts short enough for a rule that together match a part: an OR is halved, else a term is left out."""
    text = _text(part)
    if len(text) <= MAX_RULE_CHARS - 2:
        yield text
        return
    if isinstance(part, AnyOf):
        for half in _halves(part):
            yield from _fitting(half, left_out)
        return
    if not isinstance(part, AllOf):
        return
    choices = [one for one in part.parts if isinstance(one, AnyOf)]
    if choices:
        longest = max(choices, key=lambda one: len(_text(one)))
        for half in _halves(longest):
            yield from _fitting(all_of([half if one is longest else one for one in part.parts]), left_out)
        return
    first, *others = sorted(part.parts, key=lambda one: not _stands_alone(one))
    left_out.append("the end of a part that is too long")
    yield from _fitting(all_of([first, *others[:-1]]), left_out)


def _halves(part: AnyOf) -> tuple[Part, Part]:
    middle = len(part.parts) // 2
    return one_of(list(part.parts[:middle])), one_of(list(part.parts[middle:]))


def beside(text: str) -> str:
    """Return the text of a piece inside an OR: in parentheses if it has several words."""
    return f"({text})" if " " in text else text


def _packed(pieces: list[str]) -> list[str]:
    """Join pieces by OR into as few rules as fit, in order, so that the same search gives the same rules."""
    rules: list[str] = []
    alone = len(pieces) == 1
    for piece in dict.fromkeys(pieces):
        text = piece if alone else beside(piece)
        if rules and len(rules[-1]) + 4 + len(text) <= MAX_RULE_CHARS:
            rules[-1] += f" OR {text}"
        else:
            rules.append(text)
    return rules
