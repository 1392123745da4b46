"""Post writes of a plan: makes the writes of a post, of its removal, and of the note that an original's reach is stale.

A new post is written only if it does not exist, a known one only if nobody wrote it since. A removal takes the raw
record along. A stale reach (followers of author and reposters) is computed again by maintenance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.store.elastic.cluster.bulk import Write
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.state_documents import StaleReach, stale_key
from pipeline.store.elastic.stored_post import VersionedRow, source_of
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.plan import RowUpsert, WritePlan
from pipeline.store.sort_key import NO_ARRIVAL


def post_write(names: IndexNames, put: RowUpsert, lookups: ElasticPlanLookups, arrivals: Mapping[str, int]) -> Write:
    """Return the write of a post: of a new one if it does not exist, of a known one if nobody wrote it since."""
    row = put.stored
    if isinstance(row, VersionedRow):
        source = source_of(put, row.sort_key, row.reach, row.arrival)
        return Write("index", names.posts_of(row.period), key(put.post.id), source, row.seq_no, row.term)
    locator = lookups.known(put.post.id).locator
    reach = put.document.numbers.get("followers") if put.sort_key < 0 else put.reach
    source = source_of(put, locator.place, reach, arrivals.get(put.post.id, NO_ARRIVAL))
    return Write("create", names.posts_of(locator.period), key(put.post.id), source)


def removal_writes(names: IndexNames, name: str, period: str) -> list[Write]:
    """Return the writes that remove a post, by its key, and its raw record."""
    return [Write("delete", names.posts_of(period), name), Write("delete", names.raws_of(period), name)]


def stale_reach_writes(names: IndexNames, puts: Sequence[RowUpsert], removing: WritePlan | None) -> list[Write]:
    """Return the notes that the reach of those originals is stale whose reposts were removed or changed original."""
    stale = {row.post.repost_of for row in removing.removals.values()} if removing is not None else set()
    stale |= {
        put.stored.post.repost_of
        for put in puts
        if put.stored is not None and put.stored.post.repost_of != put.post.repost_of
    }
    return [
        Write("index", names.state, stale_key(original), encode(StaleReach(original)))
        for original in stale - {""}
        if removing is None or original not in removing.removals
    ]
