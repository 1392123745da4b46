"""Command that runs the worker of a role in a Celery application: `… APPLICATION ROLE NUMBER`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import cast

from pipeline.jobs.app import Role, work
from pipeline.settings import load


def main(application: str, role: str, number: str) -> int:
    """Run the worker until a signal ends it; return its exit status."""
    return work(import_module(application).app, cast("Role", role), load(), int(number))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
