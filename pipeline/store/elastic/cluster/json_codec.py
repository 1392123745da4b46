"""JSON of requests and answers: encodes bodies, and decodes answers into structs, safely from many threads.

A lock lets only one thread build the decoder of a new struct: msgspec crashes where two do.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

encode = msgspec.json.Encoder().encode

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_decoders_lock = threading.Lock()


def decode(body: bytes | msgspec.Raw, into: type[T]) -> T:
    """Return JSON as `into`.

    msgspec builds the description of a struct at its first use. Two threads that do so at once end the process (SIGSEGV
    in 0.22), so that a lock lets only one of them.

    Raises:
        msgspec.DecodeError: the JSON has another shape.
    """
    decoder = _decoders.get(into)
    if decoder is None:
        with _decoders_lock:
            decoder = _decoders.setdefault(into, msgspec.json.Decoder(into))
    found: T = decoder.decode(body)
    return found
