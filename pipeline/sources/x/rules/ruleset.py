"""The rules that X holds for an app, kept as we want ours: only the difference is applied, others' are left alone.

Ours carry a tag that begins with `TAG`. X adds and removes rules of an open stream; new ones are added before old ones
go if there is room, so that what both find is not missed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.sources.x.client import Trouble, XClient
from pipeline.sources.x.pauses import ANSWER
from pipeline.sources.x.rules.asked import Asked

TAG = "murmur:"
RULES = "/2/tweets/search/stream/rules"
PAGES = 20
AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """What X holds now: our rules, others', how many of ours found no room, what was asked for, and what X refused."""

    ours: int
    others: int
    without_room: int = 0
    asked: Asked = Asked()
    refused: tuple[str, ...] = ()


def keep(client: XClient, asking: Callable[[int | None], Asked]) -> Kept:
    """Make X hold the rules that `asking` gives for the room there is (None: X does not say how much).

    Raises:
        Trouble: X does not answer, or refuses all of it.
    """
    held = held_rules(client)
    cap = rule_cap(client)
    ours = [rule for rule in held if is_ours(rule)]
    others = [rule for rule in held if not is_ours(rule)]
    asked = asking(None if cap is None else max(0, cap - len(others)))
    known = {str(rule.get("value")) for rule in held}
    wanted = set(asked.rules)
    goes = [str(rule.get("id")) for rule in ours if rule.get("value") not in wanted]
    new = [value for value in asked.rules if value not in known]
    room = len(new) if cap is None else max(0, cap - len(held) + len(goes))
    fitting = new[:room]
    first_in = cap is None or cap - len(held) >= len(fitting)
    refused = _add(client, fitting) if first_in else []
    for some in batched(goes):
        _told(client.ask("POST", RULES, json={"delete": {"ids": some}}), "deleted", len(some))
    if not first_in:
        refused = _add(client, fitting)
    count = len(ours) - len(goes) + len(fitting) - len(refused)
    return Kept(count, len(others), len(new) - len(fitting), asked, tuple(refused))


def is_ours(rule: dict[str, Any]) -> bool:
    """Tell whether a rule that X holds is one of ours."""
    return str(rule.get("tag", "")).startswith(TAG)


def held_rules(client: XClient) -> list[dict[str, Any]]:
    """Return all rules of the app, ours and others'.

    Raises:
        Trouble: X does not answer, or not in its own shape.
    """
    found: list[dict[str, Any]] = []
    params: dict[str, str] = {}
    for _ in range(PAGES):
        answer = client.ask("GET", RULES, params=params)
        page = answer.get("data") or []
        if not isinstance(page, list) or not all(isinstance(rule, dict) for rule in page):
            raise Trouble(ANSWER, "X's list of rules cannot be read")
        found += page
        more = (answer.get("meta") or {}).get("next_token")
        if not more:
            return found
        params = {"pagination_token": str(more)}
    raise Trouble(ANSWER, "X's list of rules does not end")


def rule_cap(client: XClient) -> int | None:
    """Return how many rules the app may have; None where X does not say."""
    told = client.ask("GET", f"{RULES}/counts").get("data") or {}
    cap = str(told.get("cap_per_client_app", "")) if isinstance(told, dict) else ""
    return int(cap) if cap.isdecimal() and len(cap) < 10 else None


def _add(client: XClient, values: list[str]) -> list[str]:
    """Add rules; return those that X finds invalid. One of them costs no other."""
    refused: list[str] = []
    for some in batched(values):
        left = some
        while left:
            bad, added = _added(client, left)
            refused += bad
            left = [] if added else [value for value in left if value not in bad]
    return refused


def _added(client: XClient, values: list[str]) -> tuple[list[str], bool]:
    """Ask for rules once; return the invalid ones, and whether the others were added."""
    rules = [{"value": value, "tag": tag_of(value)} for value in values]
    try:
        answer = client.ask("POST", RULES, json={"add": rules})
    except Trouble as trouble:
        bad = _invalid(trouble.body, values)
        if not bad:
            raise
        return bad, False
    bad = _invalid(msgspec.json.encode(answer), values)
    if not bad:
        _told(answer, "created", len(values))
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
    """Yield some values at a time, as many as one call may change."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _told(answer: dict[str, Any], word: str, count: int) -> None:
    summary = (answer.get("meta") or {}).get("summary") or {}
    if answer.get("errors") or summary.get(word) != count:
        first = (answer.get("errors") or [{}])[0]
        details = first.get("details") or [first.get("detail") or first.get("title") or "no reason given"]
        raise Trouble(ANSWER, f"X refuses to have a rule {word}: {details[0]}")


def tag_of(value: str) -> str:
    """Return the tag of a rule of ours."""
    return TAG + hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()[:12]
