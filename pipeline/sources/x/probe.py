"""Is X there, is the token accepted, and is there room for our rules? Asks about rules only. Reads no post."""

from __future__ import annotations

import time

from pipeline.sources.contract import Probed
from pipeline.sources.x.budget import Budget
from pipeline.sources.x.client import Trouble, XClient
from pipeline.sources.x.place import decode_place
from pipeline.sources.x.rules.asked import SEARCHES, asked_by_track
from pipeline.sources.x.rules.ruleset import held_rules, is_ours, rule_cap

WITHIN_S = 6.0


def probe(token: str, url: str) -> list[Probed]:
    """Return what X says of the app: whether it may use the filtered stream, and its rules."""
    client = XClient(token, url, WITHIN_S)
    try:
        held = held_rules(client)
        cap = rule_cap(client)
    except Trouble as trouble:
        return [Probed(False, str(trouble))]
    # Whoever may not use the filtered stream is refused its rules.
    found = [Probed(True, "answers, accepts X_BEARER_TOKEN and allows the filtered stream")]
    others = sum(not is_ours(rule) for rule in held)
    room = cap is None or others < cap
    most = "an untold number" if cap is None else cap
    text = f"{len(held) - others} rules of ours, {others} of others, of {most}"
    return [*found, Probed(room, text + ("" if room else ": no room for ours"))]


def track_finding(track: str) -> Probed:
    """Return whether X can be asked for what TRACK says."""
    if track == SEARCHES:
        return Probed(True, "TRACK=searches: asked for what people look at")
    asked = asked_by_track(track)
    if not asked.rules:
        return Probed(False, asked.problem)
    count = "1 rule" if len(asked.rules) == 1 else f"{len(asked.rules)} rules"
    return Probed(True, "; ".join([f"TRACK takes {count}", *asked.told])[:300])


def cursor_age(cursor: str, monthly_posts: int, aside: int = 0) -> Probed | None:
    """Return when X was last heard and how much of the budget is used; None where nothing is known."""
    place = decode_place(cursor)
    if not place.month:
        return None
    budget = Budget(monthly_posts, aside)
    budget.restore(place.month, place.count)
    budget.spend(0, time.time())
    used = budget.told() or f"{budget.count:,} posts this month, no budget set"
    heard = f"last heard {max(0, int(time.time() - place.heard_ms / 1000))} s ago" if place.heard_ms else "not read now"
    more = ": no more is read" if budget.spent() else ": only a sample is read" if budget.slow() else ""
    return Probed(not budget.spent(), f"{heard}; {used}{more}")
