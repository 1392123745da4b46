"""Elasticsearch stopped, red, read-only, frozen and killed under the whole product at a steady rate of posts."""
