"""Periodic work on an Elasticsearch store: maintenance every few seconds, and retention by age and size."""
