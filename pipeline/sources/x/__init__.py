"""X's posts by the filtered stream of its API v2: what TRACK asks for, as far as X can be asked and may cost.

The loop is ours, the connection tweepy's (`client.py`), in a thread of its own, so that this one keeps the lease and
ends when told. X has no place to go on from: what was said while nobody listened is a gap, and told. The cursor is the
month, the posts counted in it and when something was last heard; it moves with the records it counts, so that a budget
survives a restart. Every post that X delivers counts, one that comes twice also twice.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator

import msgspec

from pipeline.batch import RawRecord
from pipeline.errors import BrokerUnavailable, QueryError
from pipeline.query.parser import parse
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.x.budget import Budget, Grant
from pipeline.sources.x.client import PUBLIC, Letter, Trouble, XClient
from pipeline.sources.x.lines import Disconnect, meant
from pipeline.sources.x.pauses import ANSWER, LIMIT, NETWORK, Pauses
from pipeline.sources.x.rules import Compiled, compile_rules
from pipeline.sources.x.ruleset import Kept, keep

SILENCE_S = 22.0
"""X says something every 20 s, if only that it is there; a little is left for the way."""
RECEIVE_S = 0.5
LOOK_S = 5.0
LONGEST_CALL_S = 40.0
"""A call about rules that takes longer, however slowly it is answered, is given up."""
EVERYTHING = "*"
SEARCHES = "searches"


class _Place(msgspec.Struct):
    month: str = ""
    count: int = 0
    heard_ms: int = 0


_decode = msgspec.json.Decoder(_Place).decode


class XSource:
    """Posts of X that TRACK asks for; `track` returns TRACK as it is now."""

    name = "x"
    generated = False
    resumes = False
    patient = False

    def __init__(
        self,
        token: str,
        track: Callable[[], str],
        *,
        url: str = PUBLIC,
        monthly_posts: int = 0,
        silence_s: float = SILENCE_S,
        pauses: Pauses | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        self._track = track
        self._url = url
        self.silence_s = silence_s
        self.clock_s = clock_s
        self.budget = Budget(monthly_posts)
        self.pauses = pauses or Pauses()
        self._text = ""

    def client(self) -> XClient:
        """Return a client of its own for one connection or one call."""
        return XClient(self._token, self._url, self.silence_s)

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield what X tells, over as many connections as it takes; see the contract."""
        place = _place(cursor)
        self.budget.restore(place.month, place.count)
        reading = _Reading(self, context, place.heard_ms)
        while not context.stopped():
            try:
                yield from reading.session()
            except Trouble as trouble:
                pause_s = self.pauses.after(trouble.kind, trouble.asked_s)
                state = "down" if self.pauses.failures > 3 else "reconnecting"
                context.report(state, f"{trouble}; asked again in {pause_s:.0f} s"[:300])
                reading.missed = str(trouble)
                context.wait(pause_s)

    def track(self) -> str:
        """Return TRACK as it is now, or as it was while nobody can say."""
        try:
            self._text = self._track().strip()
        except BrokerUnavailable:
            if not self._text:
                raise
        return self._text


def understood(track: str) -> Compiled:
    """Return the rules that TRACK asks X for."""
    if track == SEARCHES:
        return Compiled((), (), "TRACK=searches is not asked of X yet: set TRACK to a search")
    if track == EVERYTHING:
        return Compiled((), (), "X gives no stream of everything: set TRACK to a search")
    try:
        return compile_rules(parse(track).root)
    except QueryError as error:
        return Compiled((), (), f"TRACK cannot be parsed: {error}")


class _Call:
    """Something asked of X in a thread, so that the reader goes on meanwhile."""

    def __init__(self, client: XClient, rules: tuple[str, ...]) -> None:
        self._client = client
        self._rules = rules
        self._kept: Kept | None = None
        self._trouble: Trouble | None = None
        self._began_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="x-rules", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._kept = keep(self._client, self._rules)
        except Trouble as trouble:
            self._trouble = trouble
        except Exception as error:  # noqa: BLE001 - an answer of another shape than X's
            self._trouble = Trouble(ANSWER, f"X's answer about rules cannot be read: {type(error).__name__}: {error}")

    def result(self) -> Kept | None:
        """Return what X holds; None while it has not answered.

        Raises:
            Trouble: it refused, or takes too long.
        """
        if self._trouble is not None:
            raise self._trouble
        if self._kept is None and time.monotonic() - self._began_s > LONGEST_CALL_S:
            self.abandon()
            raise Trouble(NETWORK, "X takes too long to answer about rules")
        return self._kept

    def abandon(self) -> None:
        """Break it off."""
        self._client.stop()


