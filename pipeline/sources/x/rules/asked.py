"""What X is to be asked for now: TRACK, or what people look at, as rules, and what a person should know of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.sources.x.rules.grouping import Grouping
from pipeline.sources.x.rules.rules import compile_rules

EVERYTHING = "*"
SEARCHES = "searches"
NAMED = 5
"""So many of what cannot be asked for are named."""


@dataclass(frozen=True)
class Asked:
    """The rules wanted. `problem`: why there are none ("" if there are); `told`: what a person should know.

    `collects` is what coverage names as collected, "" where TRACK says it; `resting`: having no rules is on purpose;
    `others`: without rules of ours, what others' rules bring is read.
    """

    rules: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    problem: str = ""
    collects: str = ""
    resting: bool = False
    others: bool = False


def asked_by_track(track: str) -> Asked:
    """Return what TRACK asks X for."""
    if track == EVERYTHING:
        return Asked(problem="X gives no stream of everything: set TRACK to a search", others=True)
    try:
        compiled = compile_rules(parse(track).root)
    except QueryError as error:
        return Asked(problem=f"TRACK cannot be parsed: {error}")
    return Asked(compiled.rules, _filtered_here(compiled.left_out), compiled.problem)


def asked_by_searches(searches: Sequence[str], grouping: Grouping, room: int | None) -> Asked:
    """Return what the standing searches ask X for, in at most `room` rules (None: as many as it takes)."""
    if not searches:
        return Asked(problem="nobody looks at anything: no rules, nothing is read and nothing is paid", resting=True)
    grouped = grouping.group(searches, room)
    told = [f"{len(searches):,} searches that people look at" if len(searches) != 1 else "1 search that people look at"]
    if grouped.unasked:
        told.append(f"X cannot be asked for {_some(grouped.unasked)}")
    if grouped.refused:
        told.append(f"X refuses {_some(grouped.refused)}")
    if grouped.without_room:
        told.append(f"no room for {_some(grouped.without_room)}: their posts are missed")
    told += _filtered_here(grouped.left_out)
    if not grouped.rules:
        return Asked(problem="; ".join([*told[1:], "no rules: nothing is read and nothing is paid"]), resting=True)
    return Asked(grouped.rules, tuple(told), collects=_collected(grouped.rules, len(grouped.without_room)))


def _filtered_here(left_out: tuple[str, ...]) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (f"X cannot be asked for {', '.join(left_out[:NAMED])}: fetched and filtered here",)


def _some(texts: Sequence[str]) -> str:
    shown = ", ".join(text if len(text) <= 40 else f"{text[:39]}…" for text in texts[:NAMED])
    return shown + (f" and {len(texts) - NAMED:,} more" if len(texts) > NAMED else "")


LONGEST_COLLECTED = 500


def _collected(rules: tuple[str, ...], without_room: int) -> str:
    text = " OR ".join(rules)
    if len(text) > LONGEST_COLLECTED:
        text = f"{text[:LONGEST_COLLECTED]}… ({len(rules):,} rules)"
    return f"searches: {text}" + (f"; no room for {without_room:,} more searches" if without_room else "")
