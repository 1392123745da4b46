"""Messages of a batch's matched posts, with the entry numbers of those that began to match later than they were stored.

A new post has no past, so that a batch of new posts costs one look at each. Pure: nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.broker.keys import Names
from pipeline.match.contract import StandingMatcher
from pipeline.publish.messages import Message, posts_messages
from pipeline.store.contract import Entry
from pipeline.store.past.entry_number import entered_numbers


def matched_post_messages(
    names: Names, matcher: StandingMatcher, entries: Sequence[Entry], matches: Mapping[str, Sequence[int]]
) -> list[Message]:
    """Return the messages of each search for the entries that match it; `matches` is key → indexes of these."""
    entered = entered_by_search(matcher, entries, matches)
    return posts_messages(names, matches, [entry.body for entry in entries], entered)


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
