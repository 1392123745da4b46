"""Probe of X for `murmur doctor`: requests the app's rules to learn whether token and room suffice; reads no post.

`track_finding` reports whether X can be asked for TRACK, `cursor_age` when X was last received and how much of the
budget is used.
"""

from __future__ import annotations

import time

from pipeline.sources.contract import PROBE_TIMEOUT_S, Probed
from pipeline.sources.x.budget import Budget
from pipeline.sources.x.client import XClient
from pipeline.sources.x.cursor_text import decode_cursor
from pipeline.sources.x.errors import XError
from pipeline.sources.x.rules.rule_plan import SEARCHES, plan_for_track
from pipeline.sources.x.rules.sync import held_rules, is_ours, rule_cap


def probe(token: str, url: str) -> list[Probed]:
    """Return findings about the app: whether it may use the filtered stream, and how many rules it has."""
    client = XClient(token, url, PROBE_TIMEOUT_S)
    try:
        held = held_rules(client)
        cap = rule_cap(client)
    except XError as error:
        return [Probed(False, str(error))]
    # X refuses the list of rules to an app that may not use the filtered stream.
    found = [Probed(True, "answers, accepts X_BEARER_TOKEN and allows the filtered stream")]
    others = sum(not is_ours(rule) for rule in held)
    room = cap is None or others < cap
    most = "an unstated number" if cap is None else cap
    text = f"{len(held) - others} rules of ours, {others} of others, of {most}"
    return [*found, Probed(room, text + ("" if room else ": no room for ours"))]


def track_finding(track: str) -> Probed:
    """Return whether TRACK can be compiled to rules of X."""
    if track == SEARCHES:
        return Probed(True, "TRACK=searches: X is queried for the searches that people look at")
    plan = plan_for_track(track)
    if not plan.rules:
        return Probed(False, plan.problem)
    count = "1 rule" if len(plan.rules) == 1 else f"{len(plan.rules)} rules"
    return Probed(True, "; ".join([f"TRACK takes {count}", *plan.notes])[:300])


def cursor_age(cursor: str, monthly_posts: int, lookup_posts: int = 0) -> Probed | None:
    """Return when X was last received and how much of the budget is used; None for an empty cursor."""
    position = decode_cursor(cursor)
    if not position.month:
        return None
    budget = Budget(monthly_posts, lookup_posts)
    budget.restore(position.month, position.count)
    budget.spend(0, time.time())
    used = budget.describe() or f"{budget.count:,} posts this month, no budget set"
    received = (
        f"last received {max(0, int(time.time() - position.received_ms / 1000))} s ago"
        if position.received_ms
        else "not read now"
    )
    more = ": no more is read" if budget.spent() else ": only a sample is read" if budget.slow() else ""
    return Probed(not budget.spent(), f"{received}; {used}{more}")
