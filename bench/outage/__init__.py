"""Outage bench: stops, freezes and kills Elasticsearch under the whole product, at a steady rate of posts."""
