"""Plan of the rules to request from X, for TRACK or for the searches people look at, with notes for people. Pure.

The notes say what X cannot be asked for, refuses or has no room for; without rules, the plan says why, and whether that
is intended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.sources.x.rules.compiler import compile_rules
from pipeline.sources.x.rules.packing import RulePacker

EVERYTHING = "*"
"""TRACK for every post, of which X has no stream."""
SEARCHES = "searches"
LONGEST_COLLECTED = 500
"""Characters of the rules that coverage shows."""
NAMED = 5
"""Names listed of searches or operators that X cannot be asked for."""


@dataclass(frozen=True)
class RulePlan:
    """The rules to request, and what people should know of them.

    `problem`: why there are no rules ("" if there are). `notes`: what X cannot be asked for, and the like. `collects`:
    what coverage names as collected ("": TRACK). `resting`: having no rules is intended. `reads_others`: without rules
    of ours, the posts that others' rules bring are read.
    """

    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    collects: str = ""
    resting: bool = False
    reads_others: bool = False


def plan_for_track(track: str) -> RulePlan:
    """Return the plan for TRACK, a search."""
    if track == EVERYTHING:
        return RulePlan(problem="X gives no stream of everything: set TRACK to a search", reads_others=True)
    try:
        compiled = compile_rules(parse(track).root)
    except QueryError as error:
        return RulePlan(problem=f"TRACK cannot be parsed: {error}")
    return RulePlan(compiled.rules, _filtered_here(compiled.left_out), compiled.problem)


def plan_for_searches(searches: Sequence[str], packer: RulePacker, room: int | None) -> RulePlan:
    """Return the plan for the open searches, with at most `room` rules (None: no limit)."""
    if not searches:
        return RulePlan(problem="nobody looks at anything: no rules, nothing is read and nothing is paid", resting=True)
    packed = packer.pack(searches, room)
    notes = [
        f"{len(searches):,} searches that people look at" if len(searches) != 1 else "1 search that people look at"
    ]
    if packed.unasked:
        notes.append(f"X cannot be asked for {_listed(packed.unasked)}")
    if packed.refused:
        notes.append(f"X refuses {_listed(packed.refused)}")
    if packed.without_room:
        notes.append(f"no room for {_listed(packed.without_room)}: their posts are missed")
    notes += _filtered_here(packed.left_out)
    if not packed.rules:
        return RulePlan(problem="; ".join([*notes[1:], "no rules: nothing is read and nothing is paid"]), resting=True)
    return RulePlan(packed.rules, tuple(notes), collects=_collected(packed.rules, len(packed.without_room)))


def _filtered_here(left_out: tuple[str, ...]) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (f"X cannot be asked for {', '.join(left_out[:NAMED])}: fetched and filtered here",)


def _listed(texts: Sequence[str]) -> str:
    shown = ", ".join(text if len(text) <= 40 else f"{text[:39]}…" for text in texts[:NAMED])
    return shown + (f" and {len(texts) - NAMED:,} more" if len(texts) > NAMED else "")


def _collected(rules: tuple[str, ...], without_room: int) -> str:
    text = " OR ".join(rules)
    if len(text) > LONGEST_COLLECTED:
        text = f"{text[:LONGEST_COLLECTED]}… ({len(rules):,} rules)"
    return f"searches: {text}" + (f"; no room for {without_room:,} more searches" if without_room else "")
