"""Consent of Mastodon authors: drops statuses of authors who opted out of being found, also inside other statuses.

An author opts out by `indexable` or `discoverable` false, or `noindex` true, on the account (Mastodon 4.2 and later).
`consented_status` works on a status as JSON, so that neither a post nor the raw record kept beside it holds what may
not be stored: a status inside another one (boosted, quoted, or under any other name) is replaced by a link to it. The
source calls it before a status is enqueued, and `normalise` for every status of any origin.
"""

from __future__ import annotations

import html
import re
from typing import Any

import msgspec

_OPT_OUT_SIGNS = (
    (b'indexable"', re.compile(rb'indexable"\s*:\s*false')),
    (b'discoverable"', re.compile(rb'discoverable"\s*:\s*false')),
    (b'noindex"', re.compile(rb'noindex"\s*:\s*true')),
    (b"\\u00", re.compile(rb"\\u00[67]")),
)
"""Beginnings of what may be an opt-out in JSON, which are searched for quickly, and the whole sign; an escaped letter
may hide one, too."""
_WRAPPER_FIELDS = frozenset({"id", "uri", "url", "created_at", "edited_at", "visibility", "account", "account_domain"})
"""Fields of a boost that are its own; servers fill the others from the boosted status."""
_QUOTE_FALLBACK = "quote-inline"
"""Class of the paragraph that repeats a quote's link; it hides the link where the quote itself is shown."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def has_opted_out(account: Any) -> bool:
    """Return whether an account (the decoded JSON object) says that its statuses are not to be found."""
    return isinstance(account, dict) and (
        account.get("indexable") is False or account.get("discoverable") is False or account.get("noindex") is True
    )


def consented_status(status: bytes) -> bytes | None:
    """Return a status (JSON) as far as all authors in it consent; None if its own author has opted out.

    A status without opt-outs is returned as it is.

    Raises:
        msgspec.MsgspecError, ValueError, RecursionError: the bytes are not a JSON object.
    """
    if not _may_hold_opt_out(status):
        return status
    tree = _decode(status)
    if has_opted_out(tree.get("account")):
        return None
    return _encode(tree) if _cut_out(tree) else status


def _may_hold_opt_out(status: bytes) -> bool:
    for begin, sign in _OPT_OUT_SIGNS:
        at = status.find(begin)
        while at >= 0:
            if sign.match(status, at):
                return True
            at = status.find(begin, at + len(begin))
    return False


def _cut_out(status: dict[str, Any]) -> bool:
    """Replace the statuses in a status whose authors have opted out by links to them; return whether there were any."""
    boosted = status.get("reblog")
    links: list[str] = []
    changed = _walk(status, links)
    if isinstance(boosted, dict) and status.get("reblog") is None:
        for name in status.keys() - _WRAPPER_FIELDS:
            del status[name]
        status["content"] = ""
    if links:
        _link(status, links)
    return changed or bool(links)


def _walk(holder: dict[str, Any], links: list[str]) -> bool:
    """Take the statuses of opted-out authors out of an object and append links to them; return whether statuses
    inside other statuses were changed."""
    changed = False
    for name, value in list(holder.items()):
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if not isinstance(part, dict):
                continue
            if not _is_status(part):
                changed |= _walk(part, links)
            elif has_opted_out(part["account"]):
                links += [str(part[key]) for key in ("url", "uri") if part.get(key)] or [""]
                holder[name] = [one for one in parts if one is not part] if isinstance(value, list) else None
                parts = holder[name] or []
            else:
                changed |= _cut_out(part)
    return changed


def _is_status(value: dict[str, Any]) -> bool:
    return isinstance(value.get("account"), dict) and bool({"content", "uri"} & value.keys())


def _link(status: dict[str, Any], links: list[str]) -> None:
    """Let a status show a link to what was cut out of it, and nothing else of that: no quote, no preview."""
    quote = status.get("quote")
    if isinstance(quote, dict) and quote.get("quoted_status") is None:
        status["quote"] = None
    card = status.get("card")
    if isinstance(card, dict) and card.get("url") in links:
        status["card"] = None
    content = str(status.get("content") or "").replace(_QUOTE_FALLBACK, "")
    shown = next((link for link in links if link.startswith(("https://", "http://"))), "")
    if shown and not any(html.escape(link) in content for link in links if link):
        content += f'<p><a href="{html.escape(shown)}">{html.escape(shown)}</a></p>'
    status["content"] = content
