"""Starts the whole product against a simulated network with faults: `python -m tests.sources.simulators bluesky`.

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

from tests.sources.simulators import bluesky_scenario, x_scenario

PROJECT = Path(__file__).parents[3]
TROUBLE_EVERY_S = 20.0
SCENARIOS = {"bluesky": bluesky_scenario.begin, "x": x_scenario.begin}


def main(arguments: list[str]) -> int:
    """Run one network and the product until a signal ends both; return the product's exit status."""
    if len(arguments) != 1 or arguments[0] not in SCENARIOS:
        print(f"one of: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    network = arguments[0]
    ending = threading.Event()
    with ExitStack() as stack:
        settings, troubles = SCENARIOS[network](stack, ending)
        environ = {"DATA_DIR": str(Path("data") / f"demo-{network}")} | dict(os.environ) | settings
        # A session of its own: a signal of the terminal would reach the product twice.
        product = subprocess.Popen([str(PROJECT / "bin" / "murmur"), "run"], env=environ, start_new_session=True)

        def end(number: int, frame: object) -> None:
            ending.set()
            product.send_signal(number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, end)
        threading.Thread(target=_trouble, args=(troubles, ending), daemon=True).start()
        status = product.wait()
        ending.set()
    return status


def _trouble(troubles: Iterator[Callable[[], str]], ending: threading.Event) -> None:
    for trouble in itertools.cycle(troubles):
        if ending.wait(TROUBLE_EVERY_S):
            return
        print(f"simulator: {trouble()}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
