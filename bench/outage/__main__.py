"""`make outage`: breaks Elasticsearch in seven ways under the whole product, which gets 500 posts a second.

    python -m bench.outage [--rate 500] [--down 60] [--release 7.17|9.2] [--matcher memory|percolator]

A phase breaks the server, makes it well again, and waits for what must follow. At the end every post that was sent must
be in the store and with a watcher that was connected all the time. Exit status 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.outage.trial import Trial, trial
from bench.outage.verdict import Promise, promises, table
from tests.e2e.product import until
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import RELEASES, Release


def main() -> int:
    """Run the requested combinations; return the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=500, help="new posts a second")
    options.add_argument("--down", type=float, default=60, help="seconds that the server is stopped")
    options.add_argument("--calm", type=float, default=15, help="seconds of the first phase")
    options.add_argument("--block", type=float, default=30, help="seconds of read-only, and of frozen")
    options.add_argument("--red", type=float, default=20, help="seconds that it is red after a start")
    options.add_argument("--release", choices=RELEASES, help="only this one")
    options.add_argument("--matcher", choices=("memory", "percolator"), help="only this one")
    options.add_argument("--log", type=Path, help="where the product's output goes")
    options.add_argument("--heap", type=int, default=512, help="MB of the server")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"{cores} cores, load {load:.1f}, Python {platform.python_version()}, {given.rate:g} posts/s", flush=True)
    broken = 0
    for name, release in RELEASES.items():
        for matcher in ("memory", "percolator") if release.percolates else ("memory",):
            if given.release in (None, name) and given.matcher in (None, matcher):
                print(f"\nElasticsearch {release.version}, MATCHER={matcher}", flush=True)
                broken += one(release, matcher, given)
    return 1 if broken else 0


def one(release: Release, matcher: str, given: argparse.Namespace) -> int:
    """Run one combination and print its result; return the number of broken promises."""
    with tempfile.TemporaryDirectory(prefix="murmur-outage-") as directory:
        try:
            with trial(Path(directory), release, matcher, given.rate, given.heap) as run:
                try:
                    return shown(run, outages(run, given))
                finally:
                    if given.log:
                        given.log.write_text(run.product.text())
        except CannotAssemble as error:
            print(f"no Elasticsearch here: {error}")
            return 1


def outages(run: Trial, given: argparse.Namespace) -> list[Promise]:
    """Break the server in every way; return each promise and whether it was kept."""
    calm = run.phase("calm", partial(time.sleep, given.calm), heals=False)
    broken = [
        run.phase(f"stopped for {given.down:g} s", partial(run.stop, given.down)),
        run.phase(f"read-only for {given.block:g} s", partial(run.full, given.block)),
        run.phase(f"killed, red for {given.red:g} s", partial(run.red, given.red)),
        run.phase("killed in a bulk of places", partial(run.kill_within_bulk, "-state", "at work")),
        run.phase("killed in a bulk of posts", partial(run.kill_within_bulk, "-posts-", "at work")),
        run.phase("killed, the answer unheard", partial(run.kill_within_bulk, "-posts-", "answered")),
    ]
    frozen = run.phase(f"frozen for {given.block:g} s", partial(run.freeze, given.block))
    run.phase("calm again", partial(time.sleep, given.calm))
    run.sender.end()
    until(lambda: run.signs.waiting().batches == 0, 120)
    return promises(run, calm, [*broken, frozen])


def shown(run: Trial, found: list[Promise]) -> int:
    """Print a run; return the number of broken promises."""
    print(f"\nload at the end {os.getloadavg()[0]:.1f}\n\n{table(run.phases)}\n")
    sender = run.sender
    print(
        f"{len(sender.posts):,} posts in {sender.records:,} records; {sender.refused} bodies refused for a while; "
        f"{sender.late_s:.1f} s behind the rate at most\n"
    )
    for what, seen, kept in found:
        print(f"{'kept  ' if kept else 'BROKEN'}  {what}: {seen}")
    wrong = sum(not kept for *_, kept in found)
    print(f"\n{len(found) - wrong} of {len(found)} promises kept", flush=True)
    run.onlooker.end()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
