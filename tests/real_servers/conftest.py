"""Fixtures of the tests with real servers: the programs, each built once, and a relay to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.servers.jetstream.install import VERSION, CannotBuild, program
from tests.servers.jetstream.relay import Relay
from tests.servers.jetstream.server import JetstreamProcess


@pytest.fixture(scope="session")
def jetstream_program() -> Path:
    """The original Jetstream, from the Go module proxy."""
    try:
        return program()
    except CannotBuild as error:
        missing(f"Jetstream {VERSION} ({error})")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as found:
        yield found


@pytest.fixture
def jetstream(jetstream_program: Path, relay: Relay, tmp_path: Path) -> Iterator[JetstreamProcess]:
    """A Jetstream that reads the relay."""
    with JetstreamProcess(jetstream_program, relay, tmp_path / "jetstream") as found:
        yield found
