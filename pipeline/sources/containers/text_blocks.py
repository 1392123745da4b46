"""Text blocks: the bytes of a stream as UTF-8 without a byte order mark, whatever encoding of Unicode they come in.

PowerShell 5 writes UTF-16 (`>` and `Out-File`), its `-Encoding utf8` a mark first; Windows' editors do both. UTF-16 and
UTF-32 are recognised by their mark, or by the zeros that every second byte of JSON is then.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_JSON_BEGINS = b"{[\"\n\r \t"


def encoding_of(head: bytes) -> tuple[str, int]:
    """Return the encoding of a text by its first bytes, and the length of its mark."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    if len(head) >= 4 and head[1] == 0 and head[0] in _JSON_BEGINS and head[3] == 0 and head[2]:
        return "utf-16-le", 0
    if len(head) >= 4 and head[0] == 0 and head[1] in _JSON_BEGINS and head[2] == 0 and head[3]:
        return "utf-16-be", 0
    return "utf-8", 0


def utf8_head(head: bytes) -> bytes:
    """Return the first bytes of a stream as the first bytes of its text in UTF-8."""
    name, mark = encoding_of(head)
    text = head[mark:]
    return text if name == "utf-8" else codecs.getincrementaldecoder(name)("replace").decode(text).encode()


def utf8_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of blocks as UTF-8 without a mark. What is no text of its encoding becomes U+FFFD."""
    held, decoder, begun = b"", None, False
    for block in blocks:
        if begun:
            yield block if decoder is None else decoder.decode(block).encode()
            continue
        held += block
        if len(held) < 4:
            continue
        begun = True
        name, mark = encoding_of(held)
        decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)("replace")
        yield held[mark:] if decoder is None else decoder.decode(held[mark:]).encode()
    if not begun and held:
        yield utf8_head(held)
    elif decoder is not None and (end := decoder.decode(b"", True)):
        yield end.encode()
