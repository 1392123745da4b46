"""Every message of the socket and the event stream, its bounds, every close code and every error code. Nothing else.

`docs/protocol.md` says the same for people and `protocol.schema.json` for programs; tests hold both to this file. Posts
are never parsed here: a frame that carries posts is put together from bytes.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from pipeline.broker.store_outage import Outage
from pipeline.json_line_escapes import escape_line_ends
from pipeline.post import Post

MAX_ID_CHARS = 64
MAX_QUERY_CHARS = 8_192
MAX_HISTORY = 20_000
"""Most posts of history a subscription may ask for."""
MAX_AFTER = 2**63 - 1
"""Greatest publication number anybody can name."""
MAX_CATCH_UP = 2_000
"""More missed posts than this and the client starts anew (`reset`)."""
MAX_FRAME_BYTES = 32 * 1024
"""Most bytes of a message to clients, unless one single post is larger: the read limit of Go's coder/websocket."""
MAX_CLOSE_REASON_BYTES = 120


# -- client to server
class Subscribe(Struct, tag="subscribe", tag_field="type"):
    """Watch a search. `id` is the client's own name for it; `after` where it takes up again, null to start anew."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]
    query: Annotated[str, Meta(max_length=MAX_QUERY_CHARS)]
    history: Annotated[int, Meta(ge=0, le=MAX_HISTORY)] = 500
    after: Annotated[int, Meta(ge=0, le=MAX_AFTER)] | None = None


class Unsubscribe(Struct, tag="unsubscribe", tag_field="type"):
    """Stop watching."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]


ClientMessage = Subscribe | Unsubscribe


# -- server to client
class WirePost(Post):
    """A post as it travels: a repost or quote whose original is stored carries it inside."""

    original: Post | None = None


class Subscribed(Struct, tag="subscribed", tag_field="type"):
    """The search was understood; frames of `key` follow."""

    id: str
    key: str
    query: str
    terms: list[str]


class History(Struct, tag="history", tag_field="type"):
    """Stored posts, newest first, in chunks; the last has done=true and `after`."""

    key: str
    posts: list[WirePost]
    done: bool
    after: int | msgspec.UnsetType = msgspec.UNSET


class Posts(Struct, tag="posts", tag_field="type"):
    """Live matches. Merge by id: the greater `version` wins."""

    key: str
    after: int
    posts: list[WirePost]


class Gone(Struct, tag="gone", tag_field="type"):
    """Posts that no longer match, each with the version that does not."""

    key: str
    posts: list[tuple[str, int]]


class Deleted(Struct, tag="deleted", tag_field="type"):
    """Withdrawn at the source: never show these ids again."""

    ids: list[str]


class Reset(Struct, tag="reset", tag_field="type"):
    """Too much was missed: forget what is held of `key`, history follows."""

    key: str


class Lagged(Struct, tag="lagged", tag_field="type"):
    """The client was too slow; no frame of `key` comes until it subscribes again with its last `after`."""

    key: str


class SourceState(Struct):
    """What a source last said of itself."""

    name: str
    state: str
    since: int | None = None
    lag_s: float | None = None
    detail: str = ""
    generated: bool = False


class Stats(Struct, tag="stats", tag_field="type"):
    """Once a second. `after` moves every search whose history is complete. `reconnecting`: live posts wait. `outage`:
    new posts wait for the store."""

    indexed: int
    rate: float
    connected: int
    sources: list[SourceState]
    source: SourceState | None = None
    reconnecting: bool = False
    outage: Outage | None = None
    after: int | msgspec.UnsetType = msgspec.UNSET


class Gap(Struct, tag="gap", tag_field="type"):
    """Posts of that time (ms) are known to be missing."""

    source: str
    from_: int = msgspec.field(name="from")
    to: int | None
    why: str


class Fault(Struct, omit_defaults=True):
    """What went wrong: `code` for programs, `message` for people, `position` in the search, `hint` what to do."""

    code: str
    message: str
    position: int | None = None
    hint: str = ""


class Error(Struct, tag="error", tag_field="type"):
    """A message, or the subscription `id`, was refused."""

    error: Fault
    id: str | None = None


