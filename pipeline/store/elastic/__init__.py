"""The store on Elasticsearch: documents as they lie there (`fields`), searches (`compile`), and the store itself."""

from pipeline.store.elastic.migrate import migrate
from pipeline.store.elastic.store import ElasticStore

__all__ = ["ElasticStore", "migrate"]
