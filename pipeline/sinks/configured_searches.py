"""`SINKS` understood: which searches go to which sink."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.errors import QueryError, SettingsError
from pipeline.query.tree import Query

SEARCHES_MAX = 32
"""Searches of all sinks; each is asked of the store once a second while posts arrive."""


def searches_by_sink(sinks: Sequence[tuple[str, str]], parse: Callable[[str], Query]) -> dict[str, list[Query]]:
    """Return sink → its searches.

    Raises:
        SettingsError: one is no search, or they are too many.
    """
    found: dict[str, list[Query]] = {}
    problems = []
    for name, text in sinks:
        try:
            found.setdefault(name, []).append(parse(text))
        except QueryError as error:
            problems.append(f"SINKS: {name} = {text}: {error}")
    if len(sinks) > SEARCHES_MAX:
        problems.append(f"SINKS: {len(sinks)} searches, at most {SEARCHES_MAX}")
    if problems:
        raise SettingsError(problems)
    return found
