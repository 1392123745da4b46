"""Standing searches matched by Elasticsearch: `PercolatorMatcher`, beside the in-memory matcher, with its interface."""

from pipeline.match.percolator.index import SearchIndex
from pipeline.match.percolator.matcher import PercolatorMatcher

__all__ = ["PercolatorMatcher", "SearchIndex"]
