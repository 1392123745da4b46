"""Shorter pauses, so that a test need not wait as long as a server would have us."""

from __future__ import annotations

import pytest

from pipeline.sources.mastodon import api
from pipeline.sources.mastodon import server_stream as module


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(api, "REFUSED_PAUSE_S", 0.2)
