"""`/api/export`: every match of a search as a file, streamed page by page in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from flask import Blueprint, Response

from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.store.contract import Page, Reading
from web.api.export_formats import FORMATS, TYPES, rendered
from web.api_errors import ApiError
from web.process import Web
from web.request_parameters import choice, search_text
from web.store_pool import EXPORTS_MAX, StorePool

EXPORT_PAGE_POSTS = 500
PAGE_TIMEOUT_S = 10.0


def blueprint(web: Web) -> Blueprint:
    """Return the route of exports."""
    routes = Blueprint("export", __name__)
    routes.add_url_rule("/api/export", "export", partial(export, web.export_pool, ExportSlots()))
    return routes


class ExportSlots:
    """Counts the exports under way in this process."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self) -> None:
        """Take a slot.

        Raises:
            ApiError: `EXPORTS_MAX` are taken.
        """
        if self._taken >= EXPORTS_MAX:
            raise ApiError("too_many_exports", f"{EXPORTS_MAX} exports are under way here; try again later.")
        self._taken += 1

    def give_back(self) -> None:
        """Give a slot back."""
        self._taken -= 1


def export(export_pool: StorePool, slots: ExportSlots) -> Response:
    """Return every match of a search in a format."""
    query = parse(search_text())
    kind = choice("format", "jsonl", FORMATS)
    slots.take()
    try:
        pages = _pages(export_pool, query)
        first = next(pages, [])  # read before the response begins, so that an error still sets the status
    except BaseException:
        slots.give_back()
        raise
    response = Response(rendered(kind, chain([first], pages)), mimetype=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="murmuration-{query.key}.{kind}"'
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(slots.give_back)
    return response


def _pages(export_pool: StorePool, query: Query) -> Iterator[list[bytes]]:
    before: str | None = None
    while True:
        page = export_pool.read(_page(query, before), timeout_s=PAGE_TIMEOUT_S)
        yield page.bodies
        before = page.next
        if before is None:
            return


def _page(query: Query, before: str | None) -> Callable[[Reading], Page]:
    return lambda reading: reading.search(query, limit=EXPORT_PAGE_POSTS, before=before)
