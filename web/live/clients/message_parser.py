"""Parser of a socket's incoming bytes: WebSocket frames to text messages, bounded in size (RFC 6455, 5 and 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed

from web.protocol.close_codes import CLOSES, Close


class MessageParser:
    """Text messages out of the bytes of one client. Once `failed` it must be given no more bytes.

    Args:
        max_bytes: most bytes of a message.
    """

    __slots__ = ("_fragments", "_frames", "_max_bytes", "_size", "failed", "ping")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._frames = FrameProtocol(client=False, extensions=[])
        self._fragments: list[bytes] = []
        self._size = 0
        self.failed = False
        self.ping: bytes | None = None
        """Payload of the last ping that was not answered yet."""

    def receive(self, data: bytes) -> Iterator[bytes | Close]:
        """Yield each complete text message, and a close code where the connection must be closed.

        `CLOSES["bye"]` is the peer's own close frame. After any other close code frames are still parsed, unless
        `failed` is set, so that the peer's close frame is seen.
        """
        try:
            self._frames.receive_bytes(data)
            for frame in self._frames.received_frames():
                yield from self._take(frame)
                if self.failed:
                    return
        except ParseFailed as error:
            self._fail()  # FrameProtocol keeps every byte that it is given after an error
            bad_text = error.code == CloseReason.INVALID_FRAME_PAYLOAD_DATA
            yield CLOSES["not_text" if bad_text else "protocol_error"]

    def _take(self, frame: Any) -> Iterator[bytes | Close]:
        opcode, payload = frame.opcode, frame.payload
        if opcode is Opcode.TEXT:
            yield from self._add_text(payload, finished=frame.message_finished)
        elif opcode is Opcode.PING:
            self.ping = bytes(payload)
        elif opcode is Opcode.CLOSE:
            yield CLOSES["bye"]
        elif opcode is Opcode.BINARY:
            yield CLOSES["bad_message"]

    def _add_text(self, payload: Any, *, finished: bool) -> Iterator[bytes | Close]:
        if payload:  # a peer may send empty fragments without end: they are not kept
            self._fragments.append(payload.encode() if isinstance(payload, str) else bytes(payload))
            self._size += len(self._fragments[-1])
        if self._size > self._max_bytes:
            self._fail()
            yield CLOSES["message_too_big"]
        elif finished:
            text = b"".join(self._fragments)
            self._fragments.clear()
            self._size = 0
            yield text

    def _fail(self) -> None:
        self.failed = True
        self._fragments.clear()
