"""Term of standing searches: its posts in the current batch, and the lists of the searches that are looked up by it.

A term is a token of a text field, a facet or a prefix. Also defines `Alternative`, one way in which a search can match,
as terms and checks, and reads the field and token of a leaf of a search's tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.match.memory.batch_columns import Check
from pipeline.query.tree import Facet, Prefix, TextField, Word

TermNode = Word | Facet | Prefix
TermField = TextField | Literal["facets", "prefixes"]

NO_POSTS: list[int] = []
"""Posts of every term that does not occur in the batch; shared, never added to."""


class Term:
    """One term: the posts of the current batch that have it, and the posting lists of the searches it is the anchor of.

    `mask` has a bit for each post that has the term; `posts` are their indexes, each as often as the post has the term.
    Both are kept, because turning bits into indexes costs more.
    Posting lists hold the keys of searches: `alone` of those that require this term only, `either` of those that one
    of several terms satisfies, `pairs` and `many` of those that require one or several other terms as well. `rest`
    holds all other alternatives. A list is None while it is empty, to save memory.
    """

    __slots__ = ("alone", "either", "field", "many", "mask", "pairs", "posts", "rest", "token", "uses")

    def __init__(self, field: TermField, token: str) -> None:
        self.field = field
        self.token = token
        self.uses = 0
        self.mask = 0
        self.posts = NO_POSTS
        self.alone: dict[str, None] | None = None
        self.either: dict[str, None] | None = None
        self.pairs: dict[str, Term] | None = None
        self.many: dict[str, tuple[Term, ...]] | None = None
        self.rest: dict[Alternative, None] | None = None


@dataclass(slots=True, eq=False)
class Alternative:
    """One way in which a search can match: posts with `anchor`, all `others`, none `excluded`, that pass all checks.

    Without an anchor every post is a candidate. `sole`: the search has no other alternative.
    """

    key: str
    sole: bool
    anchor: Term | None
    others: tuple[Term, ...]
    excluded: tuple[Term, ...]
    checks: tuple[Check, ...]


def field_and_token(node: TermNode) -> tuple[TermField, str]:
    """Return the field and the token of a leaf."""
    if isinstance(node, Word):
        return node.field, node.token
    if isinstance(node, Facet):
        return "facets", node.name
    return "prefixes", node.token
