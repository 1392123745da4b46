"""What accepted posts matched before and do not match now. Pure: the matcher is asked, nothing is sent.

Where the former version is known and was published, the matcher compares the two. Else (a redelivery; a version that a
worker stored and died over, so that nobody was told of it): after a change of numbers, the searches that could have
matched with others are told; after an edit, everybody, with the searches that still do.
What is said of everybody holds only if the searches have not changed since they were matched; COMMIT sees to that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.broker.keys import Names
from pipeline.match.contract import StandingMatcher
from pipeline.publish.messages import Message, edited_messages, retraction_messages
from pipeline.store.contract import Entry


def retraction_messages(
    names: Names, matcher: StandingMatcher, entries: Sequence[Entry], matches: Mapping[str, Sequence[int]], safe: int
) -> list[Message]:
    """Return the notices for entries that ever changed.

    `matches` is key → indexes of what they match now; `safe` the number up to which everything was published.
    """
    gone: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    replaced = [entry for entry in entries if _is_known(entry, safe)]
    pairs = [(entry.before, entry.document) for entry in replaced if entry.before is not None]
    if pairs:
        for key, places in matcher.lost(pairs).items():
            gone[key] += [_named(replaced[place]) for place in places]
    again = [entry for entry in entries if entry.post.changed == 1 and not _is_known(entry, safe)]
    if again:
        for key, places in matcher.lost_by_counts([entry.document for entry in again]).items():
            gone[key] += [_named(again[place]) for place in places]
    return retraction_messages(names, gone) + edited_messages(names, _edited(entries, matches, safe))


def concerns_every_search(entries: Sequence[Entry], safe: int) -> bool:
    """Tell whether the notices for these entries say something of searches they do not name."""
    return any(entry.post.changed > 1 and not _is_known(entry, safe) for entry in entries)


def _is_known(entry: Entry, safe: int) -> bool:
    """Tell whether watchers hold the version that this one replaced: known here, and published."""
    return entry.before is not None and entry.before_seq <= safe


def _edited(
    entries: Sequence[Entry], matches: Mapping[str, Sequence[int]], safe: int
) -> list[tuple[str, int, list[str]]]:
    still: dict[int, list[str]] = {
        index: [] for index, entry in enumerate(entries) if entry.post.changed > 1 and not _is_known(entry, safe)
    }
    if still:
        for key, indexes in matches.items():
            for index in indexes:
                if index in still:
                    still[index].append(key)
    return [(*_named(entries[index]), keys) for index, keys in still.items()]


def _named(entry: Entry) -> tuple[str, int]:
    return entry.post.id, entry.post.version
