"""Batch processor: takes one batch through normalise, BEGIN, persist, match and COMMIT (docs/design/delivery.md).

BEGIN reserves sequence numbers in Redis; COMMIT publishes the matches and closes the batch. Posts outside the intake
filter TRACK are dropped, unless imported. After `WHOLE_ATTEMPTS` failures it searches the batch for poison records and
stores the rest. Records that fail become dead letters; large deletions are removed and announced in portions; deletions
that a crashed attempt left unannounced are announced. The order is the guarantee. A post is persisted before it is
matched and matched before it is published, and the registry is read only after persisting. This module knows no Celery
and no SQL; `batch_runner.py` decides what follows an error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from pipeline.broker.counters import Counters, TimeSpent
from pipeline.broker.keys import Names
from pipeline.errors import AttemptUnfinished, BatchDone
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.post import AuthorRecheck, Deletion
from pipeline.publish.messages import Message, edited_messages
from pipeline.publish.publication_order import Attempt, PublicationOrder, RegistryMoved
from pipeline.queue.batch import IMPORT, RawBatch, RawRecord, decode_batch
from pipeline.queue.claim_check import Claim, ClaimCheck
from pipeline.queue.dead_letters import DeadLetter, DeadLetters, dead_letter_of
from pipeline.queue.poison_records import PoisonFinder, PoisonProgress
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.worker.announced_deletions import announced_ids, deletion_versions, rewritten_versions, tombstones
from pipeline.worker.batch_counters import count_batch
from pipeline.worker.batch_part import BatchPart
from pipeline.worker.change_messages import changed_post_messages, concerns_every_search
from pipeline.worker.entry_numbers import matched_post_messages
from pipeline.worker.intake_filter import IntakeFilter
from pipeline.worker.normalised_batch import Normalise, NormalisedBatch, fold_batch
from pipeline.worker.refused_records import store_alone

log = logging.getLogger(__name__)

WHOLE_ATTEMPTS = 3
"""Attempts at a whole batch; later attempts search it for poison records."""
MATCH_ROUNDS = 20
"""Rounds of matching when searches come or go meanwhile; more than one is needed only after an edit and a crash."""
REANNOUNCED_MAX = 10_000
"""At most this many deletions left over from a crashed attempt are re-announced. Clients that reconnect read all of
them from the store."""
DELETION_BUDGET_S = 10.0
"""Seconds that one attempt removes what deletions take along (a million reposts, all posts of an account), or hides,
shows and renames posts of accounts. Then the batch goes to the end of the queue, and its next attempt finds less to do.
"""


class BatchProcessor:
    """Processes batches. Belongs to one thread."""

    def __init__(
        self,
        *,
        names: Names,
        claims: ClaimCheck,
        order: PublicationOrder,
        store: Store,
        following: MatcherReplica,
        intake: IntakeFilter,
        dead: DeadLetters,
        counters: Counters,
        normalise: Normalise,
        request_rechecks: Callable[[Sequence[tuple[str, str, int]]], None] | None = None,
        stopping: Callable[[], bool] = lambda: False,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names = names
        self._claims = claims
        self._order = order
        self._store = store
        self._following = following
        self._intake = intake
        self._dead = dead
        self._counters = counters
        self._normalise = normalise
        self._request_rechecks = request_rechecks
        self._stopping = stopping
        self._clock_s = clock_s

    def attempt(self, claim: Claim) -> Iterator[str]:
        """Process a batch step by step, yielding the name of each step done.

        An attempt may be abandoned after any step; another attempt then starts from the beginning.

        Raises:
            BatchDone: the batch is no longer open.
            AttemptUnfinished: the time is used up; the next attempt resumes.
            BrokerUnavailable, StoreUnavailable: an outage.
        """
        batch = self._decode(claim)
        if claim.attempts > WHOLE_ATTEMPTS:
            attempt = self._order.begin(claim.batch_id, len(batch.records), must_be_open=True)
            yield "begun"
            part = yield from self._persist_in_parts(claim, attempt, batch)
        else:
            normalised, accepted = self._read(batch)
            yield "normalised"
            attempt = self._order.begin(claim.batch_id, normalised.seq_count, must_be_open=True)
            yield "begun"
            part = self._store_part(attempt, batch, range(len(batch.records)), normalised, accepted)
            yield "persisted"
        yield from self._match_and_commit(attempt, batch, part)

    # -- steps
    def _decode(self, claim: Claim) -> RawBatch:
        """Return the claim's batch. Bytes that are no batch become one dead letter and an empty batch."""
        try:
            return decode_batch(claim.data)
        except ValueError as error:
            batch = RawBatch("", [])
            letter = dead_letter_of(batch, RawRecord(0, claim.data), str(error))
            self._dead.add([letter], again=claim.attempts > 1)
            self._counters.add("records_dead")
            return batch

    def _read(self, batch: RawBatch, indexes: Sequence[int] | None = None) -> tuple[NormalisedBatch, Writes]:
        """Return records of a batch (all, or those at `indexes`) normalised, and their writes inside TRACK."""
        with TimeSpent(self._counters, "normalise_us"):
            normalised = fold_batch(batch, self._normalise, indexes)
            return normalised, self._intake.filter(normalised.writes, whole=batch.source == IMPORT)

    def _store_part(
        self, attempt: Attempt, batch: RawBatch, indexes: Sequence[int], normalised: NormalisedBatch, accepted: Writes
    ) -> BatchPart:
        """Persist records of a batch, those of a refused post one by one."""

        def persist(writes: Writes) -> tuple[Writes, Persisted]:
            inside = self._intake.filter(writes, whole=batch.source == IMPORT)
            return inside, self._persist(attempt, inside)

        part = BatchPart(normalised, accepted, self._persist(attempt, accepted))
        return store_alone(part, batch, indexes, self._normalise, persist)

    def _persist(self, attempt: Attempt, accepted: Writes) -> Persisted:
        """Persist writes. What deletions and account changes concern is done in portions, each published once done.

        Raises:
            BatchDone: a newer attempt owns the batch.
            AttemptUnfinished: `DELETION_BUDGET_S` are used up, and more is to be removed.
        """
        with TimeSpent(self._counters, "persist_us"):
            persisted = step = self._store.persist(replace(accepted, again=bool(attempt.dead)), attempt.seq)
            end_s, is_late = self._clock_s() + DELETION_BUDGET_S, False
            ids = {upsert.post.id for upsert in accepted.upserts}.intersection(step.tombstoned)
            deletions = [*accepted.deletions, *(Deletion(i, 0) for i in ids)]
            while step.left:
                self._publish_portion(attempt, step)
                self._counters.add("posts_deleted", len(step.deleted))
                if is_late:
                    raise AttemptUnfinished(attempt.batch_id)
                is_late = self._stopping() or self._clock_s() > end_s  # one more step, so that each attempt gets on
                rest = Writes((), deletions, accepted.author_deletions, accepted.account_changes, continued=True)
                step = self._store.persist(rest, attempt.seq)
        return replace(persisted, entries=step.entries, deleted=step.deleted, withdrawn=step.withdrawn, left=False)

    def _publish_portion(self, attempt: Attempt, portion: Persisted) -> None:
        """Publish what a portion shows, hides and deletes, while the batch goes on.

        Raises:
            BatchDone: a newer attempt owns the batch.
            RegistryMoved: the registry moved in each of `MATCH_ROUNDS`.
        """
        for _ in range(MATCH_ROUNDS):
            self._following.follow()
            messages = self._messages(portion, attempt.safe)
            every = concerns_every_search(portion.entries, attempt.safe)
            try:
                registry = self._following.version if every else None
                if not self._order.publish_portion(attempt, messages, portion.deleted, registry=registry):
                    raise BatchDone(attempt.batch_id)
            except RegistryMoved:
                continue
            return
        raise RegistryMoved(attempt.batch_id)

    def _persist_in_parts(self, claim: Claim, attempt: Attempt, batch: RawBatch) -> Generator[str, None, BatchPart]:
        """Search a batch that failed as a whole for poison records; persist the others, and return them as one part."""

        def try_records(indexes: Sequence[int]) -> BatchPart:
            normalised, accepted = self._read(batch, indexes)
            part = self._store_part(attempt, batch, indexes, normalised, accepted)
            self._following.follow()
            self._messages(part.persisted, attempt.safe)  # a record may be poison to the matcher
            return part

        def save(progress: PoisonProgress) -> None:
            self._claims.save_progress(claim.batch_id, progress)

        finder = PoisonFinder(len(batch.records), claim.progress, try_records, save, self._clock_s)
        found = yield from finder.run()
        letters = [dead_letter_of(batch, batch.records[index], why) for index, why in sorted(found.bad.items())]
        accepted, persisted = Writes(), Persisted([])
        rechecks: list[AuthorRecheck] = []
        for part in found.parts:
            letters += part.normalised.dead_letters
            accepted, persisted = accepted.plus(part.accepted), persisted.plus(part.persisted)
            rechecks += part.normalised.rechecks
        return BatchPart(NormalisedBatch(accepted, letters, rechecks=rechecks), accepted, persisted)

    def _match_and_commit(self, attempt: Attempt, batch: RawBatch, part: BatchPart) -> Iterator[str]:
        """Match the persisted posts and COMMIT.

        Where a message holds for every search and the registry has moved meanwhile, both are repeated.

        Raises:
            RegistryMoved: the registry moved in each of `MATCH_ROUNDS`.
        """
        if self._request_rechecks is not None and part.normalised.rechecks:
            self._request_rechecks([(one.source, one.author_id, one.at) for one in part.normalised.rechecks])
        self._set_aside(part.normalised.dead_letters, again=bool(attempt.dead))
        part = replace(part, persisted=self._with_unannounced(attempt, part.persisted))
        for _ in range(MATCH_ROUNDS):
            with TimeSpent(self._counters, "match_us"):
                self._following.follow()
                yield "followed"
                messages = self._messages(part.persisted, attempt.safe)
            yield "matched"
            try:
                with TimeSpent(self._counters, "publish_us"):
                    done = self._commit(attempt, messages, part)
            except RegistryMoved:
                continue
            self._count(batch, part, messages, done=done)
            yield "committed"
            return
        raise RegistryMoved(attempt.batch_id)

    # -- what the steps need
    def _set_aside(self, letters: list[DeadLetter], *, again: bool) -> None:
        if letters:
            self._counters.add("records_dead", len(letters))
            self._counters.add("dead_dropped", self._dead.add(letters, again=again))

    def _with_unannounced(self, attempt: Attempt, persisted: Persisted) -> Persisted:
        """Return it with the posts deleted or hidden since an attempt at this batch died.

        The dead attempt may have removed or hidden posts with an account or with their original. Their rows are
        removed, and the batch does not name them.
        """
        if not attempt.dead:
            return persisted
        with self._store.reading() as reading:
            left_over = reading.deleted_ids(attempt.dead - 1, limit=REANNOUNCED_MAX)
            hidden = reading.withdrawn(attempt.dead - 1, limit=REANNOUNCED_MAX)
        return replace(
            persisted,
            deleted=[*dict.fromkeys([*persisted.deleted, *left_over])],
            withdrawn=[*dict.fromkeys([*persisted.withdrawn, *hidden])],
        )

    def _messages(self, persisted: Persisted, safe: int) -> list[Message]:
        """Return the messages for hidden and accepted posts, and for searches that these no longer match."""
        entries = persisted.entries
        messages = edited_messages(self._names, [(*post, ()) for post in persisted.withdrawn])
        if not entries:
            return messages
        matcher, counters = self._following.matcher, self._counters
        report = matcher.match([entry.document for entry in entries])
        messages += matched_post_messages(self._names, matcher, entries, report.matches)
        counters.add("matches", sum(map(len, report.matches.values())))
        counters.add("candidates", report.candidates)
        counters.add("checked", report.checked)
        if report.errors:
            counters.add("match_errors", len(report.errors))
            log.warning("searches that raised: %s", dict(list(report.errors.items())[:3]))
        if report.slow:
            counters.add("match_slow", len(report.slow))
            log.warning("searches slow to match, with their ms: %s", dict(list(report.slow.items())[:3]))
        if not any(entry.post.changed for entry in entries):
            return messages
        return messages + changed_post_messages(self._names, matcher, entries, report.matches, safe)

    def _commit(self, attempt: Attempt, messages: list[Message], part: BatchPart) -> bool:
        """COMMIT; messages that hold for every search are bound to the registry version they were matched at."""
        persisted = part.persisted
        every = concerns_every_search(persisted.entries, attempt.safe)
        return self._order.commit(
            attempt,
            messages,
            announced_ids(part.accepted, persisted),
            tombstones=tombstones(part.accepted, persisted),
            deletions=deletion_versions(part.accepted, persisted),
            rewritten=rewritten_versions(persisted),
            registry=self._following.version if every else None,
        )

    def _count(self, batch: RawBatch, part: BatchPart, messages: Sequence[Message], *, done: bool) -> None:
        for notice in part.normalised.notices:
            log.info("%s reports %s: %s", notice.source, notice.kind, notice.detail)
        untracked = len(part.normalised.writes.upserts) - len(part.accepted.upserts)
        self._counters.add("notices", len(part.normalised.notices))
        count_batch(self._counters, batch, part.persisted, messages, untracked=untracked, done=done)
