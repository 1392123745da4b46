"""Whether two stores hold the same: counts, by month too, all that was withdrawn, coverage, and a sample byte by byte.

Nothing is written. Memory is bounded by a count a day, one a minute of a day, and one page.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from pipeline.query.parser import parse
from pipeline.store import sort_key as place
from pipeline.store.contract import Held, Moving, Store

SAMPLE = 400
DIFFERENCES_TOLD = 20
_TOGETHER = 4
"""So many neighbours are looked at wherever the sample falls."""
_A_DAY_MS = 86_400_000
_A_MINUTE_MS = 60_000
_TIMEOUT_S = 600.0
_EVERYTHING = "*"


class _Id(msgspec.Struct):
    id: str


@dataclass(slots=True)
class Comparison:
    """What was compared, and how it differs."""

    posts: int = 0
    months: int = 0
    tombstones: int = 0
    accounts: int = 0
    coverage: int = 0
    sampled: int = 0
    differences: list[str] = field(default_factory=list)


def compare(source: Store, target: Store, *, sample: int = SAMPLE, rng: random.Random | None = None) -> Comparison:
    """Return what two stores have in common and what not; at most `DIFFERENCES_TOLD` posts are named."""
    made = Comparison()
    days = _days(source)
    made.posts = sum(days.values())
    _counts(made, days, _days(target))
    out, into = source.moving(), target.moving()
    made.tombstones = _same(made, "tombstones", _stones(out), _stones(into))
    made.accounts = _same(made, "withdrawn accounts", _accounts(out), _accounts(into))
    rows, others = set(source.coverage()), set(target.coverage())
    made.coverage = len(rows)
    if rows != others:
        made.differences.append(f"coverage: {len(rows - others)} rows are missing, {len(others - rows)} are others")
    rng = rng or random.Random()
    picks = _picked(source, days, -(-sample // _TOGETHER), rng) if days else []
    made.differences += list(_sampled(made, out, into, picks))
    return made


def _days(store: Store) -> dict[int, int]:
    with store.reading(timeout_s=_TIMEOUT_S) as reading:
        return dict(reading.timeline(parse(_EVERYTHING), interval_ms=_A_DAY_MS).buckets)


def _counts(made: Comparison, here: dict[int, int], there: dict[int, int]) -> None:
    months, others = _months(here), _months(there)
    made.months = len(months)
    for month in sorted(months.keys() | others.keys()):
        if months[month] != others[month]:
            made.differences.append(f"posts of {month}: {months[month]:,} here, {others[month]:,} there")
    if sum(here.values()) != sum(there.values()):
        made.differences.append(f"posts: {sum(here.values()):,} here, {sum(there.values()):,} there")


def _months(days: dict[int, int]) -> Counter[str]:
    months: Counter[str] = Counter()
    for day, count in days.items():
        months[f"{datetime.fromtimestamp(day / 1000, UTC):%Y-%m}"] += count
    return months


def _same(made: Comparison, what: str, here: Iterable[str], there: Iterable[str]) -> int:
    """Compare two sets that are too large to be held, by their size and the sum of their members' hashes."""
    count, total = _digest(here)
    other_count, other_total = _digest(there)
    if count != other_count:
        made.differences.append(f"{what}: {count:,} here, {other_count:,} there")
    elif total != other_total:
        made.differences.append(f"{what}: {count:,} in both, but not the same")
    return count


def _digest(members: Iterable[str]) -> tuple[int, int]:
    count = total = 0
    for member in members:
        count += 1
        total += int.from_bytes(hashlib.blake2b(member.encode(), digest_size=16).digest(), "big")
    return count, total % (1 << 128)


def _stones(moving: Moving) -> Iterator[str]:
    for stones in moving.tombstones():
        yield from (f"{stone.seq} {stone.at} {stone.id}" for stone in stones)


def _accounts(moving: Moving) -> Iterator[str]:
    for accounts in moving.accounts():
        yield from (f"{one.name} {one.until} {one.at}" for one in accounts)


def _picked(store: Store, days: dict[int, int], count: int, rng: random.Random) -> list[tuple[int, int]]:
    """Return minutes of the days, each as probable as it holds posts, and any moment within each (ms)."""
    picks: list[tuple[int, int]] = []
    with store.reading(timeout_s=_TIMEOUT_S) as reading:
        for day, wanted in Counter(rng.choices(list(days), list(days.values()), k=count)).items():
            line = reading.timeline(parse(_EVERYTHING), interval_ms=_A_MINUTE_MS, since=day, until=day + _A_DAY_MS)
            minutes = dict(line.buckets)
            chosen = rng.choices(list(minutes), list(minutes.values()), k=wanted) if minutes else []
            picks += [(minute, minute + rng.randrange(_A_MINUTE_MS)) for minute in chosen]
    return picks


def _sampled(made: Comparison, out: Moving, into: Moving, picks: list[tuple[int, int]]) -> Iterator[str]:
    """Yield which posts differ of those that stand at some moments, or from the beginning of their minutes on."""
    told, seen = 0, set[str]()
    for minute, at in picks:
        found = _from(out, at) or _from(out, minute)
        posts = {msgspec.json.decode(held.body, type=_Id).id: held for held in found}
        copies = into.some([post_id for post_id in posts if post_id not in seen])
        for post_id, held in posts.items():
            if post_id in seen:
                continue
            seen.add(post_id)
            if (differs := _differs(held, copies.get(post_id))) and told < DIFFERENCES_TOLD:
                told += 1
                yield f"{post_id}: {differs}"
    made.sampled = len(seen)


def _from(moving: Moving, at_ms: int) -> list[Held]:
    pages = moving.posts(since=place.floor(at_ms), at_once=_TOGETHER)
    return next(pages, [])


def _differs(held: Held, other: Held | None) -> str:
    if other is None:
        return "is missing"
    if other.body != held.body:
        return "is another"
    if other.raw != held.raw:
        return "its raw record is another" if other.raw else "its raw record is missing"
    return "" if other.touched == held.touched else "it was touched by an edit in one only"
