"""Frames of a server: WebSocket frames parsed by hand, and messages checked against the published schema."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from jsonschema import Draft202012Validator

from tests.paths import PROJECT

SCHEMA = json.loads((PROJECT / "web" / "protocol.schema.json").read_text())


def frames_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (opcode, payload) of unmasked frames; fail on a torn one."""
    at = 0
    while at < len(data):
        assert data[at] & 0x70 == 0
        size, head = data[at + 1], 2
        assert size < 128, "a server does not mask"
        if size == 126:
            size, head = struct.unpack_from("!H", data, at + 2)[0], 4
        elif size == 127:
            size, head = struct.unpack_from("!Q", data, at + 2)[0], 10
        assert at + head + size <= len(data), "the last frame is torn"
        yield data[at] & 0x0F, data[at + head : at + head + size]
        at += head + size


_SERVER_MESSAGE = Draft202012Validator(SCHEMA | {"anyOf": [{"$ref": "#/$defs/ServerMessage"}]})


def valid(message: object) -> None:
    """Check a message against the published schema."""
    _SERVER_MESSAGE.validate(message)
