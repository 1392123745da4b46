"""Fixtures of the Bluesky tests: a Jetstream server and an API, both on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import Jetstream


@pytest.fixture
def api() -> Iterator[BlueskyApi]:
    with BlueskyApi() as found:
        yield found


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with Jetstream() as found:
        yield found
