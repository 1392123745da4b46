"""Percolator peer of the match bench: Elasticsearch's percolator over HTTP, on all cores."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.match.peer import Pair, Timing, records

POSTS = 3_000
"""Posts of the scenario that the percolator gets: it is slow."""
_CLAUSES = {"one": "must", "all": "must", "any": "should"}


class Percolator:
    """A server with one scenario's searches in an index; posts are percolated a batch a request."""

    name = "Elasticsearch 7.17 percolator"

    def __init__(self, url: str, posts: Path, searches: Path) -> None:
        address = urlsplit(url)
        self._http = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=60)
        self._texts = [" ".join(record["words"]) for record in records(posts)[:POSTS]]
        standing = records(searches)
        self._searches = len(standing)
        properties = {"query": {"type": "percolator"}, "text": {"type": "text", "analyzer": "whitespace"}}
        index = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}, "mappings": {"properties": properties}}
        self._call("PUT", "/bench", json.dumps(index))
        lines = []
        for record in standing:
            terms = [{"term": {"text": term}} for term in record["terms"]]
            lines += [{"index": {"_id": record["key"]}}, {"query": {"bool": {_CLAUSES[record["kind"]]: terms}}}]
        bulk = "".join(json.dumps(line) + "\n" for line in lines)
        done = self._call("POST", "/bench/_bulk?refresh=true", bulk)
        if done["errors"]:
            raise RuntimeError("the percolator refused a search")
        self._call("POST", "/bench/_forcemerge?max_num_segments=1", "")

    def _call(self, method: str, path: str, body: str) -> Any:
        self._http.request(method, path, body, {"Content-Type": "application/json"})
        response = self._http.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{response.status}: {text[:500]!r}")
        return json.loads(text)

    def _matches(self, batch: int) -> Iterator[Pair]:
        for start in range(0, len(self._texts), batch):
            documents = [{"text": text} for text in self._texts[start : start + batch]]
            percolation = {"percolate": {"field": "query", "documents": documents}}
            body = {"query": {"constant_score": {"filter": percolation}}, "size": self._searches, "_source": False}
            for hit in self._call("POST", "/bench/_search", json.dumps(body))["hits"]["hits"]:
                for slot in hit["fields"]["_percolator_document_slot"]:
                    yield start + slot, hit["_id"]

    def pairs(self, batch: int) -> set[Pair]:
        """Match all posts in batches and return every match."""
        return set(self._matches(batch))

    def run(self, batch: int, *, analyse: bool) -> Timing:  # noqa: ARG002 - it only takes texts
        """Match its posts once, reading the responses included.

        The CPU time is that of this process, not of the server.
        """
        started, spent = time.perf_counter(), time.process_time()
        found = sum(1 for _ in self._matches(batch))
        return Timing(time.perf_counter() - started, time.process_time() - spent, len(self._texts), found)
