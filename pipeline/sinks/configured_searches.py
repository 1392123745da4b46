"""Searches of the setting `SINKS`: parses them, groups them by sink, and limits their number.

All faults are reported in one `SettingsError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.errors import QueryError, SettingsError
from pipeline.query.tree import Query

MAX_SEARCHES = 32
"""Most searches of all sinks. The store runs each of them once a second while posts arrive."""


def searches_by_sink(sinks: Sequence[tuple[str, str]], parse: Callable[[str], Query]) -> dict[str, list[Query]]:
    """Return sink → its searches. `sinks` has pairs of sink and search text.

    Raises:
        SettingsError: a text is no search, or there are more than `MAX_SEARCHES`.
    """
    found: dict[str, list[Query]] = {}
    problems = []
    for name, text in sinks:
        try:
            found.setdefault(name, []).append(parse(text))
        except QueryError as error:
            problems.append(f"SINKS: {name} = {text}: {error}")
    if len(sinks) > MAX_SEARCHES:
        problems.append(f"SINKS: {len(sinks)} searches, at most {MAX_SEARCHES}")
    if problems:
        raise SettingsError(problems)
    return found
