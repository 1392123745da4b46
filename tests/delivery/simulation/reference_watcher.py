"""A reference watcher: what a client keeps of the frames it gets, by the rules of docs/delivery.md. No transport."""

from __future__ import annotations

from collections.abc import Iterable


class ReferenceWatcher:
    """Posts by id in their greatest version, less what no longer matches and what was withdrawn.

    `forgets_gone` breaks the rule that a version told to be gone is remembered: a slower worker may publish it after.
    """

    def __init__(self, *, forgets_gone: bool = False) -> None:
        self.have: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.dead: set[str] = set()
        self._forgets_gone = forgets_gone

    def posts(self, posts: Iterable[tuple[str, int]]) -> None:
        """Take in (id, version) of posts that match."""
        for post_id, version in posts:
            if post_id in self.dead or self.left.get(post_id, -1) >= version:
                continue
            if self.have.get(post_id, -1) <= version:
                self.have[post_id] = version

    def gone(self, posts: Iterable[tuple[str, int]]) -> None:
        """Take out posts up to the versions that no longer match."""
        for post_id, version in posts:
            if not self._forgets_gone:
                self.left[post_id] = max(version, self.left.get(post_id, -1))
            if self.have.get(post_id, version + 1) <= version:
                del self.have[post_id]

    def deleted(self, ids: Iterable[str]) -> None:
        """Never show these again."""
        for post_id in ids:
            self.dead.add(post_id)
            self.have.pop(post_id, None)

    def reset(self) -> None:
        """Forget what is shown; history follows."""
        self.have.clear()
        self.left.clear()