ServerMessage = Subscribed | History | Posts | Gone | Deleted | Reset | Lagged | Stats | Gap | Error

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ClientMessage)


class OutOfBounds(ValueError):
    """Raised for JSON that is no message of ours; `id` is the subscription's, where it names one."""

    def __init__(self, why: str, watch_id: str | None) -> None:
        super().__init__(why)
        self.id = watch_id


def decode(text: bytes | str) -> ClientMessage:
    """Return a client's message.

    Raises:
        OutOfBounds: it is a JSON object, but a field is missing, of another type, or out of its bounds; the sentence
            names field and bound.
        ValueError: it is no JSON object at all, with a sentence that says why.
    """
    try:
        message: ClientMessage = _decoder.decode(text)
    except msgspec.ValidationError as error:
        if text.lstrip()[:1] not in ("{", b"{"):
            raise ValueError(str(error)) from error
        raise OutOfBounds(_told(str(error)), _id_of(text)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return message


def _told(why: str) -> str:
    """Return msgspec's sentence ("Expected `int` <= 20000 - at `$.history`") with the field in front."""
    what, _, field = why.partition(" - at `$.")
    return f"{field.rstrip('`')}: {what}."[:300] if field else f"{why}."[:300]


class _Named(Struct):
    id: str | None = None


def _id_of(text: bytes | str) -> str | None:
    try:
        named = msgspec.json.decode(text, type=_Named).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return named if named is not None and len(named) <= MAX_ID_CHARS else None


# -- close codes
@dataclass(frozen=True, slots=True)
class Close:
    """Why a socket is closed. `again`: should the browser come back by itself, and after how many ms at random."""

    code: int
    name: str
    again: tuple[int, int] | None
    meaning: str

    def reason(self) -> str:
        """Return the text of the close frame: the name and, where to come back, the delay drawn for this client."""
        return f"{self.name}; come back in {random.randint(*self.again)} ms" if self.again else self.name


CLOSES = {
    close.name: close
    for close in (
        Close(1000, "bye", None, "the client closed"),
        Close(1001, "going_away", (0, 5_000), "this web process ends"),
        Close(1002, "protocol_error", None, "bytes that are no WebSocket frames"),
        Close(1007, "not_text", None, "text that is not UTF-8"),
        Close(1011, "internal", (1_000, 10_000), "an error of ours, logged"),
        Close(1013, "process_full", (2_000, 10_000), "SOCKETS_MAX sockets are open in this process"),
        Close(4008, "too_slow", (1_000, 5_000), "nothing could be written for a minute"),
        Close(4029, "too_many_sockets", (10_000, 30_000), "SOCKETS_PER_ADDRESS sockets are open from this address"),
        Close(4400, "bad_message", None, "a message that is no JSON object, or a binary one"),
        Close(4401, "signed_out", None, "ACCESS_TOKEN is set and this client has not signed in"),
        Close(4413, "message_too_big", None, "a message over MESSAGE_MAX_KB"),
        Close(4429, "too_many_messages", None, "more than MESSAGES_PER_SECOND"),
    )
}
"""Every close code by name. Where `again` is None the browser stays away until a person acts."""

ERRORS = {
    "bad_request": "a parameter, or a field of a message, is missing or wrong",
    "unknown_host": "the request names a host that is not served here; see ALLOWED_HOSTS",
    "bad_origin": "a page of another origin asked; see ALLOWED_ORIGINS",
    "signed_out": "ACCESS_TOKEN is set and this client has not signed in",
    "bad_token": "the access token is not the right one",
    "not_found": "there is no such page, post or picture",
    "method_not_allowed": "the route does not take this method",
    "too_many_searches": "SEARCHES_PER_SOCKET searches are being watched on this socket",
    "too_many_streams": "STREAMS_MAX event streams are open in this process, or SOCKETS_PER_ADDRESS from this address",
    "too_many_exports": "too many exports are under way in this process: try again later",
    "writing_off": "neither INGEST_TOKEN nor ACCESS_TOKEN is set, so nobody may write",
    "too_large": "the body is larger than INGEST_MAX_MB, 64 KB on every other route",
    "queue_full": "workers are behind, or too many send at once: try again later",
    "search_conflict": "another search is registered under the same key",
    "query_timeout": "the search took the store longer than its limit and was stopped",
    "store_unavailable": "the store cannot be reached or is overloaded now",
    "broker_unavailable": "Redis cannot be reached now",
    "not_ready": "broker or store cannot be reached, or they do not belong together",
    "images_off": "IMAGES=off",
    "bad_image": "the picture cannot be fetched, is too big, or is none",
    "http": "the request was refused by the web server's own rules",
    "internal": "an error of ours, logged",
}
"""Every error code of the web, beside those of the search language (docs/search.md)."""


# -- frames
_MEDIUM = struct.Struct("!BBH")
_LARGE = struct.Struct("!BBQ")


def socket_frame(payload: bytes, opcode: int = 0x1) -> bytes:
    """Return one unmasked, final WebSocket frame (RFC 6455, 5.2)."""
    size = len(payload)
    first = 0x80 | opcode
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65_536:
        return _MEDIUM.pack(first, 126, size) + payload
    return _LARGE.pack(first, 127, size) + payload


def close_frame(close: Close) -> bytes:
    """Return the close frame of a reason."""
    return socket_frame(struct.pack("!H", close.code) + close.reason().encode()[:MAX_CLOSE_REASON_BYTES], 0x8)


PING = socket_frame(b"", 0x9)


class Frame:
    """One message, encoded once; its bytes for sockets and for event streams are made once, when first asked for."""

    __slots__ = ("_event", "_socket", "after", "key", "kind", "payload")

    def __init__(self, kind: str, payload: bytes, key: str = "", after: int | None = None) -> None:
        self.kind = kind
        self.payload = payload
        self.key = key
        self.after = after
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
        """The server-sent event, without an id (who writes it knows whether `after` may be taken up from)."""
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
    """Return the messages of a frame, one for each but a bundle."""
    return frame.frames if isinstance(frame, Bundle) else [frame]


def frame(message: Any) -> Frame:
    """Return the frame of a message that carries no posts."""
    after = getattr(message, "after", None)
    return Frame(
        type(message).__struct_config__.tag,
        _encoder.encode(message),
        getattr(message, "key", ""),
        after if isinstance(after, int) else None,
    )


def frames(message: Gone | Deleted) -> list[Frame]:
    """Return the frames of a message that is a list: as many as its size wants."""
    whole = frame(message)
    items: list[Any] = message.posts if isinstance(message, Gone) else message.ids
    if len(whole.payload) <= MAX_FRAME_BYTES or len(items) < 2:
        return [whole]
    middle = len(items) // 2
    if isinstance(message, Gone):
        return frames(Gone(message.key, items[:middle])) + frames(Gone(message.key, items[middle:]))
    return frames(Deleted(items[:middle])) + frames(Deleted(items[middle:]))


def posts_frame(key: str, after: int, bodies: bytes) -> Frame:
    """Return a live frame. `bodies` is the JSON of the posts with commas between, without brackets."""
    head = b'{"type":"posts","key":"%s","after":%d,"posts":[' % (key.encode(), after)
    return Frame("posts", b"".join((head, bodies, b"]}")), key, after)


def history_frame(key: str, bodies: list[bytes], after: int | None = None) -> Frame:
    """Return a chunk of history; the last one where `after` is given."""
    end = b'],"done":false}' if after is None else b'],"done":true,"after":%d}' % after
    head = b'{"type":"history","key":"%s","posts":[' % key.encode()
    return Frame("history", b"".join((head, b",".join(bodies), end)), key, after)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of both directions: `#/$defs/ClientMessage` and `#/$defs/ServerMessage`."""
    (client, server), defs = msgspec.json.schema_components(
        (ClientMessage, ServerMessage), ref_template="#/$defs/{name}"
    )
    for name in ("Stats", "History"):
        defs[name]["required"] = [row for row in defs[name]["required"] if row != "after"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Murmuration's socket",
        "$defs": {**defs, "ClientMessage": client, "ServerMessage": server},
        "anyOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
    }


State = Literal[
    "starting", "live", "replaying", "paused", "sampling", "resting", "reconnecting", "down", "ended", "stopped"
]
