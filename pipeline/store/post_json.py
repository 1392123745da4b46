"""Wire JSON of a post, as clients receive it: encodes it safe for readers of lines, decodes it, and nests an original.

Characters that some readers take for a line end are escaped, also in rows that an earlier version stored.
"""

from __future__ import annotations

import msgspec

from pipeline.json_line_escapes import escape_line_ends
from pipeline.post import Post

decode_post = msgspec.json.Decoder(Post).decode
_encode = msgspec.json.Encoder().encode


def encode_post(post: Post) -> bytes:
    """Return a post's wire JSON without characters at which some readers of lines cut."""
    return escape_line_ends(_encode(post))


def with_original(body: bytes, original: bytes | None) -> bytes:
    """Return a post's wire JSON with its original's inside.

    Every body that leaves a store passes here, so that rows stored by an earlier version are made safe for lines as
    well.
    """
    return escape_line_ends(body if original is None else b'%b,"original":%b}' % (body[:-1], original))
