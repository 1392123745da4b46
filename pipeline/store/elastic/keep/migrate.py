"""Bringing a store up to this program: every post indexed again beside the old ones, then the alias moved.

Until that moment everything reads the old ones. Stopped in the middle, it is begun anew. Nothing else may be writing.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import StoreError, StoreMismatch
from pipeline.query.document import describe
from pipeline.settings import Settings
from pipeline.store.elastic.client import Client, Refused, at, client_of, encode
from pipeline.store.elastic.names import IndexNames
from pipeline.store.elastic.read.scan import originals, pages
from pipeline.store.elastic.rows import source_of
from pipeline.store.elastic.schema import META, ORDER, SCHEMA_VERSION, Layout, Meta, analyser, read_meta
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.plan import RowUpsert
from pipeline.store.post_json import decode_post


def migrate(settings: Settings) -> None:
    """Make the store where there is none; index it again where another analyser did.

    Raises:
        StoreMismatch: its indices are of a newer program.
        StoreUnavailable: it cannot be reached.
    """
    client = client_of(settings)
    names = IndexNames(settings.elasticsearch_prefix)
    meta = read_meta(client, names)
    if meta is None:
        Layout(client, names, settings).create()
        return
    if meta.schema > SCHEMA_VERSION:
        raise StoreMismatch(f"the store has indices of version {meta.schema}: this program cannot read them")
    old = IndexNames(names.prefix, meta.generation)
    if meta.schema == SCHEMA_VERSION and meta.analyser == analyser():
        _drop_others(client, old, meta.generation - 1, meta.generation + 1)
        return
    new = IndexNames(names.prefix, meta.generation + 1)
    _drop_others(client, old, meta.generation + 1)
    layout = Layout(client, new, settings)
    layout.template(in_alias=False)
    _index_again(client, old, new, layout)
    layout.ensure_present()
    _switch(client, old, new, meta)
    layout.template()
    _drop_others(client, new, meta.generation)


def _index_again(client: Client, old: IndexNames, new: IndexNames, layout: Layout) -> None:
    bulk = Bulk(client)
    client.ask("POST", at(old.all_posts, "_refresh"), into=msgspec.Raw)
    for hits in pages(client, old.all_posts):
        inside = originals(client, old.all_posts, [hit.row.inside for hit in hits if hit.row.inside])
        writes = []
        for hit in hits:
            row, period = hit.row, old.period(hit.index) or ""
            body = bytes(row.post)
            post = decode_post(body)
            original = inside.get(row.inside) if post.repost_of else None
            shown = decode_post(original) if original is not None else None
            put = RowUpsert(post, describe(post, shown), body, touched=row.touched)
            layout.ensure(new.posts_of(period))
            writes.append(
                Write("create", new.posts_of(period), hit.key, source_of(put, row.place, row.reach, row.arrival))
            )
        for write in bulk.send(writes):
            raise StoreError(f"Elasticsearch refused to index {write.key} again: {write.reason}")
    client.ask("POST", at(new.all_posts, "_refresh"), into=msgspec.Raw, params={"allow_no_indices": "true"})


def _switch(client: Client, old: IndexNames, new: IndexNames, meta: Meta) -> None:
    """Let everything read the new posts: the store's own note, then the alias, in one step each."""
    told = msgspec.structs.replace(
        meta, schema=SCHEMA_VERSION, analyser=analyser(), generation=new.generation, order=ORDER
    )
    actions = [
        {"add": {"index": new.all_posts, "alias": new.posts}},
        {"remove": {"index": old.all_posts, "alias": new.posts, "must_exist": False}},
    ]
    client.ask("POST", "/_aliases", {"actions": actions}, into=msgspec.Raw)
    client.ask("PUT", at(new.state, "_doc", META), encode(told), into=msgspec.Raw)


def _drop_others(client: Client, names: IndexNames, *generations: int) -> None:
    """Remove indices and templates of other generations: those left behind, and those of a run that was stopped."""
    for generation in generations:
        other = IndexNames(names.prefix, generation)
        found = client.ask("GET", at(other.all_posts), into=dict[str, msgspec.Raw])
        for index in found:
            if other.period(index) is not None:
                client.ask("DELETE", at(index), into=msgspec.Raw)
        try:
            client.ask("DELETE", at("_index_template", f"{other.posts}-{generation}"), into=msgspec.Raw)
        except Refused as error:
            if error.status != 404:
                raise
