"""The whole product against a network on this machine, as `make demo-bluesky` starts it."""

from __future__ import annotations

import json
import sys
import urllib.parse
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.paths import PROJECT

pytestmark = pytest.mark.e2e


def test_posts_of_a_simulated_bluesky_arrive_with_names_and_all_ends_together(tmp_path: Path) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    command = [sys.executable, "-m", "tests.sources.simulators", "bluesky"]
    product = Product(tmp_path / "data", command)
    try:
        product.wait_ready()
        until(lambda: product.get("/api/stats")["sources"][0]["state"] == "live", 30)
        query = urllib.parse.quote("source:bluesky")

        def named() -> bool:
            found = product.get(f"/api/search?q={query}&limit=100")["posts"]
            return any(post["author"]["handle"].endswith(".example") for post in found)

        until(named, 40)
        assert json.dumps(product.get("/api/stats")["sources"][0]["name"]) == '"bluesky"'
    finally:
        assert product.stop() is not None
