"""Elasticsearch store: the store contract on a cluster that several workers write to without transactions.

`migrate` creates it, or indexes the posts of another version again.
"""

from pipeline.store.elastic.migrate import migrate
from pipeline.store.elastic.store import ElasticStore

__all__ = ["ElasticStore", "migrate"]
