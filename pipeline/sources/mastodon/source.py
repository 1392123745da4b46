"""Mastodon source: public statuses (or only those with given hashtags), edits and deletions, by event streams of one or
several servers.

Each stream has a thread of its own (`server_stream.py`), so that a failing server delays no other; this module takes
their events in the reader's thread, yields chunks of one server each, and reports states and outages. A stream cannot
be requested from a position on. The cursor is therefore the newest status of each stream and when it was last heard:
after an outage, ours or the server's, what was streamed meanwhile is requested by the timeline. Every outage of a
stream is told: what cannot be had is a gap, and the re-check looks for deletions and edits. Authors who do not want to
be found (`indexable` or `discoverable` false, `noindex` true) are left out, unless MASTODON_CONSENT is false.

The streams are read with `urllib3`, not with Mastodon.py: that client swallows what it cannot read, ends a stream
without an error, and waits where it cannot be interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import CAUGHT_UP, Chunk, SourceContext
from pipeline.sources.event_queue import EventQueue
from pipeline.sources.mastodon.api import MastodonApi, base_of
from pipeline.sources.mastodon.count_refresh import CALL_PAUSE_S, CountRefresh
from pipeline.sources.mastodon.cursor_text import Positions, StreamPosition, decode_cursor, encode_cursor
from pipeline.sources.mastodon.server_stream import MASTODON_SILENCE_S, ServerEvent, ServerStream

_QUEUED_EVENTS_MAX = 500
"""Events in the queue of all streams; a server whose events find no room waits."""
_RECEIVE_TIMEOUT_S = 0.5


class MastodonSource:
    """Public statuses of some servers; with `tags`, only those with one of these hashtags.

    `feed` is one of `instance.FEEDS`. With `counts_after_s`, each status is requested once more so many seconds later.
    """

    name = "mastodon"
    generated = False
    resumes = True
    patient = False

    def __init__(
        self,
        servers: tuple[str, ...],
        tags: tuple[str, ...] = (),
        token: str = "",
        *,
        feed: str = "public",
        consent: bool = True,
        counts_after_s: float = 0.0,
        silence_s: float = MASTODON_SILENCE_S,
        call_pause_s: float = CALL_PAUSE_S,
    ) -> None:
        self._servers = servers
        self._tags = tuple(tag.lstrip("#") for tag in tags) or ("",)
        self._token = token
        self._feed = feed
        self._consent = consent
        self._counts_after_s = counts_after_s
        self._silence_s = silence_s
        self._call_pause_s = call_pause_s

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield the servers' events after the newest statuses known, as `Source.read` describes."""
        queue: EventQueue[ServerEvent] = EventQueue(_QUEUED_EVENTS_MAX)
        positions = decode_cursor(cursor)
        refreshes = self._refreshes(queue)
        streams = [
            self._stream(server, tag, queue, positions, refreshes.get(server))
            for server in self._servers
            for tag in self._tags
        ]
        threads: list[ServerStream | CountRefresh] = [*streams, *refreshes.values()]
        states = {stream.key: ServerEvent("state", reason="not connected yet") for stream in streams}
        for thread in threads:
            thread.start()
        try:
            while not context.stopped():
                events = queue.take(context.patience(_RECEIVE_TIMEOUT_S))
                for event in events:
                    _report(event, states, context)
                yield from _chunks(events, positions)
        finally:
            for thread in threads:
                thread.stop()

    def _stream(
        self,
        server: str,
        tag: str,
        queue: EventQueue[ServerEvent],
        positions: Positions,
        refresh: CountRefresh | None,
    ) -> ServerStream:
        stream = ServerStream(
            server,
            tag,
            self._token,
            queue,
            feed=self._feed,
            consent=self._consent,
            silence_s=self._silence_s,
            passed=refresh.passed if refresh is not None else lambda *_: None,
        )
        position = positions.get(stream.key, StreamPosition())
        stream.resume(position.newest, position.at_ms)
        return stream

    def _refreshes(self, queue: EventQueue[ServerEvent]) -> dict[str, CountRefresh]:
        """Return the second look at each server, none where they are not wanted."""
        if not self._counts_after_s:
            return {}
        return {
            server: CountRefresh(
                MastodonApi(server, "", self._token),
                urlsplit(base_of(server)).netloc.lower(),
                queue,
                after_s=self._counts_after_s,
                consent=self._consent,
                call_pause_s=self._call_pause_s,
            )
            for server in self._servers
        }


def _report(event: ServerEvent, states: dict[str, ServerEvent], context: SourceContext) -> None:
    """Report an outage, or the states of all streams where one has changed."""
    if event.kind == "outage":
        why = f"{event.stream} was away, and {event.reason}"
        if not event.reason:
            why = f"{CAUGHT_UP}{event.stream} was away: its statuses were requested, deletions and edits are looked for"
        context.gap(event.since_ms, event.at_ms, why)
    elif event.kind == "state":
        states[event.stream] = event
        away = [f"{stream}: {state.reason}" for stream, state in states.items() if state.reason]
        notes = [f"{stream}: {state.note}" for stream, state in states.items() if state.note]
        live = len(states) - len(away)
        detail = "; ".join([f"{live} of {len(states)}", *away] if away else [", ".join(states)])
        closed = all(state.closed for state in states.values())
        context.report("live" if live else "down" if closed else "reconnecting", "; ".join([detail, *notes])[:200])


def _chunks(events: list[ServerEvent], positions: Positions) -> Iterator[Chunk]:
    """Yield the records in order, one chunk for each run of records of one server; an empty chunk if there are none."""
    records: list[RawRecord] = []
    instance = ""
    for event in events:
        if event.stream and event.heard_ms:
            positions[event.stream] = StreamPosition(event.newest, event.heard_ms)
        if event.kind not in ("record", "again"):
            continue
        if records and event.instance != instance:
            yield Chunk(records, encode_cursor(positions), instance)
            records = []
        instance = event.instance
        records.append(RawRecord(event.at_ms or int(time.time() * 1000), event.data))
    yield Chunk(records, encode_cursor(positions) if positions else None, instance)
