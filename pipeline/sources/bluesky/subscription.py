"""One Jetstream subscription: joins a server's stream at the cursor and reads it until its connection ends.

`joining` brings the stream to the present and says how completely; here it goes on. A server holds events for a limited
time and cuts an older cursor short, silently on the long-standing wire. A silent connection counts as dead.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.sources.bluesky.cursor_text import JetstreamCursor
from pipeline.sources.bluesky.joining.join import join
from pipeline.sources.bluesky.joining.session import JetstreamServices, JetstreamSession
from pipeline.sources.contract import Chunk, SourceContext

JETSTREAM_SILENCE_S = 45.0
"""Seconds without an event after which a connection counts as dead. The whole network is never silent for 45 s, not
even while a server seeks an old cursor."""


class JetstreamSubscription:
    """One subscription, from the request to the end of its connection. `cursor` is advanced in place.

    `must_hold`: if the server does not reach back to the cursor, leave it for another one that may.
    """

    def __init__(
        self,
        url: str,
        cursor: JetstreamCursor,
        context: SourceContext,
        services: JetstreamServices,
        *,
        silence_s: float = JETSTREAM_SILENCE_S,
        must_hold: bool = False,
    ) -> None:
        self._session = JetstreamSession(url, cursor, context, services, silence_s)
        self._must_hold = must_hold

    def chunks(self) -> Iterator[Chunk]:
        """Yield the events as chunks until the context stops.

        Raises:
            NothingHeld: see `must_hold`.
            SourceUnavailable: the connection could not be opened, or is over.
        """
        session = self._session
        try:
            stream = yield from join(session, must_hold=self._must_hold)
            while stream is not None and not session.context.stopped():
                yield session.pump(stream)
        finally:
            session.close()
