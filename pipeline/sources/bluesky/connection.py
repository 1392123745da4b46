"""One WebSocket connection to a Jetstream server: opened in a thread, read in chunks, closed within a second.

A connection knows no cursor and does not retry. `receive` waits no longer than the caller allows, so that the reader
can renew its lease and end. Compressed events are unpacked. Errors of the WebSocket library become `SourceUnavailable`:
`StreamRefused` carries the HTTP status and how long to wait, `MessageTooBig` stands for a message beyond the bound.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import zstandard
from websockets.exceptions import ConnectionClosed, InvalidStatus, PayloadTooBig, WebSocketException
from websockets.sync.client import ClientConnection, connect

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.zstd_dictionaries import ZstdDictionary
from pipeline.sources.retry_after import retry_after_s

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 0.5
LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes of the largest message; a larger one ends the connection before it is in memory."""
FRAMES_WAITING = 64
"""Frames that the library buffers before the server has to wait."""
CHUNK_EVENTS = 500
"""Events that one `receive` returns at most."""
_CHUNK_BYTES = 1024 * 1024
JETSTREAM_USER_AGENT = "Murmuration (live search; reads posts and withdrawals)"


class StreamRefused(SourceUnavailable):
    """Raised when a server answers the request with an HTTP status instead of a stream."""

    def __init__(self, status: int, reason: str, retry_after_s: float) -> None:
        super().__init__(f"HTTP {status} {reason}".strip()[:200])
        self.status = status
        self.retry_after_s = retry_after_s


class MessageTooBig(SourceUnavailable):
    """Raised when a server sends a message beyond `LARGEST_MESSAGE`."""


class JetstreamConnection:
    """An open stream of events."""

    def __init__(self, socket: ClientConnection, dictionary: ZstdDictionary | None) -> None:
        self._socket = socket
        self._unpack = zstandard.ZstdDecompressor(dict_data=dictionary.data) if dictionary else None

    def receive(self, timeout_s: float) -> list[bytes]:
        """Return the next events, [] if none arrives within `timeout_s` seconds.

        Raises:
            SourceUnavailable: the connection is over.
        """
        events: list[bytes] = []
        size = 0
        wait_s = timeout_s
        try:
            while len(events) < CHUNK_EVENTS and size < _CHUNK_BYTES:
                data = self._socket.recv(timeout=wait_s, decode=False)
                wait_s = 0.0
                if self._unpack is not None and not data.startswith(b"{"):
                    data = self._unpack.decompress(data, max_output_size=LARGEST_MESSAGE)
                events.append(data)
                size += len(data)
        except TimeoutError:
            pass
        except (ConnectionClosed, WebSocketException, OSError) as error:
            if not events:  # the events before the end are returned first; the next call meets the end again
                raise _ended(error) from error
        except zstandard.ZstdError as error:
            raise SourceUnavailable(f"a compressed event cannot be unpacked: {error}") from error
        return events

    def close(self) -> None:
        """Close the connection, in at most about a second, whatever the server does."""
        with contextlib.suppress(WebSocketException, OSError):
            self._socket.close()


def _ended(error: Exception) -> SourceUnavailable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, PayloadTooBig):
            return MessageTooBig(f"a message of more than {LARGEST_MESSAGE} bytes")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, ConnectionClosed) and error.rcvd is not None:
        return SourceUnavailable(f"the server hung up: {error.rcvd.code} {error.rcvd.reason}".strip()[:200])
    if isinstance(error, ConnectionClosed) and error.sent is not None and error.sent.code == 1009:
        return MessageTooBig(f"a message of more than {LARGEST_MESSAGE} bytes")
    return SourceUnavailable(f"the connection broke: {error}"[:200])


class PendingConnection:
    """A connection that a thread opens, so that the reading loop need not wait for it.

    `find_dictionary` returns the server's compression dictionary, `address_for` the address to request with it; the
    thread calls both.
    """

    def __init__(
        self,
        address_for: Callable[[ZstdDictionary | None], str],
        find_dictionary: Callable[[], ZstdDictionary | None],
    ) -> None:
        self._address_for = address_for
        self._find_dictionary = find_dictionary
        self._lock = threading.Lock()
        self._unwanted = False
        self._connection: JetstreamConnection | None = None
        self._error: SourceUnavailable | None = None
        threading.Thread(target=self._open, name="jetstream-connect", daemon=True).start()

    def result(self) -> JetstreamConnection | None:
        """Return the connection once it is open, None until then.

        Raises:
            SourceUnavailable: the connection cannot be opened.
        """
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._connection

    def abandon(self) -> None:
        """Close the connection, now or once it is open."""
        with self._lock:
            self._unwanted = True
            connection = self._connection
        if connection is not None:
            connection.close()

    def _open(self) -> None:
        found: JetstreamConnection | None = None
        trouble: SourceUnavailable | None = None
        try:
            known = self._find_dictionary()
            socket = connect(
                self._address_for(known),
                compression=None,
                user_agent_header=JETSTREAM_USER_AGENT,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_MESSAGE,
                max_queue=FRAMES_WAITING,
                legacy=True,
            )
            found = JetstreamConnection(socket, known)
        except InvalidStatus as error:
            trouble = _refusal(error)
        except (WebSocketException, OSError, ValueError) as error:
            trouble = SourceUnavailable(f"cannot be reached: {error}"[:200])
        with self._lock:
            self._connection, self._error = found, trouble
            unwanted = self._unwanted
        if unwanted and found is not None:
            found.close()


def _refusal(error: InvalidStatus) -> StreamRefused:
    answer = error.response
    after = answer.headers.get("Retry-After", "")
    reason = bytes(answer.body or b"")[:150].decode(errors="replace")
    return StreamRefused(answer.status_code, reason or answer.reason_phrase, retry_after_s(after))
