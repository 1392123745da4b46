"""Detachments of quotes: finds the quotes of a batch that were taken back, and keeps a tombstone of each.

The tombstone of a quote is named by the ids of both posts, so that the quoting post may also come later. It has the
sequence number 0: nobody is told of it, because the quoting post itself is published again.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.store.contract import Writes
from pipeline.store.plan.write_plan import WritePlan


def quote_tombstone(post_id: str, quoted: str) -> str:
    """Return the name of the tombstone of a quote. No id of a post has a blank."""
    return f"{post_id} {quoted}"


def quote_tombstones(writes: Writes) -> set[str]:
    """Return the names of the tombstones of all quotes that a batch makes or detaches."""
    names = {quote_tombstone(one.post.id, one.post.quote_of) for one in writes.upserts if one.post.quote_of}
    names.update(quote_tombstone(one.id, one.quoted) for one in writes.detachments)
    return names


def plan_detachments(writes: Writes, plan: WritePlan, buried: Mapping[str, int]) -> set[str]:
    """Enter the tombstones of a batch's detachments; return the names of all quotes of the batch that are detached."""
    detached = {name for name in quote_tombstones(writes) if name in buried}
    for one in writes.detachments:
        name = quote_tombstone(one.id, one.quoted)
        if one.attached:
            detached.discard(name)
            plan.lifted.append(name)
        else:
            detached.add(name)
            plan.tombstones[name] = plan.now_ms
            plan.tombstone_seqs[name] = 0
    return detached
