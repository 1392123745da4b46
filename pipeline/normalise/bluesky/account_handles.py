"""Handles of Bluesky accounts: which handle an account is shown with, as author and where a text mentions it.

A handle is a host name (https://atproto.com/specs/handle). "handle.invalid" is what the network writes where a handle
does not lead back to its account, so it names nobody. Then the account is shown with its DID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HANDLE = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
"""The regular expression of the specification."""


def usable_handle(handle: str) -> str:
    """Return a handle, "" where it names nobody ("handle.invalid" and any other host in ".invalid")."""
    return "" if handle.lower().rstrip(".").endswith(".invalid") else handle


def mentioned_handle(did: str, shown: str, handles: Mapping[str, str]) -> str:
    """Return the handle of a mentioned account: the known one, else the handle that the text shows, else the DID.

    Args:
        did: the account.
        shown: the marked part of the text. It may be any words, which are then no handle.
        handles: the known handles, by DID.
    """
    if known := usable_handle(handles.get(did, "")):
        return known
    named = shown.strip().lstrip("@＠")
    return (usable_handle(named) if _HANDLE.fullmatch(named) else "") or did
