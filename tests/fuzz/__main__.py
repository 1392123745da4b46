"""`python -m tests.fuzz --minutes N [--only part] [--seed S] [--case N]`.

Exit status 1 names what failed, and how to see it again.
"""

from __future__ import annotations

import argparse
import importlib
import secrets
import sys
import time

from tests.fuzz.running import Fault, Run

PARTS = ("records", "queries", "http", "sockets")


def main() -> int:
    """Return the exit status: 0 if nothing failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="for all parts together")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--case", type=int, help="one case alone, as a failure names it")
    options = parser.parse_args()
    parts = [options.only] if options.only else list(PARTS)
    failed = 0
    for name in parts:
        until_s = time.monotonic() + options.minutes * 60 / len(parts)
        run = Run(name, options.seed, until_s, options.case)
        began_s = time.monotonic()
        try:
            importlib.import_module(f"tests.fuzz.{name}").run(run)
        except Fault as fault:
            failed += 1
            print(f"{name}: FAILED: {fault.what}\n  input: {fault.data!r}")
            print(f"  again: python -m tests.fuzz --only {name} --seed {options.seed} --case {run.number}", flush=True)
        else:
            print(
                f"{name}: {run.done:,} cases in {time.monotonic() - began_s:.0f} s, seed {options.seed}: well",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
