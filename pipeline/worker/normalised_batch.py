"""Normalises the records of a raw batch and folds them to one write for each post id; failures become dead letters.

Folding keeps the greatest version of a post, or its deletion. A record that cannot be read does not affect the others.
`originals` names the posts that a post reposts or
quotes. Pure: no store, no Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.errors import RecordError
from pipeline.post import (
    AccountChange,
    AuthorDeletion,
    AuthorRecheck,
    Deletion,
    Event,
    Notice,
    Post,
    QuoteDetachment,
    Upsert,
)
from pipeline.queue.batch import IMPORT, RawBatch, RawRecord
from pipeline.queue.dead_letters import DeadLetter, dead_letter_of
from pipeline.store.contract import Writes
from pipeline.store.merge_versions import combine, rests_on
from pipeline.store.rewritten_posts import outlives, written_again

Normalise = Callable[[bytes, str, int, str], Sequence[Event]]
"""(raw, source, received_at, instance) → events; raises RecordError."""


@dataclass(slots=True)
class NormalisedBatch:
    """A batch after normalising: writes to persist, records that failed, control messages, accounts to re-check."""

    writes: Writes
    dead_letters: list[DeadLetter] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    rechecks: list[AuthorRecheck] = field(default_factory=list)

    @property
    def seq_count(self) -> int:
        """Number of sequence numbers that this batch reserves."""
        writes = self.writes
        accounts = (writes.author_deletions, writes.account_changes)
        return sum(map(len, (writes.upserts, writes.deletions, writes.detachments, *accounts)))


def fold_batch(batch: RawBatch, normalise: Normalise, indexes: Iterable[int] | None = None) -> NormalisedBatch:
    """Return the records of a batch (all, or those at `indexes`) normalised and folded.

    Posts of a batch with the label `IMPORT` are marked. Any error of a normaliser becomes a dead letter: a bug in one
    format must not stop the others.
    """
    events: list[Event] = []
    dead_letters: list[DeadLetter] = []
    records: Iterable[RawRecord] = batch.records if indexes is None else [batch.records[index] for index in indexes]
    source, instance = batch.source, batch.instance
    for record in records:
        try:
            events += normalise(record.data, source, record.received_at, instance)
        except RecordError as error:
            dead_letters.append(dead_letter_of(batch, record, str(error)))
        except Exception as error:  # noqa: BLE001 - it is kept with the record and counted
            dead_letters.append(dead_letter_of(batch, record, f"{type(error).__name__}: {error}"))
    mark_imported(batch, events)
    writes, notices = fold(events)
    rechecks = [event for event in events if type(event) is AuthorRecheck]
    return NormalisedBatch(writes, dead_letters, notices, rechecks)


def mark_imported(batch: RawBatch, events: Iterable[Event]) -> None:
    """Mark the posts of a batch that an import handed over."""
    for event in events if batch.source == IMPORT else ():
        if type(event) is Upsert:
            event.post.imported = True


def fold(events: Iterable[Event]) -> tuple[Writes, list[Notice]]:
    """Return the writes of some events, at most one an id: what all records of a post say, or its deletion.

    A post that was written again after its deletion (`rewritten_posts`) stays.
    """
    upserts: dict[str, Upsert] = {}
    deletions: dict[str, Deletion] = {}
    author_deletions: list[AuthorDeletion] = []
    changes: dict[tuple[str, str, bool], AccountChange] = {}
    detachments: dict[tuple[str, str], QuoteDetachment] = {}
    notices: list[Notice] = []
    for event in events:
        if type(event) is Upsert:
            post_id = event.post.id
            known = upserts.get(post_id)
            upserts[post_id] = event if known is None else _combined(known, event)
        elif type(event) is Deletion:
            former = deletions.get(event.id)
            if former is None or former.at < event.at:
                deletions[event.id] = event
        elif type(event) is AuthorDeletion:
            author_deletions.append(event)
        elif type(event) is AccountChange:
            key = (event.source, event.author_id, event.hidden is None)
            changes[key] = max(changes.get(key, event), event, key=_later_change)
        elif type(event) is QuoteDetachment:
            detachments[event.id, event.quoted] = event
        elif type(event) is Notice:
            notices.append(event)
    _decide_deletions(upserts, deletions)
    return Writes(
        [*upserts.values()],
        [*deletions.values()],
        author_deletions,
        [*changes.values()],
        detachments=[*detachments.values()],
    ), notices


def _decide_deletions(upserts: dict[str, Upsert], deletions: dict[str, Deletion]) -> None:
    """Keep either the post or the deletion of each id that has both."""
    for post_id in deletions.keys() & upserts.keys():
        upsert, deletion = upserts[post_id], deletions[post_id]
        if outlives(upsert.post, deletion):
            del deletions[post_id]
            upserts[post_id] = Upsert(written_again(upsert.post, deletion.at), upsert.raw, upsert.alias)
        else:
            del upserts[post_id]


def _later_change(change: AccountChange) -> tuple[int, bool]:
    return change.at, bool(change.hidden)


def _combined(one: Upsert, other: Upsert) -> Upsert:
    post = combine(one.post, other.post)
    raw = (one.raw or other.raw) if rests_on(post, one.post) else (other.raw or one.raw)
    return Upsert(post, raw, other.alias or one.alias)


def originals(post: Post) -> tuple[str, ...]:
    """Return the ids of the posts that a post carries inside: what it reposts and what it quotes."""
    return tuple(post_id for post_id in (post.repost_of, post.quote_of) if post_id)
