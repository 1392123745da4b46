"""One reading of X: wait for the budget, make X hold our rules, read a connection to its end, follow what is wanted.

What is not read on purpose (the budget, nobody looks) is a state with a coverage row of its own; what is missed
otherwise is a gap.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.x.budget import Budget, Grant
from pipeline.sources.x.calls import RuleCall
from pipeline.sources.x.client import Letter, Trouble, XClient
from pipeline.sources.x.lines import Disconnect, meant
from pipeline.sources.x.pauses import LIMIT, NETWORK, Pauses
from pipeline.sources.x.place import Place, encode_place
from pipeline.sources.x.rules.asked import Asked
from pipeline.sources.x.rules.ruleset import Kept
from pipeline.sources.x.rules.wishes import Wish, Wishes


@dataclass(frozen=True)
class Pace:
    """How long is waited, in seconds: for a line, for letters, between looks at what is wanted and between reports."""

    silence_s: float = 22.0
    """X says something every 20 s, if only that it is there; a little is left for the way."""
    receive_s: float = 0.5
    look_s: float = 1.0
    report_s: float = 5.0
    idle_s: float = 30.0
    """So long until X is asked again whether others have rules, while we have none and are to read what they bring."""
    idle_long_s: float = 600.0


class Means(Protocol):
    """What a reading needs of its source."""

    pace: Pace
    budget: Budget
    pauses: Pauses
    wishes: Wishes

    def client(self) -> XClient:
        """Return a client of its own for one connection or one call."""
        ...

    def clock_s(self) -> float:
        """Return the time, in seconds since 1970."""
        ...


class Reading:
    """One `read`: what is known from one connection to the next."""

    def __init__(self, source: Means, context: SourceContext, heard_ms: int) -> None:
        self._source = source
        self._context = context
        self._budget = source.budget
        self._pace = source.pace
        self._heard_ms = heard_ms
        self._missed = "nobody listened to X"
        self._grant = Grant(0, 0.0)
        self._rest_until_s = 0.0
        self._kept = Kept(0, 0)
        self._wish = Wish("")
        self._looked_s = self._reported_s = 0.0
        self._latest_ms = 0

    def failed(self, why: str) -> None:
        """Note why posts are missed from now on."""
        self._missed = why

    def session(self) -> Generator[Chunk, None, None]:
        """Wait for the budget, make X hold our rules, and read one connection to its end.

        Raises:
            Trouble: it must be opened anew.
        """
        if not self._may_read():
            return
        yield from self._set_rules()
        if self._context.stopped():
            return
        if self._idle():
            yield from self._rest()
            return
        client = self._source.client()
        client.allowed = self._grant.posts
        threading.Thread(target=client.stream, name="x-stream", daemon=True).start()
        try:
            yield from self._receive(client)
        finally:
            client.stop()

    # -- not reading, on purpose
    def _may_read(self) -> bool:
        """Take what the budget grants; if that is nothing, wait a while and return False."""
        now_s = self._source.clock_s()
        if now_s >= self._rest_until_s:
            self._grant = self._budget.grant(now_s)
            if self._grant.posts != 0:
                return True
            self._rest_until_s = self._grant.until_s
        if self._budget.spent():
            until = time.strftime("%d %B %H:%M UTC", time.gmtime(self._rest_until_s))
            self._context.report("resting", f"{self._budget.told()}: no more is read until {until}")
        else:
            self._context.report("sampling", self._budget.sampled())
        self._on_purpose()
        self._context.wait(min(self._pace.report_s, max(0.05, self._rest_until_s - now_s)))
        return False

    def _on_purpose(self) -> None:
        """What is missed from now on is told by the state, not as a gap."""
        self._heard_ms = 0

    def _idle(self) -> bool:
        return not self._kept.ours and not (self._kept.asked.others and self._kept.others)

    def _rest(self) -> Iterator[Chunk]:
        """Wait, without a connection and without calls, until something is wanted that X can be asked for."""
        asked = self._kept.asked
        refused = f"X finds invalid: {self._kept.refused[0][:100]}" if self._kept.refused else ""
        self._missed = asked.problem or refused or "X has no room for a rule of ours"
        self._on_purpose()
        until_s = time.monotonic() + (self._pace.idle_s if asked.others else self._pace.idle_long_s)
        while not self._context.stopped() and time.monotonic() < until_s:
            self._context.report("resting" if asked.resting else "down", self._missed[:300], collects=asked.collects)
            yield Chunk([], self._cursor())
            if self._context.wait(min(1.0, self._pace.look_s)) or self._source.wishes.due():
                return

    # -- rules
    def _set_rules(self) -> Generator[Chunk, None, None]:
        call = self._call()
        told_s = time.monotonic()
        while (kept := call.result()) is None:
            if self._context.wait(0.02):
                call.abandon()
                return
            if time.monotonic() - told_s > self._pace.receive_s:
                told_s = time.monotonic()
                yield Chunk([])
        self._hold(kept)

    def _hold(self, kept: Kept) -> None:
        self._kept = kept
        self._source.wishes.refused(self._wish, kept.refused)

    def _call(self) -> RuleCall:
        wishes = self._source.wishes
        wish = self._wish = wishes.take()

        def asking(room: int | None) -> Asked:
            return wishes.asked(wish, room)

        return RuleCall(self._source.client(), asking)

    # -- the stream
    def _receive(self, client: XClient) -> Iterator[Chunk]:
        heard_s = time.monotonic()
        call: RuleCall | None = None
        try:
            while not self._context.stopped():
                letters = _received(client.mail, self._context.patience(self._pace.receive_s))
                if letters:
                    heard_s = time.monotonic()
                elif time.monotonic() - heard_s > self._pace.silence_s:
                    raise Trouble(NETWORK, f"no whole line for {self._pace.silence_s:.0f} s")
                trouble, spent, records = self._opened(letters)
                yield Chunk(records, self._cursor())
                if spent:
                    self._rest_until_s = self._grant.until_s if self._grant.step else 0.0
                    return
                if trouble is not None:
                    raise trouble
                call = self._look(client, call)
                if call is None and self._idle():
                    return  # a stream without rules brings nothing, and X ends it
        finally:
            if call is not None:
                call.abandon()

    def _opened(self, letters: list[Letter]) -> tuple[Trouble | None, bool, list[RawRecord]]:
        """Return why the stream is over (None: it is not), whether the grant is, and the records."""
        records: list[RawRecord] = []
        for letter in letters:
            if letter.kind == "spent":
                self._on_purpose()
                return None, True, records
            if letter.kind == "end":
                return letter.trouble, False, records
            if letter.kind == "open":
                self._tell_gap(letter.at_ms)
                self._report()
            elif letter.kind == "line":
                records.append(RawRecord(letter.at_ms, letter.data))
                said = meant(letter.data)
                if isinstance(said, Disconnect):
                    return Trouble(LIMIT if said.limit else NETWORK, f"X disconnects: {said.why}"), False, records
                self._budget.spend(1, self._source.clock_s())
                self._latest_ms = max(self._latest_ms, min(said, letter.at_ms))
                self._source.pauses.heard()
            else:
                self._source.pauses.heard()
            self._heard_ms = max(self._heard_ms, letter.at_ms)
        return None, False, records

    def _tell_gap(self, at_ms: int) -> None:
        if self._heard_ms and at_ms > self._heard_ms:
            self._context.gap(self._heard_ms, at_ms, self._missed[:200])

    def _look(self, client: XClient, call: RuleCall | None) -> RuleCall | None:
        """Now and then: report, follow what is wanted without reconnecting, and take the next grant."""
        if call is not None:
            kept = call.result()
            if kept is None:
                return call
            self._hold(kept)
            self._report()
        clock_s = self._source.clock_s()
        if clock_s >= self._grant.until_s:
            self._grant = self._budget.grant(clock_s)
            client.allowed = self._grant.posts
        now_s = time.monotonic()
        if now_s - self._looked_s < self._pace.look_s:
            return None
        self._looked_s = now_s
        if now_s - self._reported_s >= self._pace.report_s:
            self._report()
        return self._call() if self._source.wishes.due() else None

    def _report(self) -> None:
        self._reported_s = time.monotonic()
        if self._idle():
            return
        asked = self._kept.asked
        found = [f"{self._kept.ours} rules" if self._kept.ours != 1 else "1 rule", asked.problem, *asked.told]
        if self._kept.without_room:
            found.append(f"{self._kept.without_room} more than X allows: their posts are missed")
        if self._kept.refused:
            found.append(f"{len(self._kept.refused)} that X finds invalid: {self._kept.refused[0][:60]}")
        slow = self._budget.slow()
        found.append(self._budget.sampled() if slow else self._budget.told())
        lag_s = max(0.0, self._source.clock_s() - self._latest_ms / 1000) if self._latest_ms else None
        detail = "; ".join(filter(None, [found.pop(), *found] if slow else found))
        self._context.report("sampling" if slow else "live", detail[:300], lag_s=lag_s, collects=asked.collects)

    def _cursor(self) -> str:
        return encode_place(Place(self._budget.month, self._budget.count, self._heard_ms))


def _received(mail: queue.Queue[Letter], wait_s: float) -> list[Letter]:
    """Return what lies in the mailbox, waiting a little if nothing does."""
    letters: list[Letter] = []
    try:
        letters.append(mail.get(timeout=wait_s))
        while len(letters) < 500:
            letters.append(mail.get_nowait())
    except queue.Empty:
        pass
    return letters
