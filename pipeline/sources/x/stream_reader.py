"""Reading loop of X's stream: waits for the budget, synchronises our rules, reads one connection, follows the demand.

It yields the records with a cursor, counts them against the budget, and reports state, lag and gaps. A silent
connection counts as dead. Reading that stops on purpose (the budget is used up, nobody looks at a search) is a state
with a coverage row of its own; posts missed otherwise are a gap.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.x.backoff import LIMIT, NETWORK, Backoff
from pipeline.sources.x.budget import Budget, Grant
from pipeline.sources.x.client import XClient, XEvent
from pipeline.sources.x.cursor_text import XCursor, encode_cursor
from pipeline.sources.x.errors import XError
from pipeline.sources.x.rules.demand_tracker import Demand, DemandTracker
from pipeline.sources.x.rules.rule_plan import RulePlan
from pipeline.sources.x.rules.sync import SyncedRules
from pipeline.sources.x.rules.sync_thread import RuleSyncThread
from pipeline.sources.x.stream_line import Disconnect, read_line


@dataclass(frozen=True)
class XTiming:
    """Intervals of the reading loop, in seconds."""

    silence_s: float = 22.0
    """Time without a line after which a stream counts as dead: X sends a keep-alive every 20 s."""
    receive_s: float = 0.5
    """Time after which a chunk is yielded, even an empty one."""
    look_s: float = 1.0
    """Time between two reads of TRACK and the searches."""
    report_s: float = 5.0
    """Time between two reports of the state."""
    idle_s: float = 30.0
    """Time between two requests of the rules while we have none and read the posts of others' rules."""
    idle_long_s: float = 600.0
    """Time between two requests of the rules while we have none and read nothing."""


