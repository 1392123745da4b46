"""Page position: continues a sorted search after the last post of a page, and decides how many posts a page has.

A position is a `sort_key.PageMark`: the sort's value, the sort key, and the arrival (order among posts of one sort key)
of a post. It becomes the condition of the next page. A page does not end between posts of one position, if it can.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.store.contract import Sort
from pipeline.store.elastic.cluster.search_answers import KeyHit
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.sort_key import NO_ARRIVAL, PageMark

UNKNOWN_COUNT = -1
"""Value of an unknown count in a sort by it."""


def position_of(sort: Sort, hit: KeyHit) -> PageMark:
    """Return the position of a hit."""
    value, *rest = [0, *hit.sort] if sort == "latest" else hit.sort
    return value, rest[0], rest[1]


def after_position(sort: Sort, position: PageMark) -> Dsl:
    """Return the condition that a post comes after a position in the order of a sort."""
    value, place, arrived = position
    earlier: list[Dsl] = [{"range": {"arrival": {"lt": arrived}}}]
    if arrived > NO_ARRIVAL:
        earlier.append({"bool": {"must_not": [{"exists": {"field": "arrival"}}]}})
    same_place = {"bool": {"filter": [{"term": {"place": place}}, {"bool": {"should": earlier}}]}}
    older = {"bool": {"should": [{"range": {"place": {"lt": place}}}, same_place]}}
    if sort == "latest":
        return older
    unknown = {"bool": {"must_not": [{"exists": {"field": sort}}]}}
    same: list[Dsl] = [{"term": {sort: value}}]
    less: list[Dsl] = [{"range": {sort: {"lt": value}}}]
    (same if value == UNKNOWN_COUNT else less if value > UNKNOWN_COUNT else []).append(unknown)
    return {"bool": {"should": [*less, {"bool": {"filter": [older, {"bool": {"should": same}}]}}]}}


def page_end(positions: Sequence[PageMark], limit: int) -> int:
    """Return the number of posts in a page, at most `limit`.

    Posts with the same position as the first of the next page are left out, for that page begins behind a position.
    """
    if len(positions) <= limit:
        return len(positions)
    end = limit
    while end and positions[end - 1] == positions[limit]:
        end -= 1
    return end or limit
