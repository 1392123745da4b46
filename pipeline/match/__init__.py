"""Matching of posts with standing searches: the searches in Redis, local copies of them, and two matchers.

A standing search is one that somebody watches. `memory/` matches in the worker itself, `percolator/` in Elasticsearch;
both implement `contract`.
"""
