"""A batch's way through a worker, top to bottom: normalise, BEGIN, persist, match, COMMIT (docs/delivery.md).

The order is the promise: a post is persisted before it is matched and matched before it is published, and the registry
is read only after persisting. `Ingest.run` never raises: Celery acknowledges a late task that ended in an ordinary
exception, so whatever went wrong is decided here. This module knows no Celery and no SQL.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from pipeline.broker.counters import Counters, Spent
from pipeline.broker.keys import Names
from pipeline.errors import BatchDone, BrokerUnavailable, MurmurError, StoreError, StoreUnavailable
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.post import Deletion
from pipeline.publish.messages import Message, posts_messages
from pipeline.publish.order import Attempt, Order, RegistryMoved
from pipeline.queue.batch import RawBatch, RawRecord, decode_batch
from pipeline.queue.claim_check import Claim, Claims
from pipeline.queue.dead_letters import DeadLetter, DeadLetters, letter_of
from pipeline.queue.sifting import Sieve, Sift, Unfinished
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.worker.fold import Normalise, Said, listen, refused_letters
from pipeline.worker.intake import Tracking
from pipeline.worker.retractions import gone_notices, speaks_of_all

log = logging.getLogger(__name__)

WHOLE_ATTEMPTS = 3
"""So often a batch is tried whole; after that in parts, and the culprit goes to the dead letters."""

MATCHED_AGAIN = 20
"""So often a batch is matched anew because searches came or went in between; needed only after an edit and a crash."""

UNTOLD = 10_000
"""So many withdrawn posts a batch tells on behalf of an attempt that died; who comes back learns of all in any case."""

WITHDRAWING_S = 10.0
"""So long one attempt removes what withdrawals take along (a million reposts, all posts of an account); then the batch
goes to the end of the queue, and its next attempt finds less."""

OUTAGE_WAIT_S = 5.0
AGAIN_FIRST_S, AGAIN_LONGEST_S = 1.0, 60.0
"""Pauses before a batch that failed in parts as well is tried again: doubling, at most the longest."""
LONG_AGO_MS = 600_000
"""A record received longer ago is of a past that is read again: it says nothing about latency."""
_OUTAGE = (StoreUnavailable, BrokerUnavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What a worker is made of."""

    names: Names
    claims: Claims
    order: Order
    store: Store
    following: MatcherReplica
    tracking: Tracking
    dead: DeadLetters
    counters: Counters
    normalise: Normalise
    enqueue: Callable[[str], None]
    stopping: Callable[[], bool] = lambda: False
    outage: Callable[[str | None], None] = lambda _why: None
    """Told why the store is away, and None once it answers."""
    sleep: Callable[[float], None] = time.sleep
    clock_s: Callable[[], float] = time.monotonic


