"""Messages for posts that changed: retractions for searches that a post no longer matches, and `edited` notices.

The matcher compares two versions where the former one is known and was published. Else (a redelivery; a version that a
worker stored before it died, so no watcher received it) it depends on the change. After a change of counts, searches
that could have matched with other counts get a retraction. After an edit, an `edited` notice goes to every web process
and lists the searches that still match. `concerns_every_search` tells of such a notice: it is valid for one registry
version only, and COMMIT rejects it if the registry has moved. Pure: nothing is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.broker.keys import Names
from pipeline.match.contract import StandingMatcher
from pipeline.publish.messages import Message, edited_messages, retraction_messages
from pipeline.store.contract import Entry


def changed_post_messages(
    names: Names, matcher: StandingMatcher, entries: Sequence[Entry], matches: Mapping[str, Sequence[int]], safe: int
) -> list[Message]:
    """Return the messages for entries that ever changed.

    `matches` is key → indexes of the entries that match now; `safe` the low watermark: every sequence number up to it
    was published.
    """
    retracted: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    replaced = [entry for entry in entries if _is_known(entry, safe)]
    pairs = [(entry.before, entry.document) for entry in replaced if entry.before is not None]
    if pairs:
        for key, places in matcher.lost(pairs).items():
            retracted[key] += [_id_and_version(replaced[place]) for place in places]
    again = [entry for entry in entries if entry.post.changed == 1 and not _is_known(entry, safe)]
    if again:
        for key, places in matcher.lost_by_counts([entry.document for entry in again]).items():
            retracted[key] += [_id_and_version(again[place]) for place in places]
    return retraction_messages(names, retracted) + edited_messages(names, _edited(entries, matches, safe))


def concerns_every_search(entries: Sequence[Entry], safe: int) -> bool:
    """Tell whether the messages for these entries hold for searches that they do not name."""
    return any(entry.post.changed > 1 and not _is_known(entry, safe) for entry in entries)


def _is_known(entry: Entry, safe: int) -> bool:
    """Tell whether the version that this one replaced is known here and was published, so that watchers have it."""
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
    return [(*_id_and_version(entries[index]), keys) for index, keys in still.items()]


def _id_and_version(entry: Entry) -> tuple[str, int]:
    return entry.post.id, entry.post.version
