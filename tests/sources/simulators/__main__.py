"""The whole product against a network on this machine that has bad days: `python -m tests.sources.simulators bluesky`.

Starts the simulators, then `murmur run` pointed at them, and ends both together. Every few seconds something goes wrong
and is named in the terminal, so that a person can watch in the page what becomes of it.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.sources.simulators import bluesky_days, x_days

PROJECT = Path(__file__).parents[3]
TROUBLE_EVERY_S = 20.0
DAYS = {"bluesky": bluesky_days.begin, "x": x_days.begin}


def main(arguments: list[str]) -> int:
    """Run one network and the product until told to end; return the product's exit status."""
    if len(arguments) != 1 or arguments[0] not in DAYS:
        print(f"one of: {', '.join(DAYS)}", file=sys.stderr)
        return 2
    network = arguments[0]
    told = threading.Event()
    with ExitStack() as stack:
        settings, troubles = DAYS[network](stack, told)
        environ = {"DATA_DIR": str(Path("data") / f"demo-{network}")} | dict(os.environ) | settings
        # A session of its own: what a terminal tells all of us at once would reach it twice.
        product = subprocess.Popen([str(PROJECT / "bin" / "murmur"), "run"], env=environ, start_new_session=True)

        def end(number: int, frame: object) -> None:
            told.set()
            product.send_signal(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, end)
        threading.Thread(target=_trouble, args=(troubles, told), daemon=True).start()
        status = product.wait()
        told.set()
    return status


def _trouble(troubles: Iterator[Callable[[], str]], told: threading.Event) -> None:
    for trouble in itertools.cycle(troubles):
        if told.wait(TROUBLE_EVERY_S):
            return
        print(f"simulator: {trouble()}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
