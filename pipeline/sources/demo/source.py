"""Demo source: plays generated posts in real time at an average rate, as records of our own JSON, the same for a seed.

`generator.py` generates the events in chapters; this module assigns ids and times. The very first start plays an hour
of history at once. Ids are `demo:<seed>.<chapter>.<event>`; the cursor is the next event. At high rates a few chapters
are generated once and played again under new ids.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.demo.generator import EVENTS, Chapter, ChapterEvent

HISTORY_S = 3600
HISTORY_EVENTS = 20_000
"""The history at the first start: an hour, or this many events if the rate is high."""
CHUNK = 500
SHORTEST_WAIT_S = 0.002
LONGEST_WAIT_S = 0.5
FASTEST_FRESH = 500.0
"""Events a second; above this rate `REPEATED` chapters are generated once and played again under new ids, because
generating a chapter takes longer than playing it."""
REPEATED = 8
"""Chapters that a fast demo generates before it repeats them."""


class _Cursor(msgspec.Struct):
    seed: int
    chapter: int
    event: int


_encode = msgspec.json.Encoder().encode


class DemoSource:
    """The generated stream, `rate` events a second on average."""

    name = "demo"
    generated = True
    resumes = True
    patient = True

    def __init__(self, seed: int, rate: float) -> None:
        self._seed = seed
        self._rate = rate
        self._length_ms = EVENTS / rate * 1000

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield events when they are due, as `Source.read` describes."""
        chapter, event = self._position(cursor)
        now = time.time() * 1000
        if cursor is None:
            begin = now - min(HISTORY_S, HISTORY_EVENTS / self._rate) * 1000
        else:
            begin = now - self._chapter(chapter).events[event].offset * self._length_ms
        state = ""
        while not context.stopped():
            events = self._chapter(chapter).events
            now = time.time() * 1000
            due = event
            while due < EVENTS and due - event < CHUNK and begin + events[due].offset * self._length_ms <= now:
                due += 1
            records = [self._record(chapter, begin, one) for one in events[event:due]]
            event = due
            if event == EVENTS:
                chapter, event, begin = chapter + 1, 0, begin + self._length_ms
            wait_s = (begin + self._chapter(chapter).events[event].offset * self._length_ms) / 1000 - time.time()
            state = self._report_change(state, "live" if wait_s > 0 else "replaying", context)
            yield Chunk(records, _encode(_Cursor(self._seed, chapter, event)).decode())
            if wait_s > 0:
                context.wait(min(max(wait_s, SHORTEST_WAIT_S), LONGEST_WAIT_S))

    @staticmethod
    def _report_change(before: str, state: str, context: SourceContext) -> str:
        """Report a change of the state: the past hour is replayed first, then the source is live for good."""
        if before in ("live", state):
            return before
        context.report(state, "the past hour first" if state == "replaying" else "")
        return state

    def _position(self, cursor: str | None) -> tuple[int, int]:
        if cursor is None:
            return 0, 0
        try:
            position = msgspec.json.decode(cursor, type=_Cursor)
        except msgspec.MsgspecError:
            return 0, 0
        known = position.seed == self._seed and position.chapter >= 0 and 0 <= position.event < EVENTS
        return (position.chapter, position.event) if known else (0, 0)

    def _chapter(self, number: int) -> Chapter:
        return _generated(self._seed, number % REPEATED if self._rate > FASTEST_FRESH else number)

    def _id(self, chapter: int, event: int) -> str:
        return f"demo:{self._seed}.{chapter}.{event}"

    def _record(self, chapter: int, begin: float, one: ChapterEvent) -> RawRecord:
        """Return an event as a record in our canonical JSON, with ids and times."""
        at = int(begin + one.offset * self._length_ms)
        record: dict[str, Any] = {"murmur": 1, "kind": "delete" if one.kind == "delete" else "post"}
        record["id"] = self._id(chapter, one.number)
        if one.kind == "delete":
            record["at"] = at
            return RawRecord(at, _encode(record))
        record |= one.fields
        record |= {"source": "demo", "version": at, "created_at": int(begin + one.born * self._length_ms)}
        if one.about is not None:
            self._add_reference(record, chapter, begin, one)
        return RawRecord(at, _encode(record))

    def _add_reference(self, record: dict[str, Any], chapter: int, begin: float, one: ChapterEvent) -> None:
        """Add the earlier post that an event is about; a repost or quote contains it, with its counts after this
        event."""
        assert one.about is not None  # noqa: S101 - the caller checked it
        number, born, fields = one.about
        earlier = self._id(chapter, number)
        if one.kind == "reply":
            author = fields["author"]
            record["reply_to"] = {"id": earlier, "author": author["id"], "handle": author["handle"]}
            return
        record["repost_of" if one.kind == "repost" else "quote_of"] = earlier
        record["original"] = fields | {
            "id": earlier,
            "source": "demo",
            "version": record["version"],
            "created_at": int(begin + born * self._length_ms),
            "counts": one.counts,
        }


@lru_cache(maxsize=REPEATED + 1)
def _generated(seed: int, number: int) -> Chapter:
    return Chapter(seed, number)
