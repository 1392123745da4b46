"""Verdict of a run: a row for each phase, and for each promise whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from bench.outage.trial import Phase, Trial
from tests.e2e.cluster import documents
from tests.e2e.product import until
from tests.e2e.sender import WORD, exported

Promise = tuple[str, str, bool]
"""The promise, the observation, and whether it was kept."""

WATCHER_S = 60
NAMED = 5


def table(phases: Sequence[Phase]) -> str:
    """Return the phases as rows of Markdown."""
    head = (
        "phase",
        "lasted",
        "posts sent / stored",
        "greatest queue: batches / posts",
        "/readyz",
        "503 after",
        "page informed after",
        "reported as well again after",
        "drained after",
    )
    rows = [head, ("---",) * len(head)]
    rows += [
        (
            phase.name,
            f"{phase.over - phase.began:.0f} s",
            f"{phase.sent:,} / {phase.stored:,}",
            f"{phase.batches} / {phase.posts:,}",
            ", ".join(sorted(phase.statuses)),
            _seconds(phase.readyz_s),
            _seconds(phase.page_s),
            _seconds(phase.well_s),
            _seconds(phase.drained_s),
        )
        for phase in phases
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def promises(run: Trial, calm: Phase, broken: Sequence[Phase]) -> list[Promise]:
    """Return the promises about a run whose queue is drained and whose sender has ended."""
    sent, onlooker = run.sender.posts, run.onlooker
    _await_watcher(run)
    stored = exported(run.product.url)
    there = documents(run.elastic.url, WORD)
    held = onlooker.held
    twice = len(stored) - len(dict(stored))
    wrong = _differing(sent, dict(stored))
    unseen = _differing(sent, held)
    again = sum(onlooker.came.values()) - len(onlooker.came)
    found: list[Promise] = [
        (
            "every post is stored, once, as it was last sent",
            f"{len(stored):,} of {len(sent):,} exported, {twice} twice, {there:,} documents{_named(wrong)}",
            not wrong and not twice and there == len(sent),
        ),
        (
            "the watcher holds each, once, as it was last sent",
            f"{len(held):,} of {len(sent):,}; {again:,} came more than once on the wire; "
            f"{_listed(onlooker.troubles) or 'no lag, no reset'}{_named(unseen)}",
            not unseen,
        ),
        ("no dead letters", str(run.signs.dead()), run.signs.dead() == 0),
    ]
    for phase in broken:
        found += _of(phase, calm)
    for cut, kept in run.cuts:
        found.append(
            (
                f"killed in the middle of a bulk ({cut.moment})",
                f"{cut.sent_bytes:,} of {cut.size_bytes:,} bytes were sent, {cut.after_s * 1000:.0f} ms before "
                f"(usually {cut.usual_s * 1000:.0f} ms to an answer); the answer "
                f"{'had begun' if cut.had_answered else 'had not begun'} and none came through; of "
                f"{len(cut.created)} documents {kept} were on disk",
                cut.had_answered == (cut.moment == "answered"),
            )
        )
    return found


def _of(phase: Phase, calm: Phase) -> list[Promise]:
    return [
        (
            f"{phase.name}: the queue grows and drains",
            f"{phase.batches} batches (calm: {calm.batches}), drained after {_seconds(phase.drained_s)}",
            phase.batches > calm.batches and phase.drained_s is not None,
        ),
        (
            f"{phase.name}: /readyz and the page report it, and its end",
            f"{_seconds(phase.readyz_s)} and {_seconds(phase.page_s)}; end {_seconds(phase.well_s)}"
            + (f"; reasons: {'; '.join(phase.notes)}" if phase.notes else ""),
            None not in (phase.readyz_s, phase.page_s, phase.well_s),
        ),
    ]


def _await_watcher(run: Trial) -> None:
    """Wait for posts on their way to the watcher; a post that does not come counts as missing."""
    with suppress(AssertionError):
        until(lambda: run.onlooker.held == run.sender.posts, WATCHER_S, every=0.5)


def _differing(wanted: dict[str, int], found: dict[str, int]) -> list[str]:
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def _named(ids: list[str]) -> str:
    return f"; not as sent: {len(ids)}, {', '.join(ids[:NAMED])}" if ids else ""


def _listed(troubles: dict[str, int]) -> str:
    return ", ".join(f"{kind} {times}" for kind, times in sorted(troubles.items()))


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
