"""JSON that stays on its line wherever it is cut: three characters end a line for some readers and not for JSON.

RFC 8259 (7) lets U+2028, U+2029 and U+0085 stand unescaped inside strings. `str.splitlines`, and with it requests and
event stream clients of Python, end a line there, so that a post in JSON lines or in a server-sent event is cut in two.
The escapes mean the same.
"""

from __future__ import annotations

_ENDS = tuple((sign.encode(), b"\\u%04x" % ord(sign)) for sign in "\u2028\u2029\u0085")


def escape_line_ends(encoded: bytes) -> bytes:
    """Return a JSON text, UTF-8, with those characters as escapes; the same object where it has none."""
    for sign, escape in _ENDS:
        if sign in encoded:
            encoded = encoded.replace(sign, escape)
    return encoded
