"""Link analysis: turns a link into tokens, folds its host and lists its parent domains, alike for posts and for `url:`.

Percent escapes and international domain names are decoded.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from pipeline.query.analyser import analyse, fold

_SCHEME = re.compile(r"\s*(?:https?://)?(?:www\.)?", re.IGNORECASE)


def link_tokens(url: str) -> list[str]:
    """Return the tokens of a link without scheme and "www.", with escapes and IDN decoded."""
    start = _SCHEME.match(url)
    rest = url[start.end() :] if start else url
    if "%" in rest:
        rest = unquote(rest)
    if "xn--" in rest or "XN--" in rest:
        host, slash, path = rest.partition("/")
        rest = fold_host(host) + slash + path
    return analyse(rest)


def fold_host(host: str) -> str:
    """Return a host as it is compared: lower case, IDN decoded, without a dot at its end."""
    folded = fold(host).strip(".")
    if "xn--" not in folded:
        return folded
    return ".".join(_decoded_label(label) for label in folded.split("."))


def _decoded_label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return fold(label[4:].encode("ascii").decode("punycode"))
    except (UnicodeError, ValueError, OverflowError):
        return label


def parent_domains(host: str) -> list[str]:
    """Return a host and those of its parent domains that have a dot, at most eight of these."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(0, len(labels) - 9), len(labels) - 1)]
