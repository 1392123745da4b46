"""Repairs JSON with lone surrogates, which strict decoders refuse: each becomes U+FFFD, nothing else changes.

A lone surrogate is the escape of half an emoji, left behind by old captures that cut texts in the middle of one.
"""

from __future__ import annotations

import re

_PAIR = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(_PAIR + rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL)


def without_lone_surrogates(raw: bytes) -> bytes | None:
    """Return JSON with every lone surrogate escape replaced, or None where it has none."""
    if b"\\ud" not in raw and b"\\uD" not in raw:
        return None
    mended = _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], raw)
    return mended if mended != raw else None
