"""Synchronises the rules that X holds for an app with a plan: applies the difference only, leaves others' rules alone.

Our rules carry a tag that begins with `TAG`. X applies changes to an open stream. If there is room, new rules are added
before old ones are deleted, so that posts which both match are not missed. Rules that X finds invalid, or for which it
has no room, are reported and keep no other out. `held_rules` and `rule_cap` read what X holds and allows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.sources.x.backoff import ANSWER
from pipeline.sources.x.client import XClient
from pipeline.sources.x.errors import XError
from pipeline.sources.x.rules.rule_plan import RulePlan

TAG = "murmur:"
"""Beginning of the tag of our rules."""
RULES = "/2/tweets/search/stream/rules"
PAGES = 20
"""Pages of rules read at most, so that a list without an end stops."""
RULES_A_CALL = 500
"""Rules that one call adds or deletes at most."""


@dataclass(frozen=True)
class SyncedRules:
    """The rules that X holds: how many are ours and others', how many of ours found no room, and which X refused.

    `plan` is what the rules were made from.
    """

    ours: int
    others: int
    without_room: int = 0
    plan: RulePlan = RulePlan()
    refused: tuple[str, ...] = ()

    def describe(self) -> list[str]:
        """Return texts for people: the number of rules, and what is missed."""
        found = ["1 rule" if self.ours == 1 else f"{self.ours} rules", self.plan.problem, *self.plan.notes]
        if self.without_room:
            found.append(f"{self.without_room} more than X allows: their posts are missed")
        if self.refused:
            found.append(f"{len(self.refused)} that X finds invalid: {self.refused[0][:60]}")
        return found


def sync_rules(client: XClient, plan_for: Callable[[int | None], RulePlan]) -> SyncedRules:
    """Make X hold the rules that `plan_for` returns for the room there is (None: X does not state a limit).

    Raises:
        XError: X does not answer, or refuses all rules.
    """
    held = held_rules(client)
    cap = rule_cap(client)
    ours = [rule for rule in held if is_ours(rule)]
    others = [rule for rule in held if not is_ours(rule)]
    plan = plan_for(None if cap is None else max(0, cap - len(others)))
    known = {str(rule.get("value")) for rule in held}
    wanted = set(plan.rules)
    obsolete = [str(rule.get("id")) for rule in ours if rule.get("value") not in wanted]
    new = [value for value in plan.rules if value not in known]
    room = len(new) if cap is None else max(0, cap - len(held) + len(obsolete))
    fitting = new[:room]
    add_first = cap is None or cap - len(held) >= len(fitting)
    refused = _add(client, fitting) if add_first else []
    for ids in batched(obsolete):
        _check_count(client.ask("POST", RULES, json={"delete": {"ids": ids}}), "deleted", len(ids))
    if not add_first:
        refused = _add(client, fitting)
    count = len(ours) - len(obsolete) + len(fitting) - len(refused)
    return SyncedRules(count, len(others), len(new) - len(fitting), plan, tuple(refused))


def is_ours(rule: dict[str, Any]) -> bool:
    """Tell whether a rule that X holds is ours."""
    return str(rule.get("tag", "")).startswith(TAG)


def held_rules(client: XClient) -> list[dict[str, Any]]:
    """Return all rules of the app, ours and others'.

    Raises:
        XError: X does not answer, or its answer has another shape.
    """
    found: list[dict[str, Any]] = []
    params: dict[str, str] = {}
    for _ in range(PAGES):
        answer = client.ask("GET", RULES, params=params)
        page = answer.get("data") or []
        if not isinstance(page, list) or not all(isinstance(rule, dict) for rule in page):
            raise XError(ANSWER, "X's list of rules cannot be read")
        found += page
        more = (answer.get("meta") or {}).get("next_token")
        if not more:
            return found
        params = {"pagination_token": str(more)}
    raise XError(ANSWER, "X's list of rules does not end")


def rule_cap(client: XClient) -> int | None:
    """Return how many rules the app may have, None if X does not state it."""
    counts = client.ask("GET", f"{RULES}/counts").get("data") or {}
    cap = str(counts.get("cap_per_client_app", "")) if isinstance(counts, dict) else ""
    return int(cap) if cap.isdecimal() and len(cap) < 10 else None


def _add(client: XClient, values: list[str]) -> list[str]:
    """Add rules; return those that X finds invalid. An invalid rule does not keep the others out."""
    refused: list[str] = []
    for some in batched(values):
        left = some
        while left:
            bad, added = _add_once(client, left)
            refused += bad
            left = [] if added else [value for value in left if value not in bad]
    return refused


def _add_once(client: XClient, values: list[str]) -> tuple[list[str], bool]:
    """Send rules once; return the invalid ones, and whether the others were added."""
    rules = [{"value": value, "tag": tag_of(value)} for value in values]
    try:
        answer = client.ask("POST", RULES, json={"add": rules})
    except XError as error:
        bad = _invalid(error.body, values)
        if not bad:
            raise
        return bad, False
    bad = _invalid(msgspec.json.encode(answer), values)
    if not bad:
        _check_count(answer, "created", len(values))
    created = ((answer.get("meta") or {}).get("summary") or {}).get("created")
    return bad, created == len(values) - len(bad)


class _Fault(msgspec.Struct):
    title: str = ""
    value: str = ""


class _Faults(msgspec.Struct):
    errors: list[_Fault] = []


def _invalid(body: bytes, values: list[str]) -> list[str]:
    try:
        faults = msgspec.json.decode(body, type=_Faults).errors
    except (msgspec.MsgspecError, ValueError):
        return []
    named = {fault.value for fault in faults if "invalid" in fault.title.lower()}
    return [value for value in values if value in named]


def batched(values: list[str]) -> Iterator[list[str]]:
    """Yield the values in batches, each as large as one call may change."""
    for start in range(0, len(values), RULES_A_CALL):
        yield values[start : start + RULES_A_CALL]


def _check_count(answer: dict[str, Any], word: str, count: int) -> None:
    """Check that X's summary states `count` rules as `word` (created, deleted)."""
    summary = (answer.get("meta") or {}).get("summary") or {}
    if answer.get("errors") or summary.get(word) != count:
        first = (answer.get("errors") or [{}])[0]
        details = first.get("details") or [first.get("detail") or first.get("title") or "no reason given"]
        raise XError(ANSWER, f"X refuses to have a rule {word}: {details[0]}")


def tag_of(value: str) -> str:
    """Return the tag of our rule with this value."""
    return TAG + hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()[:12]
