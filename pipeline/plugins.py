"""What installed packages offer: sources and sinks under two entry points, found by name and loaded when asked for.

    [project.entry-points."murmuration.sources"]
    quakes = "quakes:Quakes"

The object is called with the package's own options: the environment's variables that begin with the name, that part
taken off and in lower case (`QUAKES_URL` is `url`). Nothing is loaded but what a setting names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any

from pipeline.errors import SettingsError

SOURCES_GROUP = "murmuration.sources"
SINKS_GROUP = "murmuration.sinks"


@lru_cache(maxsize=4)
def offered(group: str) -> tuple[str, ...]:
    """Return the names that installed packages offer in a group; a name is letters, digits and _."""
    return tuple(sorted({one.name for one in entry_points(group=group) if one.name.isidentifier()}))


def options(name: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the options of an installed source or sink out of an environment (this process's by default)."""
    environ = os.environ if environ is None else environ
    prefix = f"{name.upper()}_"
    return {key.removeprefix(prefix).lower(): value for key, value in environ.items() if key.startswith(prefix)}


def make(group: str, name: str) -> Any:
    """Return what a package offers under a name, made with its options.

    Raises:
        SettingsError: there is no such name, or the package fails; its own text is the reason.
    """
    found = [one for one in entry_points(group=group) if one.name == name]
    if not found:
        raise SettingsError([f"{name}: no installed package offers it in {group}"])
    try:
        return found[0].load()(options(name))
    except Exception as error:
        raise SettingsError([f"{name}: {found[0].value} cannot be used: {type(error).__name__}: {error}"]) from error
