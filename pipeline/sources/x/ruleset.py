"""The rules that X holds for an app, kept as we want ours: only the difference is applied, others' are left alone.

Ours carry a tag that begins with `TAG`. X adds and removes rules of an open stream; new ones are added before old ones
go if there is room, so that what both find is not missed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from pipeline.sources.x.client import Trouble, XClient
from pipeline.sources.x.pauses import ANSWER

TAG = "murmur:"
RULES = "/2/tweets/search/stream/rules"
PAGES = 20


@dataclass(frozen=True)
class Kept:
    """What X holds now: our rules, others', and how many of ours found no room."""

    ours: int
    others: int
    without_room: int = 0
    cap: int | None = None


def keep(client: XClient, wanted: tuple[str, ...]) -> Kept:
    """Make X hold the wanted rules.

    Raises:
        Trouble: X does not answer, or refuses a rule.
    """
    held = _held(client)
    ours = [rule for rule in held if str(rule.get("tag", "")).startswith(TAG)]
    others = [rule for rule in held if rule not in ours]
    known = {str(rule.get("value")) for rule in held}
    goes = [str(rule.get("id")) for rule in ours if rule.get("value") not in wanted]
    new = [value for value in wanted if value not in known]
    cap = _cap(client) if new else None
    room = len(new) if cap is None else max(0, cap - len(held) + len(goes))
    fitting = new[:room]
    first_in = cap is None or cap - len(held) >= len(fitting)
    if first_in:
        _add(client, fitting)
    if goes:
        _told(client.ask("POST", RULES, json={"delete": {"ids": goes}}), "deleted", len(goes))
    if not first_in:
        _add(client, fitting)
    return Kept(len(ours) - len(goes) + len(fitting), len(others), len(new) - len(fitting), cap)


def _held(client: XClient) -> list[dict[str, Any]]:
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


def _cap(client: XClient) -> int | None:
    """Return how many rules the app may have; None where X does not say."""
    told = client.ask("GET", f"{RULES}/counts").get("data") or {}
    cap = str(told.get("cap_per_client_app", "")) if isinstance(told, dict) else ""
    return int(cap) if cap.isdecimal() else None


def _add(client: XClient, values: list[str]) -> None:
    if values:
        rules = [{"value": value, "tag": tag_of(value)} for value in values]
        _told(client.ask("POST", RULES, json={"add": rules}), "created", len(rules))


def _told(answer: dict[str, Any], word: str, count: int) -> None:
    summary = (answer.get("meta") or {}).get("summary") or {}
    if answer.get("errors") or summary.get(word) != count:
        first = (answer.get("errors") or [{}])[0]
        details = first.get("details") or [first.get("detail") or first.get("title") or "no reason given"]
        raise Trouble(ANSWER, f"X refuses to have a rule {word}: {details[0]}")


def tag_of(value: str) -> str:
    """Return the tag of a rule of ours."""
    return TAG + hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()[:12]
