"""Elasticsearch as a store: what a document looks like there (`fields`), and a search (`compile`)."""
