"""Procfile: the processes of the product and their commands, in a checkout or an installed package."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

PROCESSES = ("web", "reader", "worker", "upkeep", "sinks")
"""Processes of an installed package, which has no Procfile."""


def procfile(path: Path) -> dict[str, list[str]]:
    """Return the commands of a Procfile by name, with files of the project (`bin/…`) as absolute paths.

    Without a Procfile each process is a `murmur` command.
    """
    if not path.exists():
        return {name: [sys.executable, "-m", "cli", name] for name in PROCESSES}
    lines = {}
    for line in path.read_text().splitlines():
        name, colon, command = line.partition(":")
        if not colon or name.startswith("#"):
            continue
        words = shlex.split(command)
        lines[name.strip()] = [str(path.parent / word) if word.startswith("bin/") else word for word in words]
    return lines
