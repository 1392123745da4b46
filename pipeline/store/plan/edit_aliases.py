"""Aliases of edited posts: lets the ids of later versions (X) stand for the one post, in whatever order records come.

A record, a deletion, a repost or a quote that names a later version is about the post. A later version that was stored
as a post of its own, because its record did not name the chain, leaves the store. Aliases are kept with the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from pipeline.post import Upsert
from pipeline.store.contract import Writes
from pipeline.store.merge_versions import combine
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import WritePlan

EDITABLE = "x:"
"""Beginning of the ids of the network whose edits have ids of their own."""


def editable_ids(writes: Writes) -> set[str]:
    """Return all ids that a batch names and that may be those of later versions."""
    ids = {one.id for one in writes.deletions} | {one.id for one in writes.detachments}
    for upsert in writes.upserts:
        post = upsert.post
        ids.update((post.id, post.repost_of, post.quote_of, *post.edits))
    return {one for one in ids if one.startswith(EDITABLE)}


def resolve_aliases(lookups: PlanLookups, writes: Writes, plan: WritePlan) -> tuple[Writes, set[str]]:
    """Return a batch in which later versions have the ids of their posts, and the aliases that were known before.

    Enters the aliases that the batch tells in the plan.
    """
    ids = editable_ids(writes)
    known = lookups.aliases(ids) if ids else {}
    plan.aliases = {
        edit: upsert.post.id for upsert in writes.upserts for edit in upsert.post.edits if edit != upsert.post.id
    }
    names = {edit: post_id for edit, post_id in (known | plan.aliases).items() if edit != post_id}
    if not names:
        return writes, set()
    found: dict[str, Upsert] = {}
    for upsert in writes.upserts:
        one = _resolved(upsert, names)
        former = found.get(one.post.id)
        if former is not None:
            one = Upsert(combine(former.post, one.post), one.raw or former.raw, one.alias or former.alias)
        found[one.post.id] = one
    deletions = {
        names.get(one.id, one.id): msgspec.structs.replace(one, id=names.get(one.id, one.id))
        for one in writes.deletions
    }
    upserts = [one for one in found.values() if one.post.id not in deletions]
    return replace(writes, upserts=upserts, deletions=list(deletions.values())), set(known)


def plan_later_versions(lookups: PlanLookups, plan: WritePlan) -> None:
    """Remove later versions that are stored as posts of their own."""
    rows = lookups.stored(plan.aliases) if plan.aliases else {}
    for post_id, row in rows.items():
        plan.removals[post_id] = row
        plan.tombstones[post_id] = plan.now_ms
        plan.deleted.append(post_id)


def _resolved(upsert: Upsert, names: Mapping[str, str]) -> Upsert:
    post = upsert.post
    changes = {
        name: names[value]
        for name in ("id", "repost_of", "quote_of", "conversation_id")
        if (value := getattr(post, name)) in names
    }
    return Upsert(msgspec.structs.replace(post, **changes), upsert.raw, upsert.alias) if changes else upsert
