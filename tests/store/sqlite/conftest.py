"""Fixture of the SQLite store's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.sqlite import SqliteStore
from tests.store.sqlite.integrity import assert_whole


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path)
    yield made
    assert_whole(made)
    made.close()
