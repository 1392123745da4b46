"""Our side of the match bench: `MemoryMatcher` in this process, on one core, or our percolator matcher."""

from __future__ import annotations

import gc
import time
from pathlib import Path

from bench.match.peer import Pair, Timing, records
from pipeline.match.contract import StandingMatcher
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.post import Author, Post
from pipeline.query.document import Document, describe
from pipeline.query.parser import parse


class Ours:
    """The matcher with one scenario loaded; searches are parsed from their text.

    `most` bounds the posts of the scenario that are used.
    """

    def __init__(
        self,
        posts: Path,
        searches: Path,
        matcher: StandingMatcher | None = None,
        *,
        name: str = "Murmuration",
        most: int | None = None,
    ) -> None:
        self.name = name
        self._posts = [
            Post(
                id=record["id"],
                version=1,
                source="demo",
                created_at=0,
                received_at=0,
                text=record["text"],
                lang="en",
                author=Author(id=str(number % 997), handle=f"author{number % 997}"),
            )
            for number, record in enumerate(records(posts)[:most])
        ]
        self._matcher: StandingMatcher = MemoryMatcher() if matcher is None else matcher
        for record in records(searches):
            self._matcher.add(record["key"], parse(record["text"]))
        self._matcher.settle(1, whole=True)
        gc.collect()
        gc.freeze()

    def _described(self) -> list[Document]:
        return [describe(post, None) for post in self._posts]

    def pairs(self, batch: int) -> set[Pair]:
        """Match all posts in batches and return every match."""
        documents = self._described()
        return {
            (start + index, key)
            for start in range(0, len(documents), batch)
            for key, indexes in self._matcher.match(documents[start : start + batch]).matches.items()
            for index in indexes
        }

    def run(self, batch: int, *, analyse: bool) -> Timing:
        """Match all posts once. Documents are made anew for every run, so that no token's hash is known before."""
        posts, match, found = self._posts, self._matcher.match, 0
        documents = [] if analyse else self._described()
        started, spent = time.perf_counter(), time.process_time()
        for start in range(0, len(posts), batch):
            if analyse:
                some = [describe(post, None) for post in posts[start : start + batch]]
            else:
                some = documents[start : start + batch]
            found += sum(map(len, match(some).matches.values()))
        return Timing(time.perf_counter() - started, time.process_time() - spent, len(posts), found)
