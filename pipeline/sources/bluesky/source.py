"""Bluesky source: reads Jetstream servers, one at a time, and turns to the next when one fails.

Each `read` joins one server at the cursor (`subscription.py`); the reader repeats it. A server that does not reach back
to the cursor is left for the others; if none does, the time between is a gap. After a refusal by all servers it waits
as the last one asks, five minutes at most; a message too large to receive is stepped over and reported as a gap.

The stream is read with `websockets` (its sync client) and msgspec, not with the SDK's `atproto_jetstream`: the SDK
brings pydantic, httpx and cryptography for a stream that needs one decoder, builds an object of every event that is
passed on as bytes, does not end within a second, and does not report that a cursor was cut short. The WebSocket library
is maintained, tested against the standard's suite, bounds messages and queues, and follows redirects.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.connection import MessageTooBig, PendingConnection, StreamRefused
from pipeline.sources.bluesky.cursor_text import JetstreamCursor, decode_cursor, encode_cursor
from pipeline.sources.bluesky.event_enrichment import AuthorNames
from pipeline.sources.bluesky.jetstream_url import host_of
from pipeline.sources.bluesky.joining.join import RESUME_OVERLAP_US, NothingHeld
from pipeline.sources.bluesky.joining.server_clock import SystemClock
from pipeline.sources.bluesky.joining.session import JetstreamServices, MachineSlept, OpenConnection
from pipeline.sources.bluesky.profiles import Profiles
from pipeline.sources.bluesky.reaction_counts import ReactionCounts
from pipeline.sources.bluesky.subscription import JETSTREAM_SILENCE_S, JetstreamSubscription
from pipeline.sources.contract import Chunk, SourceContext

PUBLIC_SERVERS = (
    "wss://jetstream.us-east.bsky.network",
    "wss://jetstream.us-west.bsky.network",
    "wss://jetstream2.us-east.bsky.network",
    "wss://jetstream1.us-west.bsky.network",
    "wss://jetstream1.us-east.bsky.network",
    "wss://jetstream2.us-west.bsky.network",
)
"""Bluesky's own servers, of the newer and the older implementation."""
BLUESKY_API_URL = "https://public.api.bsky.app"
LONGEST_REFUSAL_S = 300.0
"""Seconds that the source waits at most after all servers have refused."""
STEP_OVER_US = 1_000_000
"""Microseconds by which the cursor moves beyond a message that is too large to receive."""


class BlueskySource:
    """Posts of Bluesky, their deletions, and the deletion or deactivation of accounts."""

    name = "bluesky"
    generated = False
    resumes = True
    patient = True

    def __init__(
        self,
        urls: tuple[str, ...] = (),
        api: str = BLUESKY_API_URL,
        *,
        counts: bool = False,
        silence_s: float = JETSTREAM_SILENCE_S,
        clock: SystemClock | None = None,
        connect: OpenConnection = PendingConnection,
    ) -> None:
        self._urls = urls or PUBLIC_SERVERS
        self._turn = 0
        self._without_the_past = 0
        self._silence_s = silence_s
        self._names = AuthorNames(Profiles(api), ReactionCounts(api if counts else ""))
        self._services = JetstreamServices(self._names, clock, connect)

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield the events of one connection from the cursor on, as `Source.read` describes.

        Raises:
            SourceUnavailable: the connection could not be opened, or is over; the next call connects to the next
                server.
        """
        position = decode_cursor(cursor)
        url = self._urls[self._turn % len(self._urls)]
        self._names.start()
        try:
            # Servers that do not reach back to the cursor are asked once each; the next one is taken as it is.
            must_hold = self._without_the_past < len(self._urls) - 1
            yield from JetstreamSubscription(
                url, position, context, self._services, silence_s=self._silence_s, must_hold=must_hold
            ).chunks()
        except MessageTooBig:
            if position.time_us:
                self._step_over(url, position, context)
                yield Chunk([], encode_cursor(position))
            raise
        except MachineSlept:
            raise
        except NothingHeld as error:
            self._turn += 1
            self._without_the_past += 1
            raise SourceUnavailable(f"{host_of(url)} {error}") from error
        except StreamRefused as error:
            self._turn += 1
            if error.retry_after_s and self._turn % len(self._urls) == 0:
                # Every server has refused once; the last one stated how long it wants to be left alone.
                context.report("reconnecting", f"{host_of(url)}: {error}")
                context.wait(min(error.retry_after_s, LONGEST_REFUSAL_S))
            raise SourceUnavailable(f"{host_of(url)}: {error}") from error
        except SourceUnavailable as error:
            self._turn += 1
            self._without_the_past = 0
            raise SourceUnavailable(f"{host_of(url)}: {error}") from error
        finally:
            self._names.stop()

    @staticmethod
    def _step_over(url: str, position: JetstreamCursor, context: SourceContext) -> None:
        """Move the cursor beyond a message that is too large, and report the gap."""
        since_us = position.time_us
        position.time_us += STEP_OVER_US + RESUME_OVERLAP_US
        position.at_us = (position.at_us or since_us) + STEP_OVER_US + RESUME_OVERLAP_US
        position.host, position.seq, position.stepped = host_of(url), 0, True
        context.gap(
            since_us // 1000, position.time_us // 1000, f"{host_of(url)} sent a message that is too large to take"
        )