class Ingest:
    """Takes batches by their ids and does them. Belongs to one thread."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    def run(self, batch_id: str) -> None:
        """Do one batch, or see to it that it is done later. Never raises."""
        started = time.perf_counter_ns()
        claim: Claim | None = None
        try:
            claim = self._stages.claims.take(batch_id)
            if claim is None:
                return
            for _ in self.attempt(claim):
                pass
            self._stages.outage(None)
        except BatchDone:
            return
        except Unfinished as error:
            self._go_on(batch_id, error)
        except _OUTAGE as error:
            self._put_back(batch_id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is: the batch is open, and comes again
            self._failed(batch_id, claim, error)
        finally:
            self._stages.counters.add("ingest_us", (time.perf_counter_ns() - started) // 1000)

    def attempt(self, claim: Claim) -> Iterator[str]:
        """Do a batch step by step, yielding the name of each step done; abandoned anywhere, it can be begun again.

        Raises:
            BatchDone: it is no longer open.
            BrokerUnavailable, StoreUnavailable: an outage.
        """
        stages = self._stages
        try:
            batch = decode_batch(claim.data)
        except ValueError as error:
            batch = RawBatch("", [])
            stages.dead.add([letter_of(batch, RawRecord(0, claim.data), str(error))], again=claim.attempts > 1)
            stages.counters.add("records_dead")
        if claim.attempts > WHOLE_ATTEMPTS:
            yield from self._in_parts(claim, batch)
            return
        with Spent(stages.counters, "normalise_us"):
            said = listen(batch, stages.normalise)
            wanted = stages.tracking.wanted(said.writes)
        yield "normalised"
        attempt = stages.order.begin(claim.batch_id, said.numbers, must_be_open=True)
        yield "begun"
        persisted = self._persist(attempt, wanted)
        yield "persisted"
        yield from self._finish(attempt, batch, said, wanted, persisted)

    def _persist(self, attempt: Attempt, wanted: Writes) -> Persisted:
        """Persist a batch. What its withdrawals take along goes some at a time, each lot told once it is gone.

        Raises:
            Unfinished: `WITHDRAWING_S` are over, and there is more.
        """
        stages = self._stages
        with Spent(stages.counters, "persist_us"):
            persisted = lot = stages.store.persist(wanted, attempt.seq)
            end_s = stages.clock_s() + WITHDRAWING_S
            refused = {upsert.post.id for upsert in wanted.upserts}.intersection(lot.tombstoned) if lot.left else ()
            deletions = [*wanted.deletions, *(Deletion(post_id, 0) for post_id in refused)]
            while lot.left:
                if not stages.order.withdraw(attempt, lot.deleted):
                    raise BatchDone(attempt.batch_id)
                stages.counters.add("posts_deleted", len(lot.deleted))
                if stages.stopping() or stages.clock_s() > end_s:
                    raise Unfinished(attempt.batch_id)
                lot = stages.store.persist(Writes((), deletions, wanted.author_deletions, continued=True), attempt.seq)
        return persisted if lot is persisted else replace(persisted, deleted=lot.deleted, left=False)

    def _finish(
        self, attempt: Attempt, batch: RawBatch, said: Said, wanted: Writes, persisted: Persisted
    ) -> Iterator[str]:
        """Match what was persisted and COMMIT, again if searches changed meanwhile and the batch speaks of all."""
        stages = self._stages
        letters = said.letters + refused_letters(batch, stages.normalise, persisted.refused)
        self._set_aside(letters, again=bool(attempt.dead))
        persisted = self._with_untold(attempt, persisted)
        for _ in range(MATCHED_AGAIN):
            with Spent(stages.counters, "match_us"):
                stages.following.follow()
                yield "followed"
                messages = self._messages(persisted, attempt.safe)
            yield "matched"
            try:
                with Spent(stages.counters, "publish_us"):
                    done = self._commit(attempt, messages, wanted, persisted)
            except RegistryMoved:
                continue
            self._count(batch, said, wanted, persisted, messages, done=done)
            yield "committed"
            return
        raise RegistryMoved(attempt.batch_id)

    def _with_untold(self, attempt: Attempt, persisted: Persisted) -> Persisted:
        """Return it with what was withdrawn since an attempt at this batch died: what that one removed with an account,
        or because its original went, has no row any more, and the batch does not name it."""
        if not attempt.dead:
            return persisted
        with self._stages.store.reading() as reading:
            untold = reading.deleted_ids(attempt.dead - 1, limit=UNTOLD)
        return replace(persisted, deleted=[*dict.fromkeys([*persisted.deleted, *untold])])

    def _in_parts(self, claim: Claim, batch: RawBatch) -> Iterator[str]:
        """Do a batch that failed whole in parts, to set aside the records over which it fails, and only those."""
        stages = self._stages
        attempt = stages.order.begin(claim.batch_id, len(batch.records), must_be_open=True)
        yield "begun"

        def alone(indexes: Sequence[int]) -> tuple[Said, Writes, Persisted]:
            said = listen(batch, stages.normalise, indexes)
            wanted = stages.tracking.wanted(said.writes)
            persisted = self._persist(attempt, wanted)
            stages.following.follow()
            self._messages(persisted, attempt.safe)  # matched here as well, so that what raises there is found
            return said, wanted, persisted

        def note(known: Sift) -> None:
            stages.claims.note(claim.batch_id, known)

        sifted = yield from Sieve(len(batch.records), claim.sift, alone, note, stages.clock_s).run()
        letters = [letter_of(batch, batch.records[index], why) for index, why in sorted(sifted.bad.items())]
        said, writes, persisted = Said(Writes(), letters), Writes(), Persisted([])
        for part, wanted, stored in sifted.parts:
            said.letters += part.letters
            writes, persisted = writes.plus(wanted), persisted.plus(stored)
        said.writes = writes
        yield from self._finish(attempt, batch, said, writes, persisted)

    def _commit(self, attempt: Attempt, messages: list[Message], wanted: Writes, persisted: Persisted) -> bool:
        """COMMIT; what speaks of every search does so only if the registry is as it was when they were matched."""
        registry = self._stages.following.version if speaks_of_all(persisted.entries, attempt.safe) else None
        ids, tombstones = _ids(wanted, persisted), _tombstones(wanted, persisted)
        return self._stages.order.commit(attempt, messages, ids, tombstones=tombstones, registry=registry)

    def _messages(self, persisted: Persisted, safe: int) -> list[Message]:
        """Return what is to be published for the accepted posts, and for what they no longer match."""
        entries = persisted.entries
        if not entries:
            return []
        names, matcher, counters = self._stages.names, self._stages.following.matcher, self._stages.counters
        report = matcher.match([entry.document for entry in entries])
        messages = posts_messages(names, report.matches, [entry.body for entry in entries])
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
        return messages + gone_notices(names, matcher, entries, report.matches, safe)

    def _set_aside(self, letters: list[DeadLetter], *, again: bool) -> None:
        if letters:
            counters = self._stages.counters
            counters.add("records_dead", len(letters))
            counters.add("dead_dropped", self._stages.dead.add(letters, again=again))

    def _go_on(self, batch_id: str, error: Unfinished) -> None:
        """Give the other batches their turn; another attempt goes on where this one was, and counts as the same."""
        log.info("batch %s goes on later: %s", batch_id, error)
        with suppress(MurmurError):
            self._stages.claims.forgive(batch_id)
        self._enqueue(batch_id)

    def _failed(self, batch_id: str, claim: Claim | None, error: Exception) -> None:
        """Let a batch that failed come again: at once the first times, then later and later, in nobody's way.

        A worker waits only where Redis does not even note that, which concerns every other batch as well.
        """
        stages = self._stages
        attempts = claim.attempts if claim else 0
        stages.counters.add("batches_failed")
        if claim and attempts <= WHOLE_ATTEMPTS:
            log.warning("batch %s failed", batch_id, exc_info=error if attempts == 1 else None)
            self._enqueue(batch_id)
            return
        again_s = min(AGAIN_LONGEST_S, AGAIN_FIRST_S * 2 ** min(max(0, attempts - WHOLE_ATTEMPTS - 1), 10))
        log.warning("batch %s waits %.0f s: %s: %s", batch_id, again_s, type(error).__name__, error)
        if isinstance(error, StoreError):
            stages.outage(str(error))
        if claim is not None:
            with suppress(MurmurError):
                stages.claims.postpone(batch_id, again_s)
                return
        self._wait(OUTAGE_WAIT_S)
        self._enqueue(batch_id)

    def _wait(self, seconds: float, over: Callable[[], bool] = lambda: False) -> None:
        waited = 0.0
        while waited < seconds and not self._stages.stopping():
            self._stages.sleep(0.25)
            waited += 0.25
            if over():
                break

    def _put_back(self, batch_id: str, error: Exception) -> None:
        """Wait a little for the store or the broker, then put the batch back at the end of the queue."""
        stages = self._stages
        log.warning("batch %s waits: %s", batch_id, error)
        stages.counters.add("batches_retried")
        if isinstance(error, StoreUnavailable):
            stages.outage(str(error))
        try:
            stages.claims.forgive(batch_id)
        except MurmurError:
            log.info("the attempt counts: the broker is away")
        self._wait(OUTAGE_WAIT_S, lambda: isinstance(error, BrokerUnavailable) and self._broker_answers())
        self._enqueue(batch_id)

    def _broker_answers(self) -> bool:
        try:
            self._stages.claims.backlog()
        except MurmurError:
            return False
        return True

    def _enqueue(self, batch_id: str) -> None:
        try:
            self._stages.enqueue(batch_id)
        except Exception as error:  # noqa: BLE001 - the batch is still open: upkeep enqueues it again
            log.warning("batch %s could not be enqueued again, upkeep will: %s", batch_id, error)

    def _count(
        self,
        batch: RawBatch,
        said: Said,
        wanted: Writes,
        persisted: Persisted,
        messages: Sequence[Message],
        *,
        done: bool,
    ) -> None:
        counters = self._stages.counters
        counters.add("records_in", len(batch.records))
        counters.add("notices", len(said.notices))
        for told in said.notices:
            log.info("%s says %s: %s", told.source, told.kind, told.detail)
        if not done:
            counters.add("batches_stale")
            return
        counters.add("batches_done")
        counters.add("posts_untracked", len(said.writes.upserts) - len(wanted.upserts))
        counters.add("posts_accepted", len(persisted.entries))
        counters.add("posts_inserted", persisted.inserted)
        counters.add("posts_deleted", len(persisted.deleted))
        counters.add("messages", len(messages))
        counters.add("message_bytes", sum(len(payload) for _, payload in messages))
        waited_ms = time.time() * 1000 - batch.records[-1].received_at if batch.records else LONG_AGO_MS
        if waited_ms < LONG_AGO_MS:
            counters.observe_latency(max(0.0, waited_ms), len(batch.records))


def _ids(writes: Writes, persisted: Persisted) -> list[str]:
    """Return the ids that are announced as deleted if they have a tombstone at COMMIT."""
    return [*dict.fromkeys([*[upsert.post.id for upsert in writes.upserts], *persisted.deleted])]


def _tombstones(writes: Writes, persisted: Persisted) -> list[str]:
    return [*dict.fromkeys([*[gone.id for gone in writes.deletions], *persisted.deleted])]
