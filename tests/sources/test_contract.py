"""The built-in sources pass the contract tests that the product offers to authors of packages."""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.sources.bluesky.source import BlueskySource
from pipeline.sources.contract import Source
from pipeline.sources.demo.source import DemoSource
from pipeline.sources.mastodon.source import MastodonSource
from pipeline.sources.replay.source import ReplaySource
from pipeline.sources.stdin import StdinSource
from pipeline.testing.source_contract import SourceContract
from tests.sources.simulators.jetstream import Jetstream, commit
from tests.sources.simulators.mastodon import Mastodon, status

AT_US = 1_732_206_349_000_000


class TestDemo(SourceContract):
    def source(self) -> Source:
        return DemoSource(1, 50.0)


class TestReplay(SourceContract):
    @pytest.fixture(autouse=True)
    def _recorded(self, tmp_path: Path) -> None:
        self.path = tmp_path / "posts.jsonl"
        self.path.write_text("".join(json.dumps(commit(AT_US + number)) + "\n" for number in range(50)))

    def source(self) -> Source:
        return ReplaySource(str(self.path), 0.0, loop=False)


class TestStdin(SourceContract):
    @pytest.fixture(autouse=True)
    def _piped(self, tmp_path: Path) -> None:
        self.path = tmp_path / "posts.jsonl"
        self.path.write_text("".join(json.dumps(commit(AT_US + number)) + "\n" for number in range(50)))

    def source(self) -> Source:
        return StdinSource(descriptor=os.open(self.path, os.O_RDONLY))


class _Publishing:
    """A network on which twenty posts a second are published."""

    def __init__(self, say: Callable[[int], None]) -> None:
        self._ended = threading.Event()
        self._say = say
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for number in itertools.count(1):
            if self._ended.wait(0.05):
                return
            self._say(number)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


class TestBluesky(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self) -> Iterator[None]:
        with Jetstream() as jetstream:
            self.url = jetstream.url
            with _Publishing(lambda number: jetstream.publish(commit(AT_US + number))):
                yield

    def source(self) -> Source:
        return BlueskySource((self.url,), "")


class TestMastodon(SourceContract):
    @pytest.fixture(autouse=True)
    def _served(self) -> Iterator[None]:
        with Mastodon() as mastodon:
            self.url = mastodon.url
            with _Publishing(lambda number: mastodon.publish(status(number))):
                yield

    def source(self) -> Source:
        return MastodonSource((self.url,))
