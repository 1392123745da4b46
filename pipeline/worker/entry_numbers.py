"""Entry numbers of a batch's posts: for each search, those that began to match later than they were first stored.

A new post has no past, so that a batch of new posts costs one look at each. Pure: nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.match.contract import StandingMatcher
from pipeline.store.contract import Entry
from pipeline.store.past.entry_number import entered_numbers


def entered_by_search(
    matcher: StandingMatcher, entries: Sequence[Entry], matches: Mapping[str, Sequence[int]]
) -> dict[str, dict[str, int]]:
    """Return the entry numbers that differ from the first numbers, by search and id.

    `matches` maps a search's key to the indexes of its posts in `entries`.
    """
    replaced = {index for index, entry in enumerate(entries) if entry.past.until}
    found: dict[str, dict[str, int]] = {}
    if not replaced:
        return found
    for key, indexes in matches.items():
        some = [entries[index] for index in indexes if index in replaced]
        if some:
            posts = ((one.post.id, one.document, one.post.first_seq, one.past) for one in some)
            numbers = entered_numbers(matcher.root(key), posts)
            if numbers:
                found[key] = numbers
    return found
