"""Reference watcher: the posts that a client holds after each frame, by the rules of docs/design/delivery.md."""

from __future__ import annotations

from collections.abc import Iterable


class ReferenceWatcher:
    """Holds the greatest version of each post, without retracted and deleted ones.

    `forgets_retracted` breaks a rule: retracted versions are remembered, as a slower worker may publish one
    afterwards.
    """

    def __init__(self, *, forgets_retracted: bool = False) -> None:
        self.have: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.dead: set[str] = set()
        self._forgets_retracted = forgets_retracted

    def posts(self, posts: Iterable[tuple[str, int]]) -> None:
        """Add posts that match, as (id, version)."""
        for post_id, version in posts:
            if post_id in self.dead or self.left.get(post_id, -1) >= version:
                continue
            if self.have.get(post_id, -1) <= version:
                self.have[post_id] = version

    def retract(self, posts: Iterable[tuple[str, int]]) -> None:
        """Remove posts up to the retracted versions."""
        for post_id, version in posts:
            if not self._forgets_retracted:
                self.left[post_id] = max(version, self.left.get(post_id, -1))
            if self.have.get(post_id, version + 1) <= version:
                del self.have[post_id]

    def deleted(self, ids: Iterable[str]) -> None:
        """Remove posts for good."""
        for post_id in ids:
            self.dead.add(post_id)
            self.have.pop(post_id, None)

    def reset(self) -> None:
        """Forget all posts; history follows."""
        self.have.clear()
        self.left.clear()
