"""Comparison of two stores: counts in all and by month, tombstones, decks, coverage, a sample of posts byte by byte.

Returns the numbers compared and the differences in words. Nothing is written. Memory is bounded by one count a day, one
count a minute of a day, and one page of posts.
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
from pipeline.store import sort_key
from pipeline.store.contract import CopyAccess, ExportRow, Store
from pipeline.store.copy.copied_decks import every_record
from pipeline.store.past.post_past import decode_past

SAMPLED_ROWS = 400
MAX_POSTS_NAMED = 20
_NEIGHBOURS = 4
"""Adjacent posts that are compared at each sampled time."""

_MS_A_DAY = 86_400_000
_MS_A_MINUTE = 60_000
_TIMEOUT_S = 600.0
_EVERYTHING = "*"


class _Id(msgspec.Struct):
    id: str


@dataclass(slots=True)
class Comparison:
    """Numbers of things compared, and the differences in words."""

    posts: int = 0
    months: int = 0
    tombstones: int = 0
    accounts: int = 0
    coverage: int = 0
    decks: int = 0
    sampled: int = 0
    differences: list[str] = field(default_factory=list)


def compare(
    source: Store, target: Store, *, sample: int = SAMPLED_ROWS, rng: random.Random | None = None
) -> Comparison:
    """Compare two stores; at most `MAX_POSTS_NAMED` posts that differ are named.

    Args:
        source: store that was copied.
        target: its copy.
        sample: posts that are compared byte by byte.
        rng: chooses the sample.
    """
    made = Comparison()
    days = _days(source)
    made.posts = sum(days.values())
    _compare_counts(made, days, _days(target))
    out, into = source.copy_access(), target.copy_access()
    made.tombstones = _compare_sets(made, "tombstones", _tombstones(out), _tombstones(into))
    made.accounts = _compare_sets(made, "deleted accounts", _accounts(out), _accounts(into))
    made.decks = sum(1 for _ in source.deck_records().all("columns"))
    _compare_sets(made, "parts of decks", _decks(source), _decks(target))
    rows, others = set(source.coverage()), set(target.coverage())
    made.coverage = len(rows)
    if rows != others:
        made.differences.append(f"coverage: {len(rows - others)} rows are missing, {len(others - rows)} are others")
    rng = rng or random.Random()
    picks = _pick(source, days, -(-sample // _NEIGHBOURS), rng) if days else []
    made.differences += list(_compare_sample(made, out, into, picks))
    return made


def _days(store: Store) -> dict[int, int]:
    with store.reading(timeout_s=_TIMEOUT_S) as reading:
        return dict(reading.timeline(parse(_EVERYTHING), interval_ms=_MS_A_DAY).buckets)


def _compare_counts(made: Comparison, here: dict[int, int], there: dict[int, int]) -> None:
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


def _compare_sets(made: Comparison, what: str, here: Iterable[str], there: Iterable[str]) -> int:
    """Compare two sets that are too large for memory by their sizes and the sums of their members' hashes."""
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


def _tombstones(access: CopyAccess) -> Iterator[str]:
    for stones in access.tombstones():
        yield from (f"{stone.seq} {stone.at} {stone.id}" for stone in stones)


def _accounts(access: CopyAccess) -> Iterator[str]:
    for accounts in access.accounts():
        yield from (f"{stone.name} {stone.until} {stone.at}" for stone in accounts)


def _decks(store: Store) -> Iterator[str]:
    for record in every_record(store.deck_records()):
        yield f"{record.deck} {record.part} {record.data.decode()}"


def _pick(store: Store, days: dict[int, int], count: int, rng: random.Random) -> list[tuple[int, int]]:
    """Return a random (minute, time within it), both in ms; a minute is as probable as it holds posts."""
    picks: list[tuple[int, int]] = []
    with store.reading(timeout_s=_TIMEOUT_S) as reading:
        for day, wanted in Counter(rng.choices(list(days), list(days.values()), k=count)).items():
            line = reading.timeline(parse(_EVERYTHING), interval_ms=_MS_A_MINUTE, since=day, until=day + _MS_A_DAY)
            minutes = dict(line.buckets)
            chosen = rng.choices(list(minutes), list(minutes.values()), k=wanted) if minutes else []
            picks += [(minute, minute + rng.randrange(_MS_A_MINUTE)) for minute in chosen]
    return picks


def _compare_sample(made: Comparison, out: CopyAccess, into: CopyAccess, picks: list[tuple[int, int]]) -> Iterator[str]:
    """Yield the posts that differ among those at the picked moments, or else at the beginning of their minutes."""
    named, seen = 0, set[str]()
    for minute, at in picks:
        found = _from(out, at) or _from(out, minute)
        rows = {msgspec.json.decode(row.body, type=_Id).id: row for row in found}
        copies = into.posts_by_id([post_id for post_id in rows if post_id not in seen])
        for post_id, row in rows.items():
            if post_id in seen:
                continue
            seen.add(post_id)
            if (difference := _difference(row, copies.get(post_id))) and named < MAX_POSTS_NAMED:
                named += 1
                yield f"{post_id}: {difference}"
    made.sampled = len(seen)


def _from(access: CopyAccess, at_ms: int) -> list[ExportRow]:
    pages = access.posts(since=sort_key.floor(at_ms), at_once=_NEIGHBOURS)
    return next(pages, [])


def _difference(row: ExportRow, other: ExportRow | None) -> str:
    if other is None:
        return "is missing"
    if other.body != row.body:
        return "is another"
    if other.raw != row.raw:
        return "its raw record is another" if other.raw else "its raw record is missing"
    if decode_past(other.past) != decode_past(row.past):
        return "what was replaced in it is another"
    return "" if other.touched == row.touched else "it was touched by an edit in one only"
