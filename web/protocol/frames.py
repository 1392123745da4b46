"""Frames: messages to clients, encoded once for all watchers, as WebSocket frame and as server-sent event.

Lists of ids are split and several frames can be written as one `Bundle`. Frames of live posts and of history are put
together from the bytes of the posts; no post is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from pipeline.json_line_escapes import escape_line_ends
from web.protocol.server_messages import Deleted, Gone
from web.protocol.websocket_frames import socket_frame

MAX_FRAME_BYTES = 32 * 1024
"""Most bytes of a message to clients, unless one single post is larger: the read limit of Go's coder/websocket."""

_NO_NUMBERS: Mapping[str, int] = MappingProxyType({})

_encoder = msgspec.json.Encoder()


class Frame:
    """One message, encoded once; its bytes for sockets and for event streams are made at first use and kept."""

    __slots__ = ("_event", "_socket", "after", "key", "kind", "payload", "watch_id")

    def __init__(
        self, kind: str, payload: bytes, key: str = "", after: int | None = None, watch_id: str | None = None
    ) -> None:
        self.kind = kind
        self.payload = payload
        self.key = key
        self.after = after
        self.watch_id = watch_id
        """Id of the one subscription that the message is for, None where it is for every one of `key`, or for all."""
        self._socket: bytes | None = None
        self._event: bytes | None = None

    @property
    def socket(self) -> bytes:
        """The WebSocket frame."""
        if self._socket is None:
            self._socket = socket_frame(self.payload)
        return self._socket

    @property
    def event(self) -> bytes:
        """The server-sent event without its id: only the client knows whether `after` is a safe point to resume."""
        if self._event is None:
            data = escape_line_ends(self.payload)
            self._event = b"event: " + self.kind.encode() + b"\ndata: " + data + b"\n\n"
        return self._event


class Bundle(Frame):
    """Several messages that are written at once."""

    __slots__ = ("frames",)

    def __init__(self, frames: list[Frame]) -> None:
        last = frames[-1]
        super().__init__(last.kind, b"", last.key, last.after)
        self.frames = frames

    @property
    def socket(self) -> bytes:
        """The WebSocket frames, one behind the other."""
        if self._socket is None:
            self._socket = b"".join([one.socket for one in self.frames])
        return self._socket

    @property
    def event(self) -> bytes:
        """The server-sent events, without ids."""
        if self._event is None:
            self._event = b"".join([one.event for one in self.frames])
        return self._event


def parts_of(frame: Frame) -> list[Frame]:
    """Return the single messages of a frame: several of a bundle, one of any other."""
    return frame.frames if isinstance(frame, Bundle) else [frame]


def frame(message: Any) -> Frame:
    """Return the frame of a message that carries no posts."""
    after = getattr(message, "after", None)
    return Frame(
        type(message).__struct_config__.tag,
        _encoder.encode(message),
        getattr(message, "key", ""),
        after if isinstance(after, int) else None,
        getattr(message, "id", None),
    )


def frames(message: Gone | Deleted) -> list[Frame]:
    """Return the frames of a list message, split until each has at most `MAX_FRAME_BYTES`."""
    whole = frame(message)
    items: list[Any] = message.posts if isinstance(message, Gone) else message.ids
    if len(whole.payload) <= MAX_FRAME_BYTES or len(items) < 2:
        return [whole]
    middle = len(items) // 2
    if isinstance(message, Gone):
        return frames(Gone(message.key, items[:middle])) + frames(Gone(message.key, items[middle:]))
    return frames(_part(message, items[:middle])) + frames(_part(message, items[middle:]))


def _part(message: Deleted, ids: list[str]) -> Deleted:
    versions = message.versions
    if isinstance(versions, dict):
        return Deleted(ids, {post_id: versions[post_id] for post_id in ids if post_id in versions})
    return Deleted(ids)


def posts_frame(key: str, after: int, bodies: bytes, entered: Mapping[str, int] = _NO_NUMBERS) -> Frame:
    """Return a live frame. `bodies` is the JSON of the posts with commas between, without brackets.

    `entered` are the entry numbers, by id, of those posts whose number in this search is not their first one.
    """
    head = b'{"type":"posts","key":"%s","after":%d,"posts":[' % (key.encode(), after)
    return Frame("posts", b"".join((head, bodies, b"]", _entered(entered), b"}")), key, after)


def history_frame(
    watch_id: str, key: str, bodies: list[bytes], entered: Mapping[str, int] = _NO_NUMBERS, after: int | None = None
) -> Frame:
    """Return a chunk of one subscription's history, `entered` as in `posts_frame`; with `after` it is the last one."""
    end = b'],"done":false' if after is None else b'],"done":true,"after":%d' % after
    head = b'{"type":"history","id":%s,"key":"%s","posts":[' % (_encoder.encode(watch_id), key.encode())
    return Frame("history", b"".join((head, b",".join(bodies), end, _entered(entered), b"}")), key, after, watch_id)


def _entered(numbers: Mapping[str, int]) -> bytes:
    return b',"entered":' + _encoder.encode(dict(numbers)) if numbers else b""
