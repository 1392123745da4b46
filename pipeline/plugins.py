"""Plugins: finds sources and sinks of installed packages by their entry points, and makes them with their options.

    [project.entry-points."murmuration.sources"]
    quakes = "quakes:Quakes"

The object is called with the package's own options: the environment variables that begin with the name, without that
prefix and in lower case (`QUAKES_URL` becomes `url`). Only packages that a setting names are loaded. A package that is
missing or fails becomes a `SettingsError`.
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
    """Return the names that installed packages offer in a group; a name consists of letters, digits and _."""
    return tuple(sorted({one.name for one in entry_points(group=group) if one.name.isidentifier()}))


def options(name: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the options of an installed source or sink from an environment (by default, of this process)."""
    environ = os.environ if environ is None else environ
    prefix = f"{name.upper()}_"
    return {key.removeprefix(prefix).lower(): value for key, value in environ.items() if key.startswith(prefix)}


def make(group: str, name: str) -> Any:
    """Return the source or sink that a package offers under a name, made with its options.

    Raises:
        SettingsError: no package offers the name, or the package fails; the text contains the package's error.
    """
    found = [one for one in entry_points(group=group) if one.name == name]
    if not found:
        raise SettingsError([f"{name}: no installed package offers it in {group}"])
    try:
        return found[0].load()(options(name))
    except Exception as error:
        raise SettingsError([f"{name}: {found[0].value} cannot be used: {type(error).__name__}: {error}"]) from error
