"""`make bench-match`: our matcher against Lucene's monitor and Elasticsearch's percolator, in one run.

All sides read the same generated files. Their matches are compared pair by pair before anything is timed; then come
warm-up runs, and rounds in which the sides take turns. Printed are the medians of each side and the median of the
rounds' ratios, as a Markdown table; `--write` puts it into bench/match/RESULTS.md as well. `--quick` times fewer rounds
and shorter warm-ups, to see that all works: its figures are not to be quoted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.match import corpus, lucene
from bench.match.ours import Ours
from bench.match.peer import Side
from bench.match.percolator import POSTS, Percolator
from pipeline.assembly import open_matcher
from pipeline.settings import load
from tests.paths import PROJECT
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.server import running

CACHE = PROJECT / ".cache" / "bench-match"
RESULTS = Path(__file__).with_name("RESULTS.md")
BATCH = 100


@dataclass(frozen=True, slots=True)
class Effort:
    """Length of the measurement: the peer's runs before a warm comparison, and the rounds of each comparison."""

    warm_up: int
    rounds: int


QUICK = Effort(warm_up=2, rounds=3)
FULL = Effort(warm_up=15, rounds=7)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: timed by CPU time where both sides have one core, by the clock where the peer has all cores.

    `warm`: the peer has run for a while before; else the rounds begin with its first run.
    """

    what: str
    goal: str
    batch: int
    analyse: bool
    by_cpu: bool
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: posts a second of both sides, and the medians of their ratio by round."""

    what: str
    matches: float
    ours: float
    peer_name: str
    peer: float
    ratio: float
    goal: str

    def markdown(self) -> str:
        """Return the line."""
        return (
            f"| {self.what} | {self.matches:.1f} | {self.ours:,.0f} | {self.peer_name} | {self.peer:,.0f}"
            f" | **{self.ratio:.1f}×** | {self.goal} |"
        )


def compare(comparison: Comparison, ours: Side, peer: Side, effort: Effort) -> Row:
    """Time both sides by turns and return the line."""
    batch, analyse = comparison.batch, comparison.analyse
    for _ in range(effort.warm_up if comparison.warm else 0):
        peer.run(batch, analyse=analyse)
    ours.run(batch, analyse=analyse)
    rates: tuple[list[float], list[float]] = ([], [])
    matches = 0.0
    for _ in range(effort.rounds):
        for side, seen in zip((ours, peer), rates, strict=True):
            timing = side.run(batch, analyse=analyse)
            seen.append(timing.posts / (timing.cpu_s if comparison.by_cpu else timing.wall_s))
            matches = timing.matches / timing.posts
    row = Row(
        comparison.what,
        matches,
        statistics.median(rates[0]),
        peer.name,
        statistics.median(rates[1]),
        statistics.median(mine / theirs for mine, theirs in zip(*rates, strict=True)),
        comparison.goal,
    )
    print(row.markdown(), flush=True)
    return row


def must_agree(ours: Side, peer: Side, posts: int) -> None:
    """Compare all matches on the first posts; end the bench if a single one differs."""
    mine, theirs = ({pair for pair in side.pairs(BATCH) if pair[0] < posts} for side in (ours, peer))
    if mine != theirs or not mine:
        print(f"{ours.name} and {peer.name} differ in {len(mine ^ theirs)} of {len(mine | theirs)} matches")
        print(sorted(mine ^ theirs)[:10])
        sys.exit(1)
    print(f"{ours.name} and {peer.name}: the same {len(mine):,} matches on {posts:,} posts", flush=True)


def against_lucene(effort: Effort, core: int) -> list[Row]:
    """Return the lines for the scenarios with many matches."""
    lucene.build(CACHE / "lucene")
    rows = []
    for name in ("busy-1k", "busy-10k"):
        posts, searches = CACHE / f"{name}.posts.jsonl", CACHE / f"{name}.searches.jsonl"
        ours = Ours(posts, searches)
        with (
            closing(lucene.Lucene(CACHE / "lucene", posts, searches, core)) as pinned,
            closing(lucene.Lucene(CACHE / "lucene", posts, searches, None)) as free,
        ):
            must_agree(ours, pinned, sum(1 for _ in posts.open()))
            ready, batches = f"{name}, tokens ready", f"batches of {BATCH}"
            comparisons = (
                (pinned, Comparison(f"{ready}, {batches}", "15×", BATCH, analyse=False, by_cpu=True)),
                (pinned, Comparison(f"{name}, all in, {batches}", "8×", BATCH, analyse=True, by_cpu=True)),
                (pinned, Comparison(f"{ready}, one by one", "", 1, analyse=False, by_cpu=True)),
                (pinned, Comparison(f"{ready}, {batches}, JVM warm", "", BATCH, analyse=False, by_cpu=True, warm=True)),
                (free, Comparison(f"{ready}, {batches}, JVM warm", "", BATCH, analyse=False, by_cpu=False, warm=True)),
            )
            rows += [compare(comparison, ours, peer, effort) for peer, comparison in comparisons]
    return rows


