"""Standing searches matched by Elasticsearch: `PercolatorMatcher`, beside the in-memory matcher, with its interface."""

from pipeline.match.percolator.matcher import PercolatorMatcher
from pipeline.match.percolator.search_index import SearchIndex

__all__ = ["PercolatorMatcher", "SearchIndex"]
