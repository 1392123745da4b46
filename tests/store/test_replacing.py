"""Random orders of what servers tell of posts that quote each other: all orders end in the state that was told last.

The records are Mastodon's, read by the product's normaliser and folded in random batches: whole statuses with others
inside, edits, quotes that become accepted and revoked, answers known late, re-checks, deletions, detached quotes, and
batches that come again. The expected state is computed from the servers' side alone: what each said last.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.normalise import normalise
from pipeline.post import QuoteDetachment
from pipeline.queue.batch import RawBatch, RawRecord
from pipeline.store.contract import Store, Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from pipeline.worker.normalised_batch import fold_batch
from tests.examples import examples
from tests.store.builders import T0, now_found
from tests.store.elastic.stores import borrowed_store

RUNS, ELASTIC_RUNS = int(os.environ.get("REPLACING_RUNS", examples(200))), 3
HOST = "home.example"
NAMES = ("a", "b", "c")
QUOTED = {"b": "a", "c": "b"}
"""c quotes b, which quotes a; so b comes with a shallow quote inside c."""
STEP_MS = 10_000
"""Time between two things that a server tells: counts from inside other posts are taken if they are 2 s newer."""
SKEWS_MS = (0, 31_536_000_000, -86_400_000)
"""Clocks of authors' servers: right, a year ahead, a day behind."""


def post_id(name: str) -> str:
    return f"mastodon:{HOST}/{NAMES.index(name) + 1}"


@dataclass
class Status:
    """A status as its server has it now."""

    edits: int = 0
    edited_ms: int = 0
    state: str = "pending"
    answers: bool = False
    deleted: bool = False


@dataclass
class Told:
    """State of a post as its servers have published it so far."""

    edits: int = -1
    state: str = ""
    answers: bool = False
    deleted: bool = False
    detached: bool = False
    likes: int = -1


@dataclass
class Fediverse:
    """Servers that tell of three statuses; `events` is what readers get, in the order in which it was told."""

    skews: dict[str, int]
    created: dict[str, int]
    statuses: dict[str, Status] = field(default_factory=lambda: {name: Status() for name in NAMES})
    told: dict[str, Told] = field(default_factory=lambda: {name: Told() for name in NAMES})
    events: list[tuple[int, bytes | QuoteDetachment]] = field(default_factory=list)

    def happen(self, what: str, name: str) -> None:
        """Let something happen to a status, and tell of it."""
        now = T0 + STEP_MS * (len(self.events) + 1)
        status = self.statuses[name]
        if status.deleted:
            return
        if what == "edit":
            status.edits, status.edited_ms = status.edits + 1, now + self.skews[name]
        elif what == "clock set right":
            self.skews[name] = 0
        elif what in ("accepted", "revoked"):
            status.state = what
        elif what == "answer":
            status.answers = True
        if what == "delete":
            status.deleted = self.told[name].deleted = True
            self._send(now, {"event": "delete", "payload": str(NAMES.index(name) + 1)})
        elif what == "detach":
            self.told[name].detached |= name in QUOTED
            if name in QUOTED:
                self.events.append((now, QuoteDetachment(post_id(name), post_id(QUOTED[name]))))
        elif what == "recheck":
            self._send(now, self._json(name, now))
        else:
            self._send(now, {"event": "status.update", "payload": json.dumps(self._json(name, now))})

    def _send(self, now: int, record: dict[str, Any]) -> None:
        self.events.append((now, json.dumps(record).encode()))

    def _json(self, name: str, now: int, *, depth: int = 0) -> dict[str, Any]:
        status, told, number = self.statuses[name], self.told[name], NAMES.index(name) + 1
        told.edits = max(told.edits, status.edits)
        told.likes = len(self.events) + 1  # a zero in a stream is unknown
        told.answers |= status.answers
        quote: dict[str, Any] | None = None
        if name in QUOTED:
            inner = QUOTED[name]
            quote = {"state": "deleted" if self.statuses[inner].deleted else status.state}
            if depth:
                quote["quoted_status_id"] = str(NAMES.index(inner) + 1)
            else:
                told.state = quote["state"]
                quote["quoted_status"] = self._json(inner, now, depth=1) if told.state == "accepted" else None
        return {
            "id": str(number),
            "uri": f"https://{HOST}/users/{name}/statuses/{number}",
            "created_at": _iso(T0 + self.created[name]),
            "edited_at": _iso(status.edited_ms) if status.edits else None,
            "account": {"id": str(number), "acct": name, "display_name": name},
            "content": f"<p>{name} edit{status.edits}</p>",
            "visibility": "public",
            "in_reply_to_id": "99" if status.answers else None,
            "in_reply_to_account_id": str(number) if status.answers else None,
            "favourites_count": told.likes,
            "media_attachments": [],
            "quote": quote,
        }

    def expected(self) -> dict[str, dict[str, Any]]:
        """Return what has to be shown of each post."""
        return {
            post_id(name): {
                "text": f"{name} edit{told.edits}",
                "likes": told.likes,
                "quote_of": post_id(QUOTED[name]) if self._is_quoting(name) else "",
                "answers": told.answers,
            }
            for name, told in self.told.items()
            if not told.deleted and told.edits >= 0
        }

    def _is_quoting(self, name: str) -> bool:
        told = self.told[name]
        return name in QUOTED and told.state == "accepted" and not told.detached


