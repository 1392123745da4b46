"""Percolator matcher: standing searches matched by Elasticsearch, with the interface of the in-memory matcher."""

from pipeline.match.percolator.matcher import PercolatorMatcher
from pipeline.match.percolator.search_index import SearchIndex

__all__ = ["PercolatorMatcher", "SearchIndex"]
