"""Normalises the records of a raw batch and folds them to one write for each post id; failures become dead letters.

Folding keeps the greatest version of a post, or its deletion. A record that cannot be read does not affect the others;
records whose post the store refused get their dead letters here too. `originals` names the posts that a post reposts or
quotes. Pure: no store, no Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.errors import RecordError
from pipeline.post import (
    AccountChange,
    AuthorDeletion,
    AuthorRecheck,
    Counts,
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
    if source == IMPORT:
        for event in events:
            if type(event) is Upsert:
                event.post.imported = True
    writes, notices = fold(events)
    rechecks = [event for event in events if type(event) is AuthorRecheck]
    return NormalisedBatch(writes, dead_letters, notices, rechecks)


def refused_dead_letters(batch: RawBatch, normalise: Normalise, refused: Mapping[str, str]) -> list[DeadLetter]:
    """Return a dead letter for each record of a batch whose post the store refused (`refused`: id → why)."""
    letters = []
    for index, record in enumerate(batch.records) if refused else ():
        upserts = fold_batch(batch, normalise, [index]).writes.upserts
        whys = [refused[upsert.post.id] for upsert in upserts if upsert.post.id in refused]
        if whys:
            letters.append(dead_letter_of(batch, record, whys[0]))
    return letters


def fold(events: Iterable[Event]) -> tuple[Writes, list[Notice]]:
    """Return the writes of some events, at most one an id: the greatest version, or the deletion if there is one.

    The winner takes over what only the loser has: the raw record and counts.
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
            upserts[post_id] = event if known is None else _greater(known, event)
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
    for post_id in deletions:
        upserts.pop(post_id, None)
    return Writes(
        [*upserts.values()],
        [*deletions.values()],
        author_deletions,
        [*changes.values()],
        detachments=[*detachments.values()],
    ), notices


def _later_change(change: AccountChange) -> tuple[int, bool]:
    return change.at, bool(change.hidden)


def _greater(one: Upsert, other: Upsert) -> Upsert:
    older, newer = (other, one) if _rank(one) > _rank(other) else (one, other)
    post = newer.post
    if None in (post.counts.replies, post.counts.reposts, post.counts.quotes, post.counts.likes):
        post = msgspec.structs.replace(post, counts=_filled(post.counts, older.post.counts))
    return Upsert(post, newer.raw or older.raw)


def _rank(upsert: Upsert) -> tuple[int, bool]:
    return upsert.post.version, bool(upsert.raw)


def _filled(counts: Counts, older: Counts) -> Counts:
    return Counts(
        replies=older.replies if counts.replies is None else counts.replies,
        reposts=older.reposts if counts.reposts is None else counts.reposts,
        quotes=older.quotes if counts.quotes is None else counts.quotes,
        likes=older.likes if counts.likes is None else counts.likes,
    )


def originals(post: Post) -> tuple[str, ...]:
    """Return the ids of the posts that a post carries inside: what it reposts and what it quotes."""
    return tuple(post_id for post_id in (post.repost_of, post.quote_of) if post_id)