def _iso(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:03d}Z"


def deliver(store: Store, fediverse: Fediverse, chance: random.Random) -> None:
    """Persist what was told in a random order, in random batches, of which some come again later."""
    events = list(fediverse.events)
    chance.shuffle(events)
    batches: list[list[tuple[int, bytes | QuoteDetachment]]] = []
    while events:
        size = chance.randint(1, 4)
        batches.append(events[:size])
        del events[:size]
    for batch in [one for one in batches if chance.random() < 0.3]:
        batches.insert(chance.randint(batches.index(batch) + 1, len(batches)), batch)
    for seq, batch in enumerate(batches, 1):
        records = [RawRecord(at, data) for at, data in batch if isinstance(data, bytes)]
        detached = [data for _, data in batch if isinstance(data, QuoteDetachment)]
        folded = fold_batch(RawBatch("mastodon", records, HOST), normalise)
        assert not folded.dead_letters
        writes = folded.writes
        store.persist(Writes(writes.upserts, writes.deletions, detachments=detached), seq)


def shown(store: Store) -> dict[str, dict[str, Any]]:
    with store.reading(timeout_s=60) as reading:
        posts = [msgspec.json.decode(body) for body in reading.posts([post_id(name) for name in NAMES]).values()]
    for post in posts:
        quoting = post["quote_of"] or "nobody"
        assert (post["id"] in now_found(store, f'quote_of:"{quoting}"')) is bool(post["quote_of"])
        assert ("original" in post) <= bool(post["quote_of"])
        assert post["id"] in now_found(store, post["text"])
    return {
        post["id"]: {
            "text": post["text"],
            "likes": post["counts"]["likes"],
            "quote_of": post["quote_of"],
            "answers": post["reply_to"] is not None,
        }
        for post in posts
    }


HAPPENINGS = (
    "tell",
    "tell",
    "edit",
    "edit",
    "accepted",
    "accepted",
    "revoked",
    "answer",
    "recheck",
    "recheck",
    "delete",
    "detach",
    "clock set right",
)


@st.composite
def fediverses(draw: st.DrawFn) -> Fediverse:
    skews = {name: draw(st.sampled_from(SKEWS_MS)) for name in NAMES}
    made = Fediverse(skews, dict(skews))
    for what, name in draw(
        st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.sampled_from(NAMES)), min_size=5, max_size=16)
    ):
        made.happen(what, name)
    return made


def check(store: Store, fediverse: Fediverse, chance: random.Random) -> None:
    deliver(store, fediverse, chance)
    assert shown(store) == fediverse.expected()


QUICK = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@settings(QUICK, max_examples=RUNS)
@given(fediverses(), st.integers(0, 2**32))
def test_every_order_ends_in_what_was_told_last(fediverse: Fediverse, seed: int) -> None:
    check(MemoryStore(), fediverse, random.Random(seed))


@settings(QUICK, max_examples=RUNS // 8)
@given(fediverses(), st.integers(0, 2**32))
def test_every_order_ends_in_what_was_told_last_on_sqlite(fediverse: Fediverse, seed: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        sqlite = SqliteStore(Path(directory))
        check(sqlite, fediverse, random.Random(seed))
        sqlite.close()


@pytest.mark.elasticsearch
def test_every_order_ends_in_what_was_told_last_on_elasticsearch(elasticsearch: str) -> None:
    @settings(max_examples=ELASTIC_RUNS, deadline=None, database=None)
    @given(fediverses(), st.integers(0, 2**32))
    def run(fediverse: Fediverse, seed: int) -> None:
        with borrowed_store(elasticsearch) as store:
            check(store, fediverse, random.Random(seed))

    run()
