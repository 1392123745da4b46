"""Answers of a `Reading`: a page of posts, changes of a search, what is unread, versions, counts by time, a top list.

Also names the sorts of a search and the fields of top lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

NEWEST = 2**63 - 1
"""Sequence number above all that are ever given."""

Sort = Literal["latest", "followers", "reposts", "likes", "replies", "reach"]
TopField = Literal["words", "trending", "hashtags", "authors", "domains", "links", "langs", "originals"]


@dataclass(frozen=True, slots=True)
class Page:
    """Posts of a search in order; `next` is the opaque token of the following page, None at the end.

    `entered` are the entry numbers of those posts that began to match after they were first stored, by id. `values` are
    the numbers by which an order by number ranked the posts, -1 for an unknown one; [] in the order of time.
    """

    bodies: list[bytes]
    next: str | None
    entered: dict[str, int] = field(default_factory=dict)
    values: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a search's result after a sequence number.

    `bodies` are new matches, newest first, `entered` their entry numbers as in `Page`. `retracted` are (id, version) of
    rows that were ever replaced (`changed` > 0) and do not match now, and of posts that are hidden with their account.
    `tombstones` are ids of deleted posts. `overflow` is set where more than the limit matched, were ever replaced
    (matching or not) or were deleted. All lists are empty then: the caller starts anew or takes smaller steps
    (`Reading.step_end`).
    """

    bodies: list[bytes] = field(default_factory=list)
    retracted: list[tuple[str, int]] = field(default_factory=list)
    tombstones: list[str] = field(default_factory=list)
    overflow: bool = False
    entered: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """Matches above a reader's marker: `count` of them, and whether there are `more` than were counted."""

    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A version of a post as it was seen: the sequence number from which on it was in force (0: not known), wire JSON.

    The JSON is without the original.
    """

    since: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts by bucket: `buckets` is (start ms, count) without empty ones, `total` their sum."""

    interval_ms: int
    buckets: list[tuple[int, int]]
    total: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class TopItem:
    """One value of a top list: the counted posts that have it, their share, their share in the background of words,
    a score (trending only), and the forms in which the sample writes it (words: none where that is only the value)."""

    value: str
    count: int
    share: float
    background: float | None = None
    score: float | None = None
    label: str = ""
    forms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Top:
    """Most frequent values of a field. The newest `counted` of `matching` posts were sampled, from `since` to `until`.

    `authors` and `languages` are the numbers of different ones among the counted posts.
    """

    items: list[TopItem]
    counted: int
    matching: int
    since: int
    until: int
    authors: int = 0
    languages: int = 0
