"""Mastodon source: public statuses (or only those with given hashtags), edits and deletions, by event streams of one or
several servers.

Each stream has a thread of its own (`server_stream.py`), so that a failing server delays no other; this module takes
their events in the reader's thread, yields chunks of one server each, and reports states and gaps. A stream cannot be
requested from a position on. The cursor is therefore the newest status of each stream: after an outage, ours or the
server's, later statuses are requested by the timeline, and those that cannot be had are reported as a gap. Authors who
do not want to be found (`indexable` or `discoverable` false, `noindex` true) are left out, unless MASTODON_CONSENT is
false.

The streams are read with `urllib3`, not with Mastodon.py: that client swallows what it cannot read, ends a stream
without an error, and waits where it cannot be interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.event_queue import EventQueue
from pipeline.sources.mastodon.cursor_text import Positions, StreamPosition, decode_cursor, encode_cursor
from pipeline.sources.mastodon.server_stream import MASTODON_SILENCE_S, ServerEvent, ServerStream

_QUEUED_EVENTS_MAX = 500
"""Events in the queue of all streams; a server whose events find no room waits."""
_RECEIVE_TIMEOUT_S = 0.5


class MastodonSource:
    """Public statuses of some servers; with `tags`, only those with one of these hashtags."""

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
        consent: bool = True,
        silence_s: float = MASTODON_SILENCE_S,
    ) -> None:
        self._servers = servers
        self._tags = tuple(tag.lstrip("#") for tag in tags) or ("",)
        self._token = token
        self._consent = consent
        self._silence_s = silence_s

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield the servers' events after the newest statuses known, as `Source.read` describes."""
        queue: EventQueue[ServerEvent] = EventQueue(_QUEUED_EVENTS_MAX)
        positions = decode_cursor(cursor)
        streams = [self._stream(server, tag, queue, positions) for server in self._servers for tag in self._tags]
        troubles = {stream.key: "not connected yet" for stream in streams}
        for stream in streams:
            stream.start()
        try:
            while not context.stopped():
                events = queue.take(context.patience(_RECEIVE_TIMEOUT_S))
                for event in events:
                    self._report(event, troubles, context)
                yield from _chunks(events, positions)
        finally:
            for stream in streams:
                stream.stop()

    def _stream(self, server: str, tag: str, queue: EventQueue[ServerEvent], positions: Positions) -> ServerStream:
        stream = ServerStream(server, tag, self._token, queue, consent=self._consent, silence_s=self._silence_s)
        position = positions.get(stream.key, StreamPosition())
        stream.resume(position.newest, position.at_ms)
        return stream

    @staticmethod
    def _report(event: ServerEvent, troubles: dict[str, str], context: SourceContext) -> None:
        if event.kind == "gap":
            context.gap(event.since_ms, event.at_ms, event.reason)
        elif event.kind == "state":
            troubles[event.stream] = event.reason
            away = [f"{stream}: {trouble}" for stream, trouble in troubles.items() if trouble]
            live = len(troubles) - len(away)
            detail = f"{live} of {len(troubles)}; {'; '.join(away)}" if away else ", ".join(troubles)
            context.report("live" if live else "reconnecting", detail[:200])


def _chunks(events: list[ServerEvent], positions: Positions) -> Iterator[Chunk]:
    """Yield the records in order, one chunk for each run of records of one server; an empty chunk if there are none."""
    records: list[RawRecord] = []
    instance = ""
    for event in events:
        if event.kind != "record":
            continue
        if records and event.instance != instance:
            yield Chunk(records, encode_cursor(positions), instance)
            records = []
        instance = event.instance
        records.append(RawRecord(event.at_ms or int(time.time() * 1000), event.data))
        positions[event.stream] = StreamPosition(event.newest, event.at_ms)
    yield Chunk(records, encode_cursor(positions) if positions else None, instance)
