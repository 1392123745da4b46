"""Keeping Elasticsearch in order: migration, retention, sweeps, coverage."""
