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
_LONGEST_MARK = 4
_JSON_BEGINS = b'{["\n\r \t'


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


class TextDecoder:
    """Decoder of one stream: turns its blocks into UTF-8 without a mark."""

    def __init__(self) -> None:
        self._held = b""
        self._begun = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, block: bytes) -> bytes:
        """Return the text of a block. What is no text of its encoding becomes U+FFFD."""
        if not self._begun:
            self._held += block
            if len(self._held) < _LONGEST_MARK:
                return b""
            block = self._begin()
        return block if self._decoder is None else self._decoder.decode(block).encode()

    def end(self) -> bytes:
        """Return the rest of the text."""
        if not self._begun:
            return utf8_head(self._held)
        return b"" if self._decoder is None else self._decoder.decode(b"", True).encode()

    def _begin(self) -> bytes:
        """Find the encoding; return the bytes behind the mark."""
        held, self._held, self._begun = self._held, b"", True
        name, mark = encoding_of(held)
        if name != "utf-8":
            self._decoder = codecs.getincrementaldecoder(name)("replace")
        return held[mark:]


def utf8_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of blocks as UTF-8 without a mark."""
    decoder = TextDecoder()
    for block in blocks:
        if text := decoder.feed(block):
            yield text
    if text := decoder.end():
        yield text
