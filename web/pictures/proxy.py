"""Picture proxy: finds the picture of a stored post, fetches it for the reader, and keeps it while the post is stored.

Fetches are limited in number, shared by requests for the same URL, and not tried again soon after a failure. Other
hosts see this server and no reader. A request names a post and a slot, never a URL: only what a stored post names is
fetched, and a deleted post takes its pictures along. (Signed URLs inside posts are no way: posts travel as bytes that
nothing parses.)
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import gevent
import msgspec
from gevent.lock import BoundedSemaphore

from pipeline.errors import MurmurError
from pipeline.post import Author, Emoji, Link, Media
from pipeline.settings import Settings
from pipeline.store.contract import Store
from web.api_errors import ApiError
from web.pictures.disk_cache import PictureCache
from web.pictures.fetcher import Fetcher, Unfetchable
from web.pictures.image_type import kind_of
from web.response_cache import ResponseCache
from web.store_pool import StorePool

log = logging.getLogger("web.pictures")

FETCHES_AT_ONCE = 16
FETCHES_WAITING_MAX = 500
SWEEP_S = 600.0
"""Seconds between two sweeps of the cache."""
FAILED_S = 300.0
"""Seconds that a URL which could not be fetched is not tried again."""
FAILED_MAX = 10_000
_SWEEP_TIMEOUT_S = 10.0
_SLOT = re.compile(r"(?:(link|emoji|author-emoji)-)?([0-9]{1,3})")


class _PictureLinks(msgspec.Struct):
    """The part of a stored post that names pictures."""

    author: Author
    media: list[Media] = []
    links: list[Link] = []
    emojis: list[Emoji] = []

    def url(self, slot: str) -> str:
        """Return the address of the picture in a slot, "" where there is none."""
        if slot == "avatar":
            return self.author.avatar
        found = _SLOT.fullmatch(slot)
        if found is None:
            return ""
        pictures = {
            "": [one.preview or (one.url if one.type == "image" else "") for one in self.media],
            "link": [one.image for one in self.links],
            "emoji": [one.url for one in self.emojis],
            "author-emoji": [one.url for one in self.author.emojis],
        }[found[1] or ""]
        number = int(found[2])
        return pictures[number] if number < len(pictures) else ""


_decoder = msgspec.json.Decoder(_PictureLinks)


class PictureProxy:
    """Finds, fetches and keeps pictures."""

    def __init__(
        self, settings: Settings, store_pool: StorePool, open_store: Callable[[], Store], fetcher: Fetcher
    ) -> None:
        self._store_pool = store_pool
        self._open_store = open_store
        self._fetcher = fetcher
        self._cache = PictureCache(settings.data_dir / "images", settings.images_max_mb * 1024 * 1024)
        self._slots = BoundedSemaphore(FETCHES_AT_ONCE)
        self._fetching = ResponseCache(max_bytes=0)  # keeps nothing: requests during a fetch share it
        self._waiting = 0
        self._failed: dict[str, float] = {}

    def picture(self, post_id: str, slot: str) -> tuple[bytes, str]:
        """Return bytes and media type of a picture.

        `slot` is `avatar`, the number of one of the post's media, or `link-`, `emoji-` or `author-emoji-` and the
        number of one of its links, its emoji or its author's emoji.

        Raises:
            ApiError: there is no such picture, or it cannot be fetched.
        """
        url = self._url(post_id, slot)
        pool = gevent.get_hub().threadpool
        data: bytes | None = pool.apply(self._cache.get, (post_id, url))
        if data is None:
            data = self._fetching.get(url, lambda: self._fetch(url))
            if self._stored(post_id) is None:  # deleted during the fetch
                raise ApiError("not_found", "No such post is stored.")
            pool.apply(self._cache.put, (post_id, url, data))
        return data, kind_of(data) or "application/octet-stream"

    def forget(self, post_ids: list[str]) -> None:
        """Drop the pictures of deleted posts; returns at once."""
        gevent.get_hub().threadpool.spawn(self._cache.forget, list(post_ids))

    def keep_tidy(self) -> None:
        """Drop the pictures of posts that left the store without a notice, every `SWEEP_S`. Never returns."""
        while True:
            try:
                dropped = gevent.get_hub().threadpool.apply(self._cache.sweep, (self._still_stored,))
                if dropped:
                    log.info("dropped the pictures of %d posts that are no longer stored", dropped)
            except MurmurError as error:
                log.info("pictures were not swept: %s", error)
            except Exception:
                log.exception("pictures were not swept")
            gevent.sleep(SWEEP_S)

    def _still_stored(self, ids: list[str]) -> list[str]:
        """Return the ids that are stored. Runs in a real thread, with a store of its own."""
        store = self._open_store()
        try:
            with store.reading(timeout_s=_SWEEP_TIMEOUT_S) as reading:
                return list(reading.posts(ids))
        finally:
            store.close()

    def _stored(self, post_id: str) -> bytes | None:
        return self._store_pool.read(lambda reading: reading.posts([post_id])).get(post_id)

    def _url(self, post_id: str, slot: str) -> str:
        body = self._stored(post_id)
        if body is None:
            raise ApiError("not_found", "No such post is stored.")
        url = _decoder.decode(body).url(slot)
        if not url:
            raise ApiError("not_found", "This post has no such picture.")
        return url

    def _fetch(self, url: str) -> bytes:
        now = gevent.get_hub().loop.now()
        if self._failed.get(url, 0.0) > now:
            raise ApiError("bad_image", "This picture could not be had a moment ago.")
        if self._waiting >= FETCHES_WAITING_MAX:
            raise ApiError("bad_image", "Too many pictures are being fetched.", 503)
        self._waiting += 1
        try:
            with self._slots:
                return self._fetcher.fetch(url).data
        except Unfetchable as error:
            log.info("a picture was not fetched: %s", error)
            if len(self._failed) >= FAILED_MAX:
                self._failed.clear()
            self._failed[url] = now + FAILED_S
            raise ApiError("bad_image", "This picture cannot be had.") from error
        finally:
            self._waiting -= 1
