"""`/img/<post id>/<slot>`: pictures and avatars of stored posts, fetched by us so that other hosts see no reader.

A slot is `avatar` or the number of one of the media. The address names a stored post and not a URL, because posts
travel as bytes nobody parses, so that no signed address could be put into them: what may be fetched is what a stored
post names, and with the post its pictures go.
"""

from __future__ import annotations

import logging

import gevent
import msgspec
from flask import Flask, Response
from gevent.lock import BoundedSemaphore

from pipeline.errors import MurmurError
from pipeline.post import Author, Media
from web.faults import Refused
from web.pictures.fetching import Fetcher, Unfetchable, kind_of
from web.pictures.picture_cache import PictureCache
from web.process import Web
from web.recent import Recent

log = logging.getLogger("web.pictures.images")

AT_ONCE = 16
WAITING_MAX = 500
SWEEP_S = 600.0
FAILED_S = 300.0
FAILED_MAX = 10_000
MAX_AGE_S = 3_600


class _Shown(msgspec.Struct):
    """What of a stored post is looked at."""

    author: Author
    media: list[Media] = []


_decoder = msgspec.json.Decoder(_Shown)


class Images:
    """Finds, fetches and keeps pictures."""

    def __init__(self, web: Web, fetcher: Fetcher) -> None:
        self._web = web
        self._fetcher = fetcher
        settings = web.settings
        self._cache = PictureCache(settings.data_dir / "images", settings.images_max_mb * 1024 * 1024)
        self._slots = BoundedSemaphore(AT_ONCE)
        self._fetching = Recent(max_bytes=0)  # nothing is kept here: who asks while it is fetched, gets it too
        self._waiting = 0
        self._failed: dict[str, float] = {}

    def picture(self, post_id: str, slot: str) -> tuple[bytes, str]:
        """Return bytes and type of a picture.

        Raises:
            Refused: there is no such picture, or it cannot be had.
        """
        url = self._url(post_id, slot)
        pool = gevent.get_hub().threadpool
        data: bytes | None = pool.apply(self._cache.get, (post_id, url))
        if data is None:
            data = self._fetching.get(url, lambda: self._fetch(url))
            if self._stored(post_id) is None:  # withdrawn while it was on its way
                raise Refused("not_found", "No such post is stored.")
            pool.apply(self._cache.put, (post_id, url, data))
        return data, kind_of(data) or "application/octet-stream"

    def forget(self, post_ids: list[str]) -> None:
        """Drop the pictures of withdrawn posts; returns at once."""
        gevent.get_hub().threadpool.spawn(self._cache.forget, list(post_ids))

    def keep_tidy(self) -> None:
        """Now and then drop the pictures of posts that left the store while nobody told us. Never returns."""
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
        """Runs in a real thread, with a store of its own."""
        store = self._web.open_store()
        try:
            with store.reading(timeout_s=10.0) as reading:
                return list(reading.posts(ids))
        finally:
            store.close()

    def _stored(self, post_id: str) -> bytes | None:
        return self._web.readings.read(lambda reading: reading.posts([post_id])).get(post_id)

    def _url(self, post_id: str, slot: str) -> str:
        body = self._stored(post_id)
        if body is None:
            raise Refused("not_found", "No such post is stored.")
        post = _decoder.decode(body)
        url = ""
        if slot == "avatar":
            url = post.author.avatar
        elif slot.isascii() and slot.isdigit() and len(slot) < 4 and int(slot) < len(post.media):
            media = post.media[int(slot)]
            url = media.preview or (media.url if media.type == "image" else "")
        if not url:
            raise Refused("not_found", "This post has no such picture.")
        return url

    def _fetch(self, url: str) -> bytes:
        now = gevent.get_hub().loop.now()
        if self._failed.get(url, 0.0) > now:
            raise Refused("bad_image", "This picture could not be had a moment ago.")
        if self._waiting >= WAITING_MAX:
            raise Refused("bad_image", "Too many pictures are being fetched.", 503)
        self._waiting += 1
        try:
            with self._slots:
                return self._fetcher.fetch(url).data
        except Unfetchable as error:
            log.info("a picture was not fetched: %s", error)
            if len(self._failed) >= FAILED_MAX:
                self._failed.clear()
            self._failed[url] = now + FAILED_S
            raise Refused("bad_image", "This picture cannot be had.") from error
        finally:
            self._waiting -= 1


def install(app: Flask, web: Web, fetcher: Fetcher | None = None) -> None:
    """Add the route."""
    images = Images(web, fetcher or Fetcher())

    @app.get("/img/<path:post_id>/<slot>")
    def image(post_id: str, slot: str) -> Response:
        if web.settings.images == "off":
            raise Refused("images_off", "Pictures are switched off here (IMAGES=off).")
        data, kind = images.picture(post_id, slot)
        response = Response(data, mimetype=kind)
        response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_S}"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    web.hub.on_deleted = images.forget
    if web.started and web.settings.images == "proxy":
        gevent.spawn(images.keep_tidy)
