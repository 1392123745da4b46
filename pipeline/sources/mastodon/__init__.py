"""Mastodon's public posts, by the event streams of one or several servers; edits and deletions come the same way.

`urllib3`, not Mastodon.py: that client swallows what it cannot read, ends a stream without a word, and waits where
nobody can interrupt it; what is needed is a GET with timeouts that can be broken off. Each stream has a thread of its
own, so that a server out of order delays no other; this module reads their mailbox, in the reader's thread.

The streams cannot be asked from a place on. The cursor is the newest status of each server: after an outage, ours or
theirs, what came since is asked for, and what cannot be had is told as a gap. Authors who say that they do not want to
be found (`indexable` or `discoverable` false, `noindex` true) are left out.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.mastodon.server import SILENCE_S, Letter, ServerStream

WAITING = 500
"""Events in the mailbox; a server whose events find no room waits."""
RECEIVE_S = 0.5


class _Heard(msgspec.Struct):
    """The newest status of a stream, and when it was heard."""

    newest: str = ""
    at_ms: int = 0


_decode = msgspec.json.Decoder(dict[str, _Heard]).decode


class MastodonSource:
    """Public statuses of some servers; `tags`: only those with one of these hashtags."""

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
        silence_s: float = SILENCE_S,
    ) -> None:
        self._servers = servers
        self._tags = tuple(tag.lstrip("#") for tag in tags) or ("",)
        self._token = token
        self._consent = consent
        self._silence_s = silence_s

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield what the servers tell, from the newest statuses known on; see the contract."""
        mail: queue.Queue[Letter] = queue.Queue(WAITING)
        heard = _heard(cursor)
        streams = [self._stream(server, tag, mail, heard) for server in self._servers for tag in self._tags]
        troubles = {stream.key: "not asked yet" for stream in streams}
        for stream in streams:
            stream.start()
        try:
            while not context.stopped():
                letters = _received(mail, context.patience(RECEIVE_S))
                for letter in letters:
                    self._told(letter, troubles, context)
                yield from _chunks(letters, heard)
        finally:
            for stream in streams:
                stream.stop()

    def _stream(self, server: str, tag: str, mail: queue.Queue[Letter], heard: dict[str, _Heard]) -> ServerStream:
        stream = ServerStream(server, tag, self._token, mail, consent=self._consent, silence_s=self._silence_s)
        known = heard.get(stream.key, _Heard())
        stream.resume(known.newest, known.at_ms)
        return stream

    @staticmethod
    def _told(letter: Letter, troubles: dict[str, str], context: SourceContext) -> None:
        if letter.kind == "gap":
            context.gap(letter.since_ms, letter.until_ms, letter.text)
        elif letter.kind == "state":
            troubles[letter.stream] = letter.text
            away = [f"{stream}: {trouble}" for stream, trouble in troubles.items() if trouble]
            live = len(troubles) - len(away)
            detail = f"{live} of {len(troubles)}; {'; '.join(away)}" if away else ", ".join(troubles)
            context.report("live" if live else "reconnecting", detail[:200])


def _received(mail: queue.Queue[Letter], wait_s: float) -> list[Letter]:
    """Return what lies in the mailbox, waiting a little if nothing does."""
    letters: list[Letter] = []
    try:
        letters.append(mail.get(timeout=wait_s))
        while len(letters) < WAITING:
            letters.append(mail.get_nowait())
    except queue.Empty:
        pass
    return letters


def _chunks(letters: list[Letter], heard: dict[str, _Heard]) -> Iterator[Chunk]:
    """Yield the records, those of one server after another together; an empty chunk if there are none."""
    records: list[RawRecord] = []
    instance = ""
    for letter in letters:
        if letter.kind != "record":
            continue
        if records and letter.instance != instance:
            yield Chunk(records, _encoded(heard), instance)
            records = []
        instance = letter.instance
        records.append(RawRecord(letter.until_ms or int(time.time() * 1000), letter.data))
        heard[letter.stream] = _Heard(letter.newest, letter.until_ms)
    yield Chunk(records, _encoded(heard) if heard else None, instance)


def _heard(cursor: str | None) -> dict[str, _Heard]:
    try:
        return _decode(cursor or "{}")
    except msgspec.MsgspecError:
        return {}


def _encoded(heard: dict[str, _Heard]) -> str:
    return msgspec.json.encode(heard).decode()
