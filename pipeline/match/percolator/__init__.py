"""Percolator matcher: standing searches stored and matched in Elasticsearch, with the in-memory matcher's interface."""

from pipeline.match.percolator.matcher import PercolatorMatcher
from pipeline.match.percolator.percolator_index import SearchIndex

__all__ = ["PercolatorMatcher", "SearchIndex"]
