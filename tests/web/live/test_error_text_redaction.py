"""Redacted error texts name the problem and hide the addresses of the servers."""

from __future__ import annotations

import pytest

from pipeline.settings import load
from web.live.error_text_redaction import redacted

SETTINGS = load(
    {"ELASTICSEARCH_URL": "https://user:secret@cluster.internal:9243/es", "REDIS_URL": "redis://cache:6379"}
)


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("the disk is full", "the disk is full"),
        ("Elasticsearch at https://cluster.internal:9243/es cannot be reached", "Elasticsearch at … cannot be reached"),
        ("ConnectionError: host='cluster.internal', port=9243", "ConnectionError: host='…', port=9243"),
        ("no route to 10.0.0.7:9200 or [fe80::1]:9200", "no route to … or …"),
        ("cannot open /srv/data/posts.db: disk I/O error", "cannot open …: disk I/O error"),
        ("redis Cache:6379 refused, cached", "redis … refused, cached"),
        ("cannot now (503 unavailable_shards_exception): 1/2", "cannot now (503 unavailable_shards_exception): 1/2"),
        ("version 7.17.0 has read-only-allow-delete block", "version 7.17.0 has read-only-allow-delete block"),
    ],
)  # fmt: skip
def test_a_redacted_reason_names_the_problem_and_no_address(why: str, shown: str) -> None:
    assert redacted(why, SETTINGS) == shown