class _Reading:
    """One `read`: what is known from one connection to the next."""

    def __init__(self, source: XSource, context: SourceContext, heard_ms: int) -> None:
        self._source = source
        self._context = context
        self._budget = source.budget
        self._heard_ms = heard_ms
        self.missed = "nobody listened to X"
        self._grant = Grant(0, 0.0)
        self._rest_until_s = 0.0
        self._compiled = Compiled(())
        self._kept = Kept(0, 0)
        self._asked = ""
        self._looked_s = 0.0
        self._latest_ms = 0

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
        idle = not self._kept.ours and (self._asked != EVERYTHING or not self._kept.others)
        if idle:
            self.missed = self._compiled.problem or "X has no rules"
            self._context.report("down", self.missed)
            if not self._context.wait(1.0) and self._source.track() == self._asked:
                self._context.wait(10.0)
            return
        client = self._source.client()
        client.allowed = self._grant.posts
        thread = threading.Thread(target=client.stream, name="x-stream", daemon=True)
        thread.start()
        try:
            yield from self._receive(client)
        finally:
            client.stop()

    def _may_read(self) -> bool:
        """Take what the budget grants; if that is nothing, wait a while and return False."""
        now_s = self._source.clock_s()
        if now_s >= self._rest_until_s:
            self._grant = self._budget.grant(now_s)
            if self._grant.posts != 0:
                return True
            self._rest_until_s = self._grant.until_s
        self.missed = f"the budget of X_MONTHLY_POSTS: {self._budget.told()}"
        until = time.strftime("%d %B %H:%M UTC", time.gmtime(self._rest_until_s))
        self._context.report("paused", f"{self._budget.told()}: no more is read until {until}")
        self._context.wait(min(LOOK_S, max(0.05, self._rest_until_s - now_s)))
        return False

    # -- rules
    def _set_rules(self) -> Generator[Chunk, None, None]:
        self._compile()
        call = _Call(self._source.client(), self._compiled.rules)
        told_s = time.monotonic()
        while (kept := call.result()) is None:
            if self._context.wait(0.05):
                call.abandon()
                return
            if time.monotonic() - told_s > RECEIVE_S:
                told_s = time.monotonic()
                yield Chunk([])
        self._kept = kept

    def _compile(self) -> None:
        self._asked = self._source.track()
        self._compiled = understood(self._asked)

    # -- the stream
    def _receive(self, client: XClient) -> Iterator[Chunk]:
        heard_s = time.monotonic()
        call: _Call | None = None
        try:
            while not self._context.stopped():
                letters = _received(client.mail)
                if letters:
                    heard_s = time.monotonic()
                elif time.monotonic() - heard_s > self._source.silence_s:
                    raise Trouble(NETWORK, f"no whole line for {self._source.silence_s:.0f} s")
                trouble, spent, records = self._opened(letters)
                yield Chunk(records, self._cursor())
                if spent:
                    self._rest_until_s = self._grant.until_s if self._grant.step else 0.0
                    return
                if trouble is not None:
                    raise trouble
                call = self._look(client, call)
        finally:
            if call is not None:
                call.abandon()

    def _opened(self, letters: list[Letter]) -> tuple[Trouble | None, bool, list[RawRecord]]:
        """Return why the stream is over (None: it is not), whether the grant is, and the records."""
        records: list[RawRecord] = []
        for letter in letters:
            if letter.kind == "spent":
                self.missed = f"the budget of X_MONTHLY_POSTS: {self._budget.told()}"
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
            self._context.gap(self._heard_ms, at_ms, self.missed[:200])

    def _look(self, client: XClient, call: _Call | None) -> _Call | None:
        """Every few seconds: report, follow TRACK without reconnecting, and take the next grant."""
        if call is not None:
            kept = call.result()
            if kept is None:
                return call
            self._kept = kept
            self._report()
        now_s = time.monotonic()
        clock_s = self._source.clock_s()
        if clock_s >= self._grant.until_s:
            self._grant = self._budget.grant(clock_s)
            client.allowed = self._grant.posts
        if now_s - self._looked_s < LOOK_S * self._source.pauses.scale:
            return None
        self._looked_s = now_s
        self._report()
        if self._source.track() == self._asked:
            return None
        self._compile()
        return _Call(self._source.client(), self._compiled.rules)

    def _report(self) -> None:
        found = [f"{self._kept.ours} rules" if self._kept.ours != 1 else "1 rule"]
        if self._compiled.problem:
            found.append(self._compiled.problem)
        if self._kept.without_room:
            found.append(f"{self._kept.without_room} more than X allows: their posts are missed")
        if self._compiled.left_out:
            found.append(f"X cannot be asked for {', '.join(self._compiled.left_out[:5])}: fetched and filtered here")
        if self._budget.posts:
            found.append(self._budget.told() + (", slowly from now on" if self._budget.slow() else ""))
        lag_s = max(0.0, self._source.clock_s() - self._latest_ms / 1000) if self._latest_ms else None
        self._context.report("live", "; ".join(found)[:300], lag_s=lag_s)

    def _cursor(self) -> str:
        return msgspec.json.encode(_Place(self._budget.month, self._budget.count, self._heard_ms)).decode()


def _received(mail: queue.Queue[Letter]) -> list[Letter]:
    """Return what lies in the mailbox, waiting a little if nothing does."""
    letters: list[Letter] = []
    try:
        letters.append(mail.get(timeout=RECEIVE_S))
        while len(letters) < 500:
            letters.append(mail.get_nowait())
    except queue.Empty:
        pass
    return letters


def _place(cursor: str | None) -> _Place:
    try:
        return _decode(cursor or "{}")
    except msgspec.MsgspecError:
        return _Place()
