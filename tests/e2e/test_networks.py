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
from tests.sources.simulators.jetstream import commit

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


def test_what_is_piped_into_it_is_stored(tmp_path: Path) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(commit(1732206349000000 + number, str(number))) + "\n" for number in range(300)))
    command = ["sh", "-c", f'exec "{PROJECT}/bin/murmur" run < "{path}"']
    product = Product(tmp_path / "data", command, SOURCE="stdin")
    try:
        product.wait_ready()
        until(lambda: product.stored() == 300, 30)
        until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 20)
    finally:
        product.stop()
