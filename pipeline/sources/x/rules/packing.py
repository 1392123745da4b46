"""Packs many searches into few rules of X: compiles each search once and joins the pieces by OR into rules that fit.

The packer remembers the rules of the last call and changes as few as possible, because every change costs two of the
few calls that X allows: new pieces go where there is room, obsolete ones leave their rule, and all rules are packed
anew only when they have become too many. Searches without room are reported, the youngest first. A rule that X finds
invalid is halved until the piece to blame stands alone; that piece is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.sources.x.rules.compiler import MAX_RULE_CHARS, NO_POST_MATCHES, RulePiece, beside, compile_pieces

MOST_SEARCHES = 20_000
"""Searches that are compiled at most; later ones have no room."""
MOST_REFUSED = 1_000
"""Refused pieces that are remembered; the oldest are forgotten and may be requested again."""
MOST_RULES = 5_000
"""Rules that are requested at most, whatever X allows: about five megabytes of text."""
LOOSE = 2
"""All rules are packed anew when there are this many times more than their text needs."""
HALVED = 8
"""Rules beyond `LOOSE` that are tolerated: halving a rule that X refuses makes them."""
WELL_FILLED = 0.7
"""All rules are packed anew too if a piece has no room and less than this share of the rules' length is used."""
LEAST_PIECE = 24
"""Characters: a rule with less room than this counts as full."""


@dataclass(frozen=True)
class PackedRules:
    """The rules, and the searches that X cannot be asked for (`unasked`), that found no room, or that X refuses.

    `left_out` are operators that X does not have: their part of a search is filtered by the worker.
    """

    rules: tuple[str, ...]
    unasked: tuple[str, ...] = ()
    without_room: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _CompiledSearch:
    pieces: tuple[RulePiece, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class _Rule:
    pieces: list[str] = field(default_factory=list)
    chars: int = 0

    @classmethod
    def of(cls, pieces: list[str]) -> _Rule:
        return cls(pieces, len(" OR ".join(pieces)))

    def fits(self, text: str) -> bool:
        return self.chars + len(text) + (4 if self.pieces else 0) <= MAX_RULE_CHARS

    def add(self, text: str) -> None:
        self.chars += len(text) + (4 if self.pieces else 0)
        self.pieces.append(text)

    def keep(self, wanted: dict[str, None]) -> None:
        kept = [piece for piece in self.pieces if piece in wanted]
        if len(kept) < len(self.pieces):
            self.pieces, self.chars = kept, len(" OR ".join(kept))


class RulePacker:
    """Packer that keeps the rules of the last call, and the compiled form of each search."""

    def __init__(self) -> None:
        self._compiled: dict[str, _CompiledSearch] = {}
        self._rules: list[_Rule] = []
        self._refused: dict[str, None] = {}
        self._most = MOST_RULES

    def refuse(self, rules: Sequence[str]) -> None:
        """Halve rules that X finds invalid, until the piece to blame stands alone; that piece is not requested again.

        Without room for halves, all pieces of such a rule are given up.
        """
        halved: list[_Rule] = []
        for rule in self._rules:
            if " OR ".join(rule.pieces) not in rules:
                halved.append(rule)
            elif len(rule.pieces) == 1 or len(self._rules) >= self._most:
                self._refused |= dict.fromkeys(rule.pieces)
            else:
                middle = len(rule.pieces) // 2
                halved += [_Rule.of(rule.pieces[:middle]), _Rule.of(rule.pieces[middle:])]
        self._rules = halved
        for text in list(self._refused)[:-MOST_REFUSED]:
            del self._refused[text]

    def pack(self, searches: Sequence[str], room: int | None = None) -> PackedRules:
        """Return at most `room` rules for searches, the older first (None: at most `MOST_RULES`)."""
        taken = searches[:MOST_SEARCHES]
        self._compiled = {text: self._compiled.get(text) or _compile(text) for text in taken}
        wanted = self._wanted()
        most = MOST_RULES if room is None else min(MOST_RULES, max(0, room))
        self._most = most
        self._update_rules(wanted, most)
        held = {piece for rule in self._rules for piece in rule.pieces}
        lacking = wanted.keys() - held
        missed = [text for text, one in self._compiled.items() if any(piece.text in lacking for piece in one.pieces)]
        return PackedRules(
            tuple(" OR ".join(rule.pieces) for rule in self._rules),
            tuple(text for text, one in self._compiled.items() if one.problem),
            (*missed, *searches[MOST_SEARCHES:]),
            tuple(dict.fromkeys(part for one in self._compiled.values() for part in one.left_out)),
            tuple(
                text for text, one in self._compiled.items() if any(piece.text in self._refused for piece in one.pieces)
            ),
        )

    def _wanted(self) -> dict[str, None]:
        """Return the distinct pieces in order, without those whose posts another piece brings anyway."""
        pieces = {piece.text: piece for one in self._compiled.values() for piece in one.pieces}
        for text in self._refused:
            pieces.pop(text, None)
        return {text: None for text, piece in pieces.items() if not any(part in pieces for part in piece.parts)}

    def _update_rules(self, wanted: dict[str, None], most: int) -> None:
        for rule in self._rules:
            rule.keep(wanted)
        self._rules = [rule for rule in self._rules if rule.pieces]
        needed = sum(len(text) + 4 for text in wanted) // MAX_RULE_CHARS + 1
        if len(self._rules) > most or len(self._rules) > LOOSE * needed + HALVED:
            self._rules = []
        self._fill(wanted, most)
        missed = sum(len(rule.pieces) for rule in self._rules) < len(wanted)
        if missed and sum(rule.chars for rule in self._rules) < WELL_FILLED * MAX_RULE_CHARS * most:
            self._rules = []
            self._fill(wanted, most)

    def _fill(self, wanted: dict[str, None], most: int) -> None:
        held = {piece for rule in self._rules for piece in rule.pieces}
        open_rules = [rule for rule in self._rules if rule.chars < MAX_RULE_CHARS - LEAST_PIECE]
        for text in wanted:
            if text in held:
                continue
            rule = next((one for one in open_rules if one.fits(text)), None)
            if rule is None:
                if len(self._rules) >= most:
                    continue
                rule = _Rule()
                self._rules.append(rule)
                open_rules.append(rule)
            rule.add(text)
            if rule.chars >= MAX_RULE_CHARS - LEAST_PIECE:
                open_rules.remove(rule)


def _compile(text: str) -> _CompiledSearch:
    try:
        found = compile_pieces(parse(text).root)
    except QueryError as error:
        return _CompiledSearch(problem=str(error))
    pieces = tuple(RulePiece(beside(piece.text), piece.parts) for piece in found.pieces)
    return _CompiledSearch(pieces, found.left_out, "" if found.problem == NO_POST_MATCHES else found.problem)
