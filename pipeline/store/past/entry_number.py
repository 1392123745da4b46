"""Entry number of a post in a search: the sequence number from which on the post matches it without a break.

It decides what is new to a reader whose marker is a number. It is the post's first number unless the post began to
match later: an edit, a count that grew, an original that came late, an account that came back. One function decides it
for histories, pages, catching up, live messages and counts of what is unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.tree import Node, has_numbers
from pipeline.store.past.post_past import FormerVersion, PostPast


def entry_number(root: Node, document: Document, first_seq: int, past: PostPast) -> int:
    """Return the number from which on a post that matches a search now has matched it.

    Goes back through what the post was, newest first, until the search did not match.
    """
    versions, numbers = [*past.versions], [*past.numbers] if past.numbers and has_numbers(root) else []
    while versions or numbers:
        until = max(kept[-1].until for kept in (versions, numbers) if kept)
        if versions and versions[-1].until == until:
            version = versions.pop()
            if not version.body:
                return until
            document = _document(document, version)
        if numbers and numbers[-1].until == until:
            document = replace(document, numbers=numbers.pop().numbers)
        if not matches(root, document):
            return until
    return first_seq


def entered_numbers(root: Node, posts: Iterable[tuple[str, Document, int, PostPast]]) -> dict[str, int]:
    """Return the entry numbers that differ from the first number, by id; posts are (id, document, first, past)."""
    found = {post_id: (entry_number(root, document, first, past), first) for post_id, document, first, past in posts}
    return {post_id: number for post_id, (number, first) in found.items() if number != first}


def _document(document: Document, version: FormerVersion) -> Document:
    """Return a post's document with the words and facets of a former version."""
    return replace(
        document,
        words=[*version.words],
        urls=[*version.urls],
        bio=[*version.bio],
        name=[*version.name],
        facets={*version.facets},
    )
