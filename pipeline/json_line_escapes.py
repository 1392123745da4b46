"""Escapes U+2028, U+2029 and U+0085 in encoded JSON, so that no reader takes one of them for the end of a line.

RFC 8259 (7) allows these characters unescaped inside strings. `str.splitlines`, and with it requests and Python's
clients of event streams, end a line there. A post in JSON lines or in a server-sent event would be cut in two. The
escaped text means the same.
"""

from __future__ import annotations

_LINE_ENDS = tuple((sign.encode(), b"\\u%04x" % ord(sign)) for sign in "\u2028\u2029\u0085")


def escape_line_ends(encoded: bytes) -> bytes:
    """Return a JSON text (UTF-8) with these characters escaped; the same object if it has none of them."""
    for sign, escape in _LINE_ENDS:
        if sign in encoded:
            encoded = encoded.replace(sign, escape)
    return encoded
