"""Reference watcher: the posts that a client holds after each frame, by the rules of docs/design/delivery.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.publish.publication_order import NOTHING


class ReferenceWatcher:
    """Holds the greatest version of each post, without retracted and deleted ones.

    `forgets_retracted` breaks a rule: retracted versions are remembered, as a slower worker may publish one
    afterwards.
    """

    def __init__(self, *, forgets_retracted: bool = False) -> None:
        self.have: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.dead: dict[str, int] = {}
        self._rewritten: dict[str, int] = {}
        self._forgets_retracted = forgets_retracted

    def posts(self, posts: Iterable[tuple[str, int, int]]) -> None:
        """Add posts that match, as (id, version, the deletion after which it was written again)."""
        for post_id, version, rewritten in posts:
            if rewritten < self.dead.get(post_id, -1) or self.left.get(post_id, -1) >= version:
                continue
            self.dead.pop(post_id, None)
            if self.have.get(post_id, -1) <= version:
                self.have[post_id] = version
                self._rewritten[post_id] = rewritten

    def retract(self, posts: Iterable[tuple[str, int]]) -> None:
        """Remove posts up to the retracted versions."""
        for post_id, version in posts:
            if not self._forgets_retracted:
                self.left[post_id] = max(version, self.left.get(post_id, -1))
            if self.have.get(post_id, version + 1) <= version:
                del self.have[post_id]

    def deleted(self, ids: Iterable[str], versions: Mapping[str, int] = NOTHING) -> None:
        """Remove posts, until one is written again after this deletion. One that was so already stays."""
        for post_id in ids:
            held = self._rewritten.get(post_id, 0)
            if post_id in self.have and held >= versions.get(post_id, held + 1):
                continue
            least = versions.get(post_id, max(held, 1))
            self.dead[post_id] = max(least, self.dead.get(post_id, least))
            self.have.pop(post_id, None)

    def reset(self) -> None:
        """Forget all posts; history follows."""
        self.have.clear()
        self.left.clear()
