"""Catalog of sources by name: opens a source or its look-up, probes its network, reports on its cursor and on TRACK.

Knows the built-in sources (`catalog_entries.py`) and those of installed packages (`pipeline/plugins.py`). `probe`,
`cursor_age` and `track_finding` (can the source be asked for TRACK?) serve `murmur doctor` and the checks before a
start: none of them reads a post or changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.errors import SettingsError
from pipeline.plugins import SOURCES_GROUP, make, offered
from pipeline.queue.batch import RESERVED
from pipeline.settings import Settings
from pipeline.sources.catalog_entries import CATALOG
from pipeline.sources.contract import Probed, Source
from pipeline.sources.lookup_contract import Lookup


def open_source(
    name: str,
    settings: Settings,
    *,
    track: Callable[[], str] | None = None,
    searches: Callable[[], Sequence[str]] = tuple,
) -> Source:
    """Return the source of a name: a built-in one, or that of an installed package.

    Args:
        name: one of SOURCE's names.
        settings: the credentials and addresses of its network.
        track: returns TRACK as it is now; by default the setting's. X is asked for these posts only.
        searches: returns the searches that people look at, older first; X is asked for them under TRACK=searches.

    Raises:
        SettingsError: there is no such source, or the installed one has another name than its entry point.
    """
    if name in CATALOG:
        return CATALOG[name].open(settings, track or (lambda: settings.track), searches)
    if name in offered(SOURCES_GROUP):
        installed: Source = make(SOURCES_GROUP, name)
        if installed.name != name or name in RESERVED:
            raise SettingsError(
                [f"SOURCE={name}: an installed source's name must be its entry point's, and not reserved"]
            )
        return installed
    raise SettingsError([f"SOURCE={name}: this source cannot be read yet"])


def open_lookup(name: str, settings: Settings) -> Lookup | None:
    """Return the look-up of a source's network, None where there is none."""
    entry = CATALOG.get(name)
    return entry.open_lookup(settings) if entry is not None and entry.open_lookup is not None else None


def probe(name: str, settings: Settings) -> list[Probed]:
    """Return what is found of a source's network: reachable, credentials accepted; [] for one without a network."""
    entry = CATALOG.get(name)
    if entry is None:
        return _probe_installed(name) if name in offered(SOURCES_GROUP) else []
    return entry.probe(settings) if entry.probe is not None else []


def _probe_installed(name: str) -> list[Probed]:
    try:
        found: list[Probed] = list(make(SOURCES_GROUP, name).probe())
    except Exception as error:  # noqa: BLE001 - doctor reports any error of an installed package
        return [Probed(False, f"{type(error).__name__}: {error}"[:300])]
    return found


def cursor_age(name: str, cursor: str, settings: Settings) -> Probed | None:
    """Return how old a source's cursor is and how much of its budget is used; None where the source has neither."""
    entry = CATALOG.get(name)
    return entry.cursor_age(cursor, settings) if entry is not None and entry.cursor_age is not None else None


def track_finding(name: str, track: str) -> Probed | None:
    """Return whether a source that must be asked for posts can be asked for TRACK; None for any other source."""
    entry = CATALOG.get(name)
    return entry.track_finding(track) if entry is not None and entry.track_finding is not None else None
