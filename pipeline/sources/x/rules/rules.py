"""TRACK as rules of X's filtered stream: our language's tree, compiled to theirs. Pure; knows no network.

A rule may bring more than is searched for, never less on purpose: what X cannot express is left out of it, and named,
and the worker's own TRACK filter drops what came too much. So a part is negated only where X means by it what we mean.
X wants in every rule something that stands alone (a word, a tag, an account): a search without that cannot be asked.
Operators and limits: docs.x.com/x-api/posts/filtered-stream/integrate/build-a-rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.query.tree import And, Node, Not, Or
from pipeline.sources.x.rules.terms import (
    ALWAYS,
    NEVER,
    All,
    Always,
    Never,
    OneOf,
    Part,
    Term,
    all_of,
    is_exact,
    one_of,
    term_of,
    what,
)

MAX_RULE_CHARS = 1024


@dataclass(frozen=True)
class Compiled:
    """The rules of a search. `left_out` names what X was not asked for; `problem` is why there are no rules ("" if
    there are)."""

    rules: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Piece:
    """One branch of a choice. `parts`: terms that it wants all of, so that asking for one of them asks for more."""

    text: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pieces:
    """A search as pieces, of which a rule may hold any; otherwise as `Compiled`."""

    pieces: tuple[Piece, ...]
    left_out: tuple[str, ...] = ()
    problem: str = ""


NOTHING = "nothing on X can match TRACK"


def compile_rules(root: Node) -> Compiled:
    """Return the rules that bring at least what a search finds on X."""
    found = compile_pieces(root)
    return Compiled(tuple(_packed([piece.text for piece in found.pieces])), found.left_out, found.problem)


def compile_pieces(root: Node) -> Pieces:
    """Return the pieces that together bring at least what a search finds on X."""
    compiling = _Compiling()
    part = compiling.part(root)
    left_out = tuple(dict.fromkeys(compiling.left_out))
    if isinstance(part, Never):
        return Pieces((), left_out, NOTHING)
    if isinstance(part, Always) or not _stands_alone(part):
        return Pieces((), left_out, "X must be asked for words, tags or accounts, and TRACK has none in every part")
    pieces: list[Piece] = []
    for one in part.parts if isinstance(part, OneOf) else (part,):
        parts = tuple(each.text for each in one.parts if isinstance(each, Term)) if isinstance(one, All) else ()
        pieces += [Piece(text, parts) for text in _fitting(one, compiling.left_out)]
    return Pieces(tuple(pieces), tuple(dict.fromkeys(compiling.left_out)))


@dataclass
class _Compiling:
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
        """Leave out what is not wanted only where X surely means the same by it."""
        before = len(self.left_out)
        part = self.part(child)
        del self.left_out[before:]
        if isinstance(part, Never):
            return ALWAYS
        if isinstance(part, Always) and is_exact(child):
            return NEVER
        if isinstance(part, Term) and part.exact:
            return Term(f"-{part.text}", alone=False)
        self.left_out.append(f"NOT {what(child)}")
        return ALWAYS

    def _leaf(self, node: Node) -> Part:
        term = term_of(node)
        if isinstance(term, Always) and not is_exact(node):
            self.left_out.append(what(node))
        return term


def _stands_alone(part: Part) -> bool:
    if isinstance(part, All):
        return any(map(_stands_alone, part.parts))
    if isinstance(part, OneOf):
        return all(map(_stands_alone, part.parts))
    return isinstance(part, Term) and part.alone


# -- spelling


def _spelt(part: Part) -> str:
    if isinstance(part, Term):
        return part.text
    if isinstance(part, All):
        return " ".join(f"({_spelt(one)})" if isinstance(one, OneOf) else _spelt(one) for one in part.parts)
    if isinstance(part, OneOf):
        return " OR ".join(f"({_spelt(one)})" if isinstance(one, All) else _spelt(one) for one in part.parts)
    raise AssertionError("neither everything nor nothing is spelt")


def _fitting(part: Part, left_out: list[str]) -> Iterator[str]:
    """Yield what brings a part in texts short enough for a rule: choices are halved, else something is left out."""
    text = _spelt(part)
    if len(text) <= MAX_RULE_CHARS - 2:
        yield text
        return
    if isinstance(part, OneOf):
        for half in _halves(part):
            yield from _fitting(half, left_out)
        return
    if not isinstance(part, All):
        return
    choices = [one for one in part.parts if isinstance(one, OneOf)]
    if choices:
        longest = max(choices, key=lambda one: len(_spelt(one)))
        for half in _halves(longest):
            yield from _fitting(all_of([half if one is longest else one for one in part.parts]), left_out)
        return
    first, *others = sorted(part.parts, key=lambda one: not _stands_alone(one))
    left_out.append("the end of a part that is too long")
    yield from _fitting(all_of([first, *others[:-1]]), left_out)


def _halves(part: OneOf) -> tuple[Part, Part]:
    middle = len(part.parts) // 2
    return one_of(list(part.parts[:middle])), one_of(list(part.parts[middle:]))


def beside(text: str) -> str:
    """Return a piece as it stands beside others in a choice."""
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
