"""One connection to one Jetstream server: opened beside the reading loop, read in chunks, closed in a second.

Holds no cursor and no retry. All that may wait does so for at most half a second at a time, so that whoever reads can
renew its lease and end. Nothing of the WebSocket library leaks through.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

import urllib3
import zstandard
from websockets.exceptions import ConnectionClosed, InvalidStatus, PayloadTooBig, WebSocketException
from websockets.sync.client import ClientConnection, connect

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.wire import dictionary_url
from pipeline.sources.waits import asked_pause_s

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 0.5
LARGEST_MESSAGE = 16 * 1024 * 1024
"""A larger one ends the connection before it is taken into memory."""
FRAMES_WAITING = 64
LARGEST_DICTIONARY = 4 * 1024 * 1024
CHUNK_EVENTS = 500
CHUNK_BYTES = 1024 * 1024
AGENT = "Murmuration (live search; reads posts and withdrawals)"


class Refused(SourceUnavailable):
    """Raised when a server answers the request with something else than a stream."""

    def __init__(self, status: int, reason: str, retry_after_s: float) -> None:
        super().__init__(f"HTTP {status} {reason}".strip()[:200])
        self.status = status
        self.retry_after_s = retry_after_s


class MessageTooBig(SourceUnavailable):
    """Raised when a server sends a message beyond `LARGEST_MESSAGE`."""


@dataclass(frozen=True)
class Dictionary:
    """A server's compression dictionary; its number is in it."""

    number: int
    data: zstandard.ZstdCompressionDict


class Connection:
    """An open stream of events."""

    def __init__(self, socket: ClientConnection, dictionary: Dictionary | None) -> None:
        self._socket = socket
        self._unpack = zstandard.ZstdDecompressor(dict_data=dictionary.data) if dictionary else None

    def receive(self, timeout_s: float) -> list[bytes]:
        """Return the next events, [] if there was none for `timeout_s` seconds.

        Raises:
            SourceUnavailable: the connection is over.
        """
        events: list[bytes] = []
        size = 0
        wait_s = timeout_s
        try:
            while len(events) < CHUNK_EVENTS and size < CHUNK_BYTES:
                data = self._socket.recv(timeout=wait_s, decode=False)
                wait_s = 0.0
                if self._unpack is not None and not data.startswith(b"{"):
                    data = self._unpack.decompress(data, max_output_size=LARGEST_MESSAGE)
                events.append(data)
                size += len(data)
        except TimeoutError:
            pass
        except (ConnectionClosed, WebSocketException, OSError) as error:
            if not events:  # what came before the end is handed over first; the next call meets the end again
                raise _ended(error) from error
        except zstandard.ZstdError as error:
            raise SourceUnavailable(f"a compressed event cannot be unpacked: {error}") from error
        return events

    def close(self) -> None:
        """Close it; takes at most about a second, whatever the server does."""
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


def dictionary(url: str) -> Dictionary | None:
    """Return the compression dictionary of a server of the newer wire, None where there is none to be had."""
    try:
        answer = urllib3.request(
            "GET", dictionary_url(url), timeout=OPEN_TIMEOUT_S, retries=False, preload_content=False
        )
        data = answer.read(LARGEST_DICTIONARY + 1) if answer.status == 200 else b""
        answer.close()
        known = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT) if data else None
    except (urllib3.exceptions.HTTPError, zstandard.ZstdError, OSError, ValueError):
        return None
    return Dictionary(known.dict_id(), known) if known is not None and len(data) <= LARGEST_DICTIONARY else None


class Opening:
    """A connection that is being opened by a thread of its own; nobody has to wait for it. `ask` gives the address,
    `zipped` what it may be compressed with (both are called in that thread)."""

    def __init__(self, ask: Callable[[Dictionary | None], str], zipped: Callable[[], Dictionary | None]) -> None:
        self._ask = ask
        self._zipped = zipped
        self._lock = threading.Lock()
        self._unwanted = False
        self._connection: Connection | None = None
        self._error: SourceUnavailable | None = None
        threading.Thread(target=self._open, name="jetstream-opening", daemon=True).start()

    def result(self) -> Connection | None:
        """Return the connection once it is open, None while it is not.

        Raises:
            SourceUnavailable: it cannot be opened.
        """
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._connection

    def abandon(self) -> None:
        """Close what may still be opened."""
        with self._lock:
            self._unwanted = True
            connection = self._connection
        if connection is not None:
            connection.close()

    def _open(self) -> None:
        found: Connection | None = None
        trouble: SourceUnavailable | None = None
        try:
            known = self._zipped()
            socket = connect(
                self._ask(known),
                compression=None,
                user_agent_header=AGENT,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_MESSAGE,
                max_queue=FRAMES_WAITING,
                legacy=True,
            )
            found = Connection(socket, known)
        except InvalidStatus as error:
            trouble = _refusal(error)
        except (WebSocketException, OSError, ValueError) as error:
            trouble = SourceUnavailable(f"cannot be reached: {error}"[:200])
        with self._lock:
            self._connection, self._error = found, trouble
            unwanted = self._unwanted
        if unwanted and found is not None:
            found.close()


def _refusal(error: InvalidStatus) -> Refused:
    answer = error.response
    after = answer.headers.get("Retry-After", "")
    said = bytes(answer.body or b"")[:150].decode(errors="replace")
    return Refused(answer.status_code, said or answer.reason_phrase, asked_pause_s(after))
