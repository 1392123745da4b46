"""Load plan: decides, the same for every store, which rows posts that are copied from another store become here.

A post stays out if it, its account or the post that it reposts was deleted here, or if the row here has the same or a
greater version. All others are written as the other store holds them, with reach, raw record and the sort key that they
had, and analysed anew by this program. Nothing is merged, and no sequence number is given. The plan also names the rows
that stay unchanged, so that a store can complete their raw records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.post import Post
from pipeline.query.document import describe
from pipeline.store.contract import ExportRow, HiddenRow
from pipeline.store.past.post_past import decode_past, encode_past
from pipeline.store.plan import AccountRow, PlanLookups, RowUpsert, StoredRow, WithheldPost, WritePlan
from pipeline.store.post_json import decode_post, encode_post


@dataclass(slots=True)
class LoadPlan:
    """Plan of a batch, and the rows that stay unchanged with the raw records that belong to them."""

    plan: WritePlan
    unchanged: list[tuple[StoredRow, bytes]] = field(default_factory=list)


def decode_rows(rows: Sequence[ExportRow]) -> list[tuple[Post, ExportRow]]:
    """Return each row with its decoded post."""
    return [(decode_post(row.body), row) for row in rows]


def hidden_row(one: WithheldPost, account: AccountRow) -> HiddenRow:
    """Return a hidden post as a copy takes it along, with what is known of the account that is off."""
    past = encode_past(one.past)
    return HiddenRow(*one.owner, msgspec.json.encode(account), encode_post(one.post), one.raw, past)


def plan_hidden(lookups: PlanLookups, rows: Sequence[HiddenRow], now_ms: int) -> WritePlan:
    """Return the hidden posts and accounts to write; a post that was deleted here, or is hidden here in the same or a
    greater version, stays as it is, and so does an account of which later things are known here."""
    plan = WritePlan(now_ms)
    posts = {post.id: (post, row) for post, row in ((decode_post(row.body), row) for row in rows)}
    here, buried = lookups.withheld(posts), lookups.tombstones(posts)
    known = lookups.accounts({(row.source, row.author_id) for row in rows})
    for post_id, (post, row) in posts.items():
        owner = (row.source, row.author_id)
        account = msgspec.json.decode(row.account, type=AccountRow)
        if owner not in known or (account.at, account.named_at) > (known[owner].at, known[owner].named_at):
            known[owner] = plan.accounts[owner] = account
        if post_id not in buried and (post_id not in here or here[post_id].post.version < post.version):
            plan.withheld[post_id] = WithheldPost(post, owner, row.raw, decode_past(row.past))
    return plan


def plan_load(lookups: PlanLookups, rows: Sequence[tuple[Post, ExportRow]], now_ms: int) -> LoadPlan:
    """Return the rows to write. A stored row of the same or a greater version stays; a post deleted here stays out."""
    load = LoadPlan(WritePlan(now_ms))
    ids = {post.id for post, _ in rows}
    inside = {post.repost_of or post.quote_of for post, _ in rows} - {""}
    buried = lookups.tombstones(ids | inside)
    authors = lookups.account_tombstones({(post.source, post.author.id) for post, _ in rows})
    stored = lookups.stored(ids | inside)
    for post, row in rows:
        if post.id in buried or post.repost_of in buried:
            continue
        if post.version <= authors.get((post.source, post.author.id), -1):
            continue
        here = stored.get(post.id)
        raw = b"" if post.quote_of in buried else row.raw
        if here is not None and not _is_newer(post, row, here):
            load.unchanged.append((here, raw if here.body == row.body else b""))
            continue
        load.plan.aliases.update(dict.fromkeys(post.edits, post.id))
        original = _original(row, stored.get(post.repost_of)) if post.repost_of else None
        load.plan.upserts.append(
            RowUpsert(
                post,
                describe(post, original),
                row.body,
                here,
                raw,
                touched=row.touched,
                sort_key=row.sort_key,
                reach=row.reach,
                past=decode_past(row.past),
            )
        )
    return load


def _is_newer(post: Post, row: ExportRow, here: StoredRow) -> bool:
    stored, arriving = (here.post.version, here.post.seq), (post.version, post.seq)
    return arriving > stored or (arriving == stored and row.touched and not here.touched)


def _original(row: ExportRow, here: StoredRow | None) -> Post | None:
    """Return the original of a repost: the other store's version, or the one here if that is newer."""
    if row.original is None:
        return here.post if here is not None else None
    original = decode_post(row.original)
    return here.post if here is not None and here.post.version > original.version else original