def against_elasticsearch(effort: Effort) -> list[Row]:
    """Return the lines for the percolator, by itself and as MATCHER=percolator uses it; without a server here, none."""
    posts, searches = CACHE / "calm-1k.posts.jsonl", CACHE / "calm-1k.searches.jsonl"
    ours = Ours(posts, searches)
    try:
        with running(measured=True) as url:
            peer = Percolator(url, posts, searches)
            must_agree(ours, peer, POSTS)
            what = f"calm-1k, all in, batches of {BATCH}; ours in process, theirs over HTTP"
            comparison = Comparison(what, "10×", BATCH, analyse=True, by_cpu=False, warm=True)
            rows = [compare(comparison, ours, peer, effort)]
            settings = load({"ELASTICSEARCH_URL": url, "MATCHER": "percolator"})
            with_percolator = Ours(posts, searches, open_matcher(settings), name="MATCHER=percolator", most=POSTS)
            must_agree(ours, with_percolator, POSTS)
            what = f"calm-1k, all in, batches of {BATCH}; MATCHER=memory against MATCHER=percolator"
            comparison = Comparison(what, "", BATCH, analyse=True, by_cpu=False, warm=True)
            return [*rows, compare(comparison, ours, with_percolator, effort)]
    except CannotAssemble as error:
        print(f"no Elasticsearch here: {error}")
        return []


def standing() -> str:
    """Return the cost of standing searches, as sentences."""
    done = subprocess.run([sys.executable, "-m", "bench.match.standing"], capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    return (
        f"In processor time: {figures['searches']:,} searches load in "
        f"{figures['parsing_s'] + figures['adding_s']:.1f} s "
        f"({figures['parsing_s']:.1f} s parsing, {figures['adding_s']:.1f} s adding) and take "
        f"{figures['memory_bytes']:.0f} bytes each, tree and key included. One change (remove and add) takes "
        f"{figures['change_median_us']:.0f} µs in the median, {figures['change_p99_us']:.0f} µs at p99, "
        f"{figures['change_max_us']:.0f} µs at most of 5,000."
    )


def report(rows: Sequence[Row], costs: str, effort: Effort) -> str:
    """Return the page of results."""
    scenarios = "; ".join(f"{s.name}: {s.searches:,} searches, {s.posts:,} posts" for s in corpus.SCENARIOS)
    lines = [
        "# Matching, against its peers",
        "",
        *(["Preliminary: a quick run on a machine that did other things.", ""] if effort is QUICK else []),
        f"`make bench-match`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}. Medians of {effort.rounds} interleaved rounds; the first lines of a "
        "scenario follow the one pass that compared the matches, those marked warm (and Elasticsearch) come after "
        f"{effort.warm_up} more runs of the peer. Matches were equal pair by pair before the clock ran.",
        "",
        "| what | matches a post | ours, posts/s | peer | peer, posts/s | ratio | goal |",
        "|---|---|---|---|---|---|---|",
        *(row.markdown() for row in rows),
        "",
        costs,
        "",
        f"Corpus (`corpus.py`): {scenarios}; posts of 5 to 25 ASCII words by Zipf's law, searches of 1 to 3 terms "
        "(one, all of, any of). Both sides take every match out of the answer. Our matcher and the peer run on one and "
        "the same core, by turns, and posts are counted by second of processor time (of the whole process: the Java "
        "side's compiler and collector included). Where a peer has all cores, both count by the clock, and "
        "so does Elasticsearch. The clock starts with tokens in memory (“tokens ready”) or with texts (“all in”: our "
        "`describe`, Lucene's `StandardAnalyzer`).",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run it all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="see that it works; the figures mean little")
    options.add_argument("--write", action="store_true", help="put the table into bench/match/RESULTS.md")
    chosen = options.parse_args()
    effort = QUICK if chosen.quick else FULL
    corpus.write(CACHE)
    costs = standing()
    print(costs, flush=True)
    core = max(os.sched_getaffinity(0))
    every = os.sched_getaffinity(0)
    rows = against_elasticsearch(effort)
    os.sched_setaffinity(0, {core})
    try:
        rows = against_lucene(effort, core) + rows
    finally:
        os.sched_setaffinity(0, every)
    page = report(rows, costs, effort)
    print("\n" + page)
    if chosen.write:
        RESULTS.write_text(page)


if __name__ == "__main__":
    main()
