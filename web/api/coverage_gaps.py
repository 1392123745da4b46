"""Coverage gaps of a timeline: spans when nothing, or not all sources, were collected; and where the timeline ends.

A row of coverage says what one source did. So each row is cut where other sources collected, and each piece says
whether the gap is partial. A row whose posts were collected later is no gap. During a full outage a timeline without a
chosen end ends now. Pure functions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.store.contract import CoverageRow

EVER = 2**63
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """A span in which a source was not collected, or (`row.sampled`) in part only.

    `partial`: other sources were collected meanwhile.
    """

    row: CoverageRow
    partial: bool


def coverage_gaps(rows: Sequence[CoverageRow], named: Collection[str]) -> list[CoverageGap]:
    """Return the gaps that rows of one span of time show, oldest first.

    A source that is no longer `named` in the settings counts as missing only until another source is collected.
    """
    rows = [row for row in rows if not row.imported]
    by_source = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    whole = {source: _collected(mine, ("",)) for source, mine in by_source.items()}
    any_part = {source: _collected(mine, ("", "sampled")) for source, mine in by_source.items()}
    all_whole, all_parts = _joined(whole.values()), _joined(any_part.values())
    found = []
    for row in rows:
        if not row.why or row.collected_later:
            continue
        others = all_whole if row.sampled else all_parts
        since, until = _span(row)
        if row.until is None and row.source not in named:
            until = min([max(start, since) for start, end in all_parts if end > since], default=until)
        for start, end, partial in _cut(since, until, others):
            found.append(CoverageGap(replace(row, since=start, until=None if end == EVER else end), partial))
    return sorted(found, key=lambda one: one.row.since)


def end_and_gaps(
    rows: Sequence[CoverageRow], named: Collection[str], *, since: int, until: int, now: int | None
) -> tuple[int, list[CoverageGap]]:
    """Return the end of a timeline and the gaps in it.

    Args:
        now: the time in ms where the reader chose no end, None where one was chosen. Such a timeline ends just behind
            its newest count. During an outage it ends now, so that the outage shows before it is over; but not for a
            recording of other days, whose posts were written before anything was collected here.
    """
    found = coverage_gaps(rows, named)
    if now is not None and any(one.row.until is None and not (one.partial or one.row.sampled) for one in found):
        began = min((row.since for row in rows if not row.why), default=until)
        until = max(until, now) if began < until else until
    return until, [one for one in found if one.row.since < until and _span(one.row)[1] > since]


def _span(row: CoverageRow) -> tuple[int, int]:
    return row.since, EVER if row.until is None else row.until


def _kind(row: CoverageRow) -> str:
    return "sampled" if row.sampled else "none" if row.why and not row.collected_later else ""


def _collected(rows: Iterable[CoverageRow], kinds: tuple[str, ...]) -> Spans:
    """Return when one source was collected: the spans of rows of these kinds, less those of its other rows."""
    spans = _joined([[_span(row) for row in rows if _kind(row) in kinds]])
    without = _joined([[_span(row) for row in rows if _kind(row) not in kinds]])
    return [(start, end) for span in spans for start, end, inside in _cut(*span, without) if not inside]


def _joined(several: Iterable[Spans]) -> Spans:
    """Return the union of spans, in order; no two touch or overlap."""
    joined: Spans = []
    for start, end in sorted(span for spans in several for span in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _cut(since: int, until: int, at: Spans) -> list[tuple[int, int, bool]]:
    """Return a span in pieces, in order, each with whether it lies inside one of the spans `at`."""
    pieces: list[tuple[int, int, bool]] = []
    first = max(0, bisect_right(at, (since, EVER)) - 1)
    for start, end in at[first:]:
        if max(start, since) >= until:
            break
        if end <= since:
            continue
        if start > since:
            pieces.append((since, start, False))
        pieces.append((max(start, since), min(end, until), True))
        since = min(end, until)
    if since < until:
        pieces.append((since, until, False))
    return pieces