class StreamReader:
    """Reader of one `XSource.read`: keeps the grant, the rules and the last time received between connections."""

    def __init__(
        self,
        new_client: Callable[[], XClient],
        context: SourceContext,
        *,
        budget: Budget,
        backoff: Backoff,
        demand: DemandTracker,
        timing: XTiming,
        clock_s: Callable[[], float],
        received_ms: int,
    ) -> None:
        self._new_client = new_client
        self._context = context
        self._budget = budget
        self._backoff = backoff
        self._demand = demand
        self._timing = timing
        self._clock_s = clock_s
        self._received_ms = received_ms
        self._missed = "X was not read"
        self._grant = Grant(0, 0.0)
        self._rest_until_s = 0.0
        self._rules = SyncedRules(0, 0)
        self._requested = Demand("")
        self._looked_s = self._reported_s = 0.0
        self._latest_ms = 0

    def failed(self, why: str) -> None:
        """Note why posts are missed from now on; the next gap carries this reason."""
        self._missed = why

    def connection(self) -> Generator[Chunk, None, None]:
        """Wait for the budget, synchronise the rules, and read one connection to its end.

        Raises:
            XError: the connection or a call failed; the caller pauses and calls again.
        """
        if not self._may_read():
            return
        yield from self._sync_rules()
        if self._context.stopped():
            return
        if self._has_no_rules():
            yield from self._idle()
            return
        client = self._new_client()
        client.allowed = self._grant.posts
        threading.Thread(target=client.stream, name="x-stream", daemon=True).start()
        try:
            yield from self._receive(client)
        finally:
            client.stop()

    # -- not reading, on purpose
    def _may_read(self) -> bool:
        """Take the budget's next grant; if it allows no post, report, wait a while and return False."""
        now_s = self._clock_s()
        if now_s >= self._rest_until_s:
            self._grant = self._budget.grant(now_s)
            if self._grant.posts != 0:
                return True
            self._rest_until_s = self._grant.until_s
        if self._budget.spent():
            until = time.strftime("%d %B %H:%M UTC", time.gmtime(self._rest_until_s))
            self._context.report("resting", f"{self._budget.describe()}: no more is read until {until}")
        else:
            self._context.report("sampling", self._budget.describe_sample())
        self._stop_on_purpose()
        self._context.wait(min(self._timing.report_s, max(0.05, self._rest_until_s - now_s)))
        return False

    def _stop_on_purpose(self) -> None:
        """Report no gap for posts missed from now on: the state explains them."""
        self._received_ms = 0

    def _has_no_rules(self) -> bool:
        return not self._rules.ours and not (self._rules.plan.reads_others and self._rules.others)

    def _idle(self) -> Iterator[Chunk]:
        """Wait, without a connection and without calls, until the demand changes and may be compiled to rules."""
        plan = self._rules.plan
        refused = f"X finds invalid: {self._rules.refused[0][:100]}" if self._rules.refused else ""
        self._missed = plan.problem or refused or "X has no room for a rule of ours"
        self._stop_on_purpose()
        until_s = time.monotonic() + (self._timing.idle_s if plan.reads_others else self._timing.idle_long_s)
        while not self._context.stopped() and time.monotonic() < until_s:
            self._context.report("resting" if plan.resting else "down", self._missed[:300], collects=plan.collects)
            yield Chunk([], self._cursor())
            if self._context.wait(min(1.0, self._timing.look_s)) or self._demand.due():
                return

    # -- rules
    def _sync_rules(self) -> Generator[Chunk, None, None]:
        sync = self._start_sync()
        yielded_s = time.monotonic()
        while (rules := sync.result()) is None:
            if self._context.wait(0.02):
                sync.abandon()
                return
            if time.monotonic() - yielded_s > self._timing.receive_s:
                yielded_s = time.monotonic()
                yield Chunk([])
        self._accept(rules)

    def _start_sync(self) -> RuleSyncThread:
        demand = self._requested = self._demand.take()

        def plan(room: int | None) -> RulePlan:
            return self._demand.plan(demand, room)

        return RuleSyncThread(self._new_client(), plan)

    def _accept(self, rules: SyncedRules) -> None:
        self._rules = rules
        self._demand.refused(self._requested, rules.refused)

    # -- the stream
    def _receive(self, client: XClient) -> Iterator[Chunk]:
        received_s = time.monotonic()
        sync: RuleSyncThread | None = None
        try:
            while not self._context.stopped():
                events = client.events.take(self._context.patience(self._timing.receive_s))
                if events:
                    received_s = time.monotonic()
                elif time.monotonic() - received_s > self._timing.silence_s:
                    raise XError(NETWORK, f"no whole line for {self._timing.silence_s:.0f} s")
                error, spent, records = self._process(events)
                yield Chunk(records, self._cursor())
                if spent:
                    self._rest_until_s = self._grant.until_s if self._grant.step else 0.0
                    return
                if error is not None:
                    raise error
                sync = self._look(client, sync)
                if sync is None and self._has_no_rules():
                    return  # a stream without rules brings no post, and X ends it
        finally:
            if sync is not None:
                sync.abandon()

    def _process(self, events: list[XEvent]) -> tuple[XError | None, bool, list[RawRecord]]:
        """Return why the stream ended (None: it goes on), whether the grant is used up, and the records."""
        records: list[RawRecord] = []
        for event in events:
            if event.kind == "spent":
                self._stop_on_purpose()
                return None, True, records
            if event.kind == "end":
                return event.error, False, records
            if event.kind == "open":
                self._report_gap(event.at_ms)
                self._report()
            elif event.kind == "line":
                records.append(RawRecord(event.at_ms, event.data))
                meaning = read_line(event.data)
                if isinstance(meaning, Disconnect):
                    kind = LIMIT if meaning.limit else NETWORK
                    return XError(kind, f"X disconnects: {meaning.why}"), False, records
                self._budget.spend(1, self._clock_s())
                self._latest_ms = max(self._latest_ms, min(meaning, event.at_ms))
                self._backoff.reset()
            else:
                self._backoff.reset()
            self._received_ms = max(self._received_ms, event.at_ms)
        return None, False, records

    def _report_gap(self, at_ms: int) -> None:
        if self._received_ms and at_ms > self._received_ms:
            self._context.gap(self._received_ms, at_ms, self._missed[:200])

    def _look(self, client: XClient, sync: RuleSyncThread | None) -> RuleSyncThread | None:
        """Finish a synchronisation, take the next grant, report, and start a synchronisation if the demand changed.

        Returns the synchronisation that is under way, None if there is none.
        """
        if sync is not None:
            rules = sync.result()
            if rules is None:
                return sync
            self._accept(rules)
            self._report()
        clock_s = self._clock_s()
        if clock_s >= self._grant.until_s:
            self._grant = self._budget.grant(clock_s)
            client.allowed = self._grant.posts
        now_s = time.monotonic()
        if now_s - self._looked_s < self._timing.look_s:
            return None
        self._looked_s = now_s
        if now_s - self._reported_s >= self._timing.report_s:
            self._report()
        return self._start_sync() if self._demand.due() else None

    def _report(self) -> None:
        self._reported_s = time.monotonic()
        if self._has_no_rules():
            return
        lag_s = max(0.0, self._clock_s() - self._latest_ms / 1000) if self._latest_ms else None
        slow = self._budget.slow()
        rules = self._rules.describe()
        found = [self._budget.describe_sample(), *rules] if slow else [*rules, self._budget.describe()]
        detail = "; ".join(filter(None, found))
        collects = self._rules.plan.collects
        self._context.report("sampling" if slow else "live", detail[:300], lag_s=lag_s, collects=collects)

    def _cursor(self) -> str:
        return encode_cursor(XCursor(self._budget.month, self._budget.count, self._received_ms))
