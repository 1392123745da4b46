"""Migration of an Elasticsearch store: creates a missing one, or indexes all posts again for a new schema or analyser.

The new indices (next generation) are filled beside the old ones; then the alias and the meta document switch to them,
and indices and templates of other generations are dropped. A store that fits only loses what stopped migrations left; a
newer schema is refused. Until the switch, readers use the old indices. A stopped migration starts anew. Nothing else
may write meanwhile.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import StoreError, StoreMismatch
from pipeline.query.document import describe
from pipeline.settings import Settings
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, client_of, path_to
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.mappings import INDEX_SCHEMA_VERSION, ORDER
from pipeline.store.elastic.read.full_scan import originals, post_pages
from pipeline.store.elastic.store_meta import META_KEY, StoreMeta, analyser, read_meta
from pipeline.store.elastic.stored_post import source_of
from pipeline.store.past.post_past import decode_past
from pipeline.store.plan import RowUpsert
from pipeline.store.post_json import decode_post


def migrate(settings: Settings) -> None:
    """Create the store if there is none; index it again if another analyser or schema wrote it.

    Raises:
        StoreMismatch: a newer program version wrote the store.
        StoreUnavailable: the cluster cannot be reached.
    """
    client = client_of(settings)
    names = IndexNames(settings.elasticsearch_prefix)
    meta = read_meta(client, names)
    if meta is None:
        IndexLayout(client, names, settings).create_store()
        return
    if meta.schema > INDEX_SCHEMA_VERSION:
        raise StoreMismatch(f"the store has indices of version {meta.schema}: this program cannot read them")
    old = IndexNames(names.prefix, meta.generation)
    if meta.schema == INDEX_SCHEMA_VERSION and meta.analyser == analyser():
        _drop_others(client, old, meta.generation - 1, meta.generation + 1)
        return
    new = IndexNames(names.prefix, meta.generation + 1)
    _drop_others(client, old, meta.generation + 1)
    layout = IndexLayout(client, new, settings)
    layout.put_templates(in_alias=False)
    _index_again(client, old, new, layout)
    layout.ensure_present()
    _switch(client, old, new, meta)
    layout.put_templates()
    _drop_others(client, new, meta.generation)


def _index_again(client: ElasticClient, old: IndexNames, new: IndexNames, layout: IndexLayout) -> None:
    bulk = Bulk(client)
    client.request("POST", path_to(old.all_posts, "_refresh"), into=msgspec.Raw)
    for hits in post_pages(client, old.all_posts):
        inside = originals(client, old.all_posts, [hit.source.inside for hit in hits if hit.source.inside])
        writes = []
        for hit in hits:
            stored, period = hit.source, old.period(hit.index) or ""
            body = bytes(stored.post)
            post = decode_post(body)
            original = inside.get(stored.inside) if post.repost_of else None
            reposted = decode_post(original) if original is not None else None
            past = decode_past(stored.past).described_again(reposted)
            put = RowUpsert(post, describe(post, reposted), body, touched=stored.touched, past=past)
            layout.ensure(new.posts_of(period))
            source = source_of(put, stored.place, stored.reach, stored.arrival)
            writes.append(Write("create", new.posts_of(period), hit.key, source))
        for write in bulk.send(writes):
            raise StoreError(f"Elasticsearch refused to index {write.key} again: {write.reason}")
    client.request("POST", path_to(new.all_posts, "_refresh"), into=msgspec.Raw, params={"allow_no_indices": "true"})


def _switch(client: ElasticClient, old: IndexNames, new: IndexNames, meta: StoreMeta) -> None:
    """Let readers use the new posts: switch the alias, then write the new generation into the meta document."""
    migrated = msgspec.structs.replace(
        meta, schema=INDEX_SCHEMA_VERSION, analyser=analyser(), generation=new.generation, order=ORDER
    )
    actions = [
        {"add": {"index": new.all_posts, "alias": new.posts}},
        {"remove": {"index": old.all_posts, "alias": new.posts, "must_exist": False}},
    ]
    client.request("POST", "/_aliases", {"actions": actions}, into=msgspec.Raw)
    client.request("PUT", path_to(new.state, "_doc", META_KEY), encode(migrated), into=msgspec.Raw)


def _drop_others(client: ElasticClient, names: IndexNames, *generations: int) -> None:
    """Remove the indices and templates of other generations, which earlier or stopped migrations left."""
    for generation in generations:
        other = IndexNames(names.prefix, generation)
        found = client.request("GET", path_to(other.all_posts), into=dict[str, msgspec.Raw])
        for index in found:
            if other.period(index) is not None:
                client.request("DELETE", path_to(index), into=msgspec.Raw)
        try:
            client.request("DELETE", path_to("_index_template", f"{other.posts}-{generation}"), into=msgspec.Raw)
        except RequestRefused as error:
            if error.status != 404:
                raise
