"""Records of posts that the store refused: stored one by one, so that a refused record takes no other one along.

A batch is folded to one write for each post, and a store may refuse that write for what one record says. The post is
then stored as its other records say, whatever parts of the batch are tried in whatever order: no attempt stores a
version that its successor does not see and does not publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pipeline.errors import RecordError
from pipeline.post import Deletion, Event, Upsert
from pipeline.queue.batch import RawBatch
from pipeline.queue.dead_letters import dead_letter_of
from pipeline.store.contract import Persisted, Writes
from pipeline.worker.batch_part import BatchPart
from pipeline.worker.normalised_batch import Normalise, fold, mark_imported


def store_alone(
    part: BatchPart,
    batch: RawBatch,
    indexes: Iterable[int],
    normalise: Normalise,
    persist: Callable[[Writes], tuple[Writes, Persisted]],
) -> BatchPart:
    """Return a part after the records of its refused posts were stored one by one, with a letter for each refused one.

    A post of which there is only one record stays out.

    Args:
        part: the part, as the store took it.
        batch: the batch.
        indexes: the records of the part.
        normalise: normalises a record.
        persist: stores some writes; returns those inside TRACK, and how the store took them.
    """
    if not part.persisted.refused:
        return part
    letters, accepted, persisted = list(part.normalised.dead_letters), part.accepted, part.persisted
    events = [(index, event) for index in indexes for event in _events(batch, normalise, index)]
    for post_id, reason in part.persisted.refused.items():
        deletions: list[Event] = [one for _, one in events if type(one) is Deletion and one.id == post_id]
        upserts = [(index, one) for index, one in events if type(one) is Upsert and one.post.id == post_id]
        for index, upsert in upserts:
            why: str | None = reason
            if len(upserts) > 1:
                writes, done = persist(fold([upsert, *deletions])[0])
                accepted = accepted.plus(Writes((), writes.deletions))
                persisted, why = persisted.plus(done), done.refused.get(post_id)
            if why is not None:
                letters.append(dead_letter_of(batch, batch.records[index], why))
    return BatchPart(replace(part.normalised, dead_letters=letters), accepted, persisted)


def _events(batch: RawBatch, normalise: Normalise, index: int) -> list[Event]:
    record = batch.records[index]
    try:
        events = list(normalise(record.data, batch.source, record.received_at, batch.instance))
    except RecordError:
        return []
    mark_imported(batch, events)
    return events
