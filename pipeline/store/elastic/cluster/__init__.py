"""Requests to the Elasticsearch cluster: client, bulk writes, reads by key, refreshes, and their errors."""
