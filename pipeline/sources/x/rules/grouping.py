"""Many searches as few rules: each compiled once, what they share asked once, all joined by OR into the rules that fit.

Pure but for what it remembers: the rules of last time. A rule that need not change does not, because every change costs
two of the few calls that X allows: what is new goes where there is room, what is gone leaves its rule, and only when
the rules have become too many for the room are all packed anew. What finds no room is told, the youngest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.sources.x.rules.rules import MAX_RULE_CHARS, NOTHING, Piece, beside, compile_pieces

MOST_SEARCHES = 20_000
MOST_REFUSED = 1_000
MOST_RULES = 5_000
"""More are not asked for, whatever X allows: a megabyte of rules or five."""
LOOSE = 2
"""Packed anew when there are so many times more rules than the text of them needs."""
HALVED = 8
"""So many more are let be: halving a rule that X refuses makes them."""
WELL_FILLED = 0.7
"""Something has no room, and the rules have less text in them than this share: packed anew as well."""
LEAST_PIECE = 24
"""A rule with less room than this is taken for full."""


@dataclass(frozen=True)
class Grouped:
    """The rules; the searches that X cannot be asked for, those that found no room, those it refuses; what is filtered
    here."""

    rules: tuple[str, ...]
    unasked: tuple[str, ...] = ()
    without_room: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Understood:
    pieces: tuple[Piece, ...] = ()
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


class Grouping:
    """The rules as they were, and what each search means to X."""

    def __init__(self) -> None:
        self._understood: dict[str, _Understood] = {}
        self._rules: list[_Rule] = []
        self._refused: dict[str, None] = {}
        self._most = MOST_RULES

    def refuse(self, rules: Sequence[str]) -> None:
        """Note that X finds rules invalid: each is halved, and what is refused alone is not asked for again.

        Without room for halves all of such a rule is given up.
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

    def group(self, searches: Sequence[str], room: int | None = None) -> Grouped:
        """Return the rules for some searches, the older first; at most `room` of them (None: `MOST_RULES`)."""
        taken = searches[:MOST_SEARCHES]
        self._understood = {text: self._understood.get(text) or _understand(text) for text in taken}
        wanted = self._wanted()
        most = MOST_RULES if room is None else min(MOST_RULES, max(0, room))
        self._most = most
        self._place(wanted, most)
        held = {piece for rule in self._rules for piece in rule.pieces}
        lacking = wanted.keys() - held
        missed = [text for text, one in self._understood.items() if any(piece.text in lacking for piece in one.pieces)]
        return Grouped(
            tuple(" OR ".join(rule.pieces) for rule in self._rules),
            tuple(text for text, one in self._understood.items() if one.problem),
            (*missed, *searches[MOST_SEARCHES:]),
            tuple(dict.fromkeys(part for one in self._understood.values() for part in one.left_out)),
            tuple(
                text
                for text, one in self._understood.items()
                if any(piece.text in self._refused for piece in one.pieces)
            ),
        )

    def _wanted(self) -> dict[str, None]:
        """Return the distinct pieces in order, without those that ask for less than another one does."""
        pieces = {piece.text: piece for one in self._understood.values() for piece in one.pieces}
        for text in self._refused:
            pieces.pop(text, None)
        return {text: None for text, piece in pieces.items() if not any(part in pieces for part in piece.parts)}

    def _place(self, wanted: dict[str, None], most: int) -> None:
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


def _understand(text: str) -> _Understood:
    try:
        found = compile_pieces(parse(text).root)
    except QueryError as error:
        return _Understood(problem=str(error))
    pieces = tuple(Piece(beside(piece.text), piece.parts) for piece in found.pieces)
    return _Understood(pieces, found.left_out, "" if found.problem == NOTHING else found.problem)
