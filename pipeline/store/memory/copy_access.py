"""All that lies in a memory store, out of it and into it, as `contract.Moving` wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.store.tombstones import gone_name, joined
from pipeline.store.contract import GoneAccount, Held, Tombstone
from pipeline.store.copy.load_plan import decoded, moved
from pipeline.store.memory.reading import Contents, row_place
from pipeline.store.plan import Plan, Shelf, Stored

FOR_GOOD = 2**53


@dataclass
class Gone:
    """Withdrawn accounts by name: until when (ms), and when that was told. `salts` are the store's own and others'."""

    salts: list[bytes]
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def until(self, source: str, author_id: str) -> int | None:
        """Return until when posts of an account are withdrawn, None if they are not."""
        names = (gone_name(source, author_id, salt) for salt in self.salts)
        return max((self.accounts[name][0] for name in names if name in self.accounts), default=None)

    def add(self, name: str, until: int, at: int) -> None:
        """Withdraw an account up to a time; neither time goes back."""
        before = self.accounts.get(name, (until, at))
        self.accounts[name] = (max(until, before[0]), max(at, before[1]))


class MemoryMoving:
    """Keeps `contract.Moving`. `apply` writes a plan."""

    def __init__(
        self, contents: Contents, gone: Gone, shelf: Shelf, apply: Callable[[Plan], None], now_ms: Callable[[], int]
    ) -> None:
        self._contents = contents
        self._gone = gone
        self._shelf = shelf
        self._apply = apply
        self._now_ms = now_ms

    # -- out

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[Held]]:
        """Yield the posts from a place on, lowest place first, at most `at_once` at a time."""
        found = sorted((row for row in self._contents.rows.values() if row.place >= since), key=row_place)
        for start in range(0, len(found), at_once):
            yield [self._held(row) for row in found[start : start + at_once]]

    def some(self, ids: Sequence[str]) -> dict[str, Held]:
        """Return those of the posts that are stored."""
        rows = self._contents.rows
        return {post_id: self._held(rows[post_id]) for post_id in ids if post_id in rows}

    def _held(self, row: Stored) -> Held:
        held, post = self._contents, row.post
        original = held.rows.get(post.repost_of or post.quote_of)
        reach = held.reach.get(post.id, -1)
        return Held(
            row.place,
            row.body,
            held.raws.get(post.id, b""),
            row.touched,
            reach if reach >= 0 else None,
            original.body if original is not None else None,
        )

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts."""
        yield [Tombstone(post_id, seq, at) for post_id, (seq, at) in self._contents.tombstones.items()]

    def accounts(self) -> Iterator[list[GoneAccount]]:
        """Yield all withdrawn accounts."""
        told = self._gone.accounts.items()
        yield [GoneAccount("", name, until, None if at >= FOR_GOOD else at) for name, (until, at) in told]

    def salts(self) -> list[bytes]:
        """Return the salts that withdrawn accounts are named with, the store's own first."""
        return list(self._gone.salts)

    # -- in

    def load_posts(self, posts: Sequence[Held]) -> dict[str, str]:
        """Take posts in as they are; see the contract."""
        self._apply(moved(self._shelf, decoded(posts), self._now_ms()).plan)
        return {}

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Take tombstones in with their numbers; what they concern goes."""
        made = Plan(self._now_ms(), tombstones={stone.id: stone.at for stone in stones})
        made.numbers = {stone.id: stone.seq for stone in stones}
        made.removals = self._shelf.stored(made.tombstones)
        made.quoted = list(made.tombstones)
        self._apply(made)

    def load_accounts(self, accounts: Sequence[GoneAccount], salts: Sequence[bytes]) -> None:
        """Take withdrawn accounts in, and the salts they are named with."""
        self._gone.salts = joined(self._gone.salts, salts)
        for one in accounts:
            self._gone.add(one.name, one.until, FOR_GOOD if one.at is None else one.at)

    def note(self) -> bytes:
        """Return what was last noted of a moving into this store."""
        return self._contents.note

    def keep_note(self, note: bytes) -> None:
        """Keep a note (JSON)."""
        self._contents.note = note
