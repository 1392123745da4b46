"""What a search sees of a post: analysed once a post, read by the matcher, the brute force and the stores.

`describe(post, original)` builds it. A repost shows its original's content (words, tags, links, language, `has:`) and
its own who and when (author, numbers, dates).
"""

from __future__ import annotations

from dataclasses import dataclass

BREAK = "\u00b6"
"""A token no analysis yields: it stands between parts that a phrase must not cross."""


@dataclass(slots=True, eq=True)
class Document:
    """The searchable side of one post.

    `words` are the tokens of the text and, after a `BREAK` each, of the parts of links not shown in it; `urls` the
    tokens of every expanded link with a `BREAK` between two; `bio` and `name` the author's. `facets` are whole values
    ("#tag", "@handle", "$sym", "lang:en", "lang:und", "source:x", "is:reply", "has:links", "from:handle",
    "from:id", "to:…", "host:example.com" and its parent domains, "conversation:…", "reply_to:…", "repost_of:…",
    "quote_of:…", "reposts_from:…"), folded. `numbers` holds only known ones, by `tree.NumberField`.
    """

    id: str
    created_at: int
    words: list[str]
    urls: list[str]
    bio: list[str]
    name: list[str]
    facets: set[str]
    numbers: dict[str, int]
