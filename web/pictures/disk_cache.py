"""Picture cache on disk: bounded in bytes, least recently used first out, and tied to the posts that show a picture.

Pictures of deleted posts, and of posts no longer stored, are dropped. A picture is stored once under the hash of its
URL; every post that shows it has a hard link to it, and the last link takes the picture along. Where the disk cannot be
written nothing is kept, and nothing fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote, unquote

log = logging.getLogger("web.pictures")

KEEP_SHARE = 0.9
"""Part of the bound that is left filled after an eviction."""


class PictureCache:
    """The pictures of one data directory; several processes may use it at once."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._blobs = folder / "blobs"
        self._posts = folder / "posts"
        self._max_bytes = max_bytes
        self._size: int | None = None

    def get(self, post_id: str, url: str) -> bytes | None:
        """Return a kept picture, None where there is none; mark it as used, and as shown by this post."""
        blob = self._blob(url)
        try:
            data = blob.read_bytes()
            os.utime(blob)
        except OSError:
            return None
        self._link(blob, post_id)
        return data

    def put(self, post_id: str, url: str, data: bytes) -> None:
        """Keep a picture for a post."""
        blob = self._blob(url)
        part = blob.with_name(f"{blob.name}.{os.getpid()}.{time.monotonic_ns()}")
        try:
            blob.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(blob)
        except OSError as error:
            log.info("a picture could not be written: %s", error)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return
        self._link(blob, post_id)
        self._size = (self._measure() if self._size is None else self._size) + len(data)
        if self._size > self._max_bytes:
            self._evict()

    def forget(self, post_ids: Iterable[str]) -> None:
        """Drop the pictures of posts, unless another post shows them too."""
        for post_id in post_ids:
            folder = self._folder(post_id)
            try:
                links = list(folder.iterdir())
            except OSError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            for link in links:
                blob = self._blobs / link.name[:2] / link.name
                with contextlib.suppress(OSError):
                    if blob.stat().st_nlink == 1:
                        blob.unlink()

    def sweep(self, stored: Callable[[list[str]], Iterable[str]]) -> int:
        """Drop the pictures of posts that are no longer stored; return the number of posts.

        Args:
            stored: returns those of some ids that are stored.
        """
        try:
            ids = [unquote(folder.name) for folder in self._posts.glob("*/*")]
        except OSError:
            return 0
        dropped = 0
        for at in range(0, len(ids), 500):
            part = ids[at : at + 500]
            missing = set(part) - set(stored(part))
            self.forget(missing)
            dropped += len(missing)
        return dropped

    def _blob(self, url: str) -> Path:
        name = hashlib.sha256(url.encode()).hexdigest()
        return self._blobs / name[:2] / name

    def _folder(self, post_id: str) -> Path:
        prefix = hashlib.sha256(post_id.encode()).hexdigest()[:2]
        return self._posts / prefix / quote(post_id, safe="")[:250]

    def _link(self, blob: Path, post_id: str) -> None:
        link = self._folder(post_id) / blob.name
        try:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.hardlink_to(blob)
        except OSError:
            if not link.exists():
                with contextlib.suppress(OSError):  # on a disk without hard links nothing is kept
                    blob.unlink()

    def _measure(self) -> int:
        size = 0
        for path in self._blobs.glob("*/*"):
            with contextlib.suppress(OSError):  # another thread or process may have replaced or dropped it
                size += path.stat().st_size
        return size

    def _evict(self) -> None:
        """Drop the least recently used pictures until `KEEP_SHARE` of the bound is left."""
        found = []
        for path in self._blobs.glob("*/*"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        size = sum(row[1] for row in found)
        links: dict[str, list[Path]] = {}
        for link in self._posts.glob("*/*/*"):
            links.setdefault(link.name, []).append(link)
        for _used, bytes_, path in sorted(found, key=lambda row: row[0]):
            if size <= self._max_bytes * KEEP_SHARE:
                break
            for each in (path, *links.get(path.name, ())):
                with contextlib.suppress(OSError):
                    each.unlink()
                with contextlib.suppress(OSError):
                    if each is not path:
                        each.parent.rmdir()
            size -= bytes_
        self._size = size
