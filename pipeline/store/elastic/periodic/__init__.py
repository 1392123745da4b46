"""Periodic work on an Elasticsearch store: maintenance every few seconds, retention."""
