"""State writes of a plan: makes the writes to the index `state` that come before its posts.

They hold tombstones, where new posts will be stored, which originals have reposts, and deleted accounts. Each, but for
a note that there are deleted accounts, takes effect only if nobody wrote the document since it was read. A forgotten
account stays forgotten.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.store.elastic.cluster.bulk import Write
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.periods import period_of
from pipeline.store.elastic.state_documents import (
    AUTHORS,
    AccountTombstonesNote,
    Locator,
    own_account_tombstone_key,
    post_key,
)
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.plan import WritePlan
from pipeline.store.sort_key import TIE_BITS, last

_DAY_IN_SORT_KEYS = 86_400_000 << TIE_BITS


def changed_locators(made: WritePlan, lookups: ElasticPlanLookups, seq: int) -> dict[str, Locator]:
    """Return the locators that a plan changes, by id."""
    changed: dict[str, Locator] = {}

    def copy_of(post_id: str) -> Locator:
        if post_id not in changed:
            changed[post_id] = msgspec.structs.replace(lookups.known(post_id).locator)
        return changed[post_id]

    for post_id, since in made.tombstones.items():
        locator = copy_of(post_id)
        number = made.tombstone_seqs.get(post_id, seq)
        locator.id, locator.gone_seq, locator.gone_at = post_id, max(number, locator.gone_seq), since
    for post_id in made.lifted:
        locator = copy_of(post_id)
        locator.gone_seq = locator.gone_at = -1
    for put in made.upserts:
        if put.stored is None:
            locator = copy_of(put.post.id)
            if not locator.period:
                locator.period = period_of(put.post.created_at, made.now_ms)
                locator.begun_at = made.now_ms
                locator.place = last(put.post.created_at) if put.sort_key < 0 else put.sort_key
        if put.post.repost_of:
            original = copy_of(put.post.repost_of)
            original.reposted = True
            at = put.stored.sort_key if put.stored is not None else copy_of(put.post.id).place
            if not original.period and original.place < at - _DAY_IN_SORT_KEYS:
                original.place = at  # an original that is not stored is forgotten with its newest reposts
    return {post_id: locator for post_id, locator in changed.items() if locator != lookups.known(post_id).locator}


def locator_write(names: IndexNames, lookups: ElasticPlanLookups, post_id: str, locator: Locator) -> Write:
    """Return the write of a locator, on condition that nobody wrote it since it was read."""
    known = lookups.known(post_id)
    return Write(_action(known.seq_no), names.state, post_key(post_id), encode(locator), known.seq_no, known.term)


def account_writes(names: IndexNames, made: WritePlan, lookups: ElasticPlanLookups) -> list[Write]:
    """Return the writes of a plan's account tombstones; a forgotten account stays forgotten."""
    if not made.authors:
        return []
    note = AccountTombstonesNote(made.now_ms, lookups.former_salts)
    writes = [Write("index", names.state, AUTHORS, encode(note))]
    for author, until in made.authors.items():
        known = lookups.account_tombstone(author)
        account = {"until": max(until, known.until), "kind": "author"}
        for_good = author in made.forgotten or (known.seq_no >= 0 and known.gone_at < 0)
        body = encode(account if for_good else account | {"gone_at": made.now_ms})
        name = own_account_tombstone_key(names, *author)
        writes.append(Write(_action(known.seq_no), names.state, name, body, known.seq_no, known.term))
    return writes


def _action(seq_no: int) -> Literal["create", "index"]:
    return "create" if seq_no < 0 else "index"
