"""Command `murmur forget`: deletes all posts of an author and keeps later ones out, through a worker like any deletion.

It finds the author's accounts by handle or id, enqueues the request, and waits `WAIT_S` for the worker; on request
later posts are taken in. The store keeps a salted hash of the author's id, from which the author cannot be read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.errors import SettingsError
from pipeline.plugins import SOURCES_GROUP, offered
from pipeline.query.analyser import fold
from pipeline.query.parser import parse
from pipeline.queue.batch import FORGET, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck, new_batch_id
from pipeline.settings import Settings
from pipeline.source_names import SOURCES
from pipeline.store import open_store
from pipeline.store.contract import Store

WAIT_S = 30.0
"""Seconds that the command waits for a worker."""


class _Author(msgspec.Struct):
    id: str
    handle: str


class _Written(msgspec.Struct):
    author: _Author


_decode = msgspec.json.Decoder(_Written).decode


def forget(settings: Settings, author: str, *, until_now: bool) -> Iterator[str]:
    """Forget the author `source:handle` or `source:id`; yield lines about what was found and done.

    Args:
        settings: where store and Redis are.
        author: `source:handle` or `source:id`.
        until_now: whether later posts of the author are taken in.

    Raises:
        SettingsError: `author` names no source, or no known author.
    """
    source, colon, name = author.partition(":")
    name = name.strip().lstrip("@")
    known = (*SOURCES, *offered(SOURCES_GROUP))
    if not colon or not name or '"' in name or source not in known:
        raise SettingsError([f"{author}: must be source:handle or source:id, the source one of {', '.join(known)}"])
    store = open_store(settings, create=False)
    try:
        ids, posts = _accounts(store, source, name)
    finally:
        store.close()
    if ids:
        yield f"{posts:,} posts of {len(ids)} account{'s' if len(ids) > 1 else ''} are stored."
    else:
        yield f"Nothing of {author} is stored. {name} is taken for the account's own id: no handle keeps anybody out."
    at = int(time.time() * 1000) if until_now else None
    with connect(settings, name="forget") as redis:
        claims, batch_id = ClaimCheck(redis, Names(settings.redis_prefix)), new_batch_id("forget")
        records = [RawRecord(int(time.time() * 1000), _record(source, one, at)) for one in ids or [name]]
        claims.offer(batch_id, encode_batch(RawBatch(FORGET, records)), announced=False)
        until_s = time.monotonic() + WAIT_S
        while claims.is_open(batch_id):
            if time.monotonic() > until_s:
                yield "No worker has done it yet; it waits for one, and nothing more need be done."
                return
            time.sleep(0.1)
    later = "later ones are taken in" if until_now else "none will be taken in again"
    yield f"Forgotten: open pages have been informed, and {later}. Within a minute no trace is left on disk."


def _accounts(store: Store, source: str, name: str) -> tuple[list[str], int]:
    """Return the ids of the accounts with this handle or id, and the number of their stored posts."""
    wanted, ids, posts = fold(name), dict[str, None](), 0
    with store.reading(timeout_s=60.0) as reading:
        for body in reading.export(parse(f'source:{source} from:"{name}"')):
            author = _decode(body).author
            if wanted in (fold(author.handle), fold(author.id)):
                ids[author.id] = None
                posts += 1
    return list(ids), posts


def _record(source: str, author_id: str, at: int | None) -> bytes:
    record: dict[str, Any] = {"murmur": 1, "kind": "forget", "id": f"{source}:", "source": source, "at": at}
    return msgspec.json.encode(record | {"author": {"id": author_id, "handle": ""}})
