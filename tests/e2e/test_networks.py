"""The whole product against a network on this machine, as `make demo-bluesky` starts it."""

from __future__ import annotations

import json
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.paths import PROJECT
from tests.sources.simulators.jetstream import Jetstream, commit
from tests.sources.simulators.mastodon import Mastodon, status

pytestmark = pytest.mark.e2e


def test_posts_of_a_simulated_bluesky_arrive_with_names_and_all_ends_together(tmp_path: Path) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    command = [sys.executable, "-m", "tests.sources.simulators", "bluesky"]
    product = Product(tmp_path / "data", command)
    try:
        product.wait_ready()
        until(lambda: product.get("/api/stats")["sources"][0]["state"] == "live", 60)
        query = urllib.parse.quote("source:bluesky")

        def named() -> bool:
            found = product.get(f"/api/search?q={query}&limit=100")["posts"]
            return any(post["author"]["handle"].endswith(".example") for post in found)

        until(named, 60)
        assert json.dumps(product.get("/api/stats")["sources"][0]["name"]) == '"bluesky"'
    finally:
        assert product.stop() is not None


def test_piped_records_are_stored(tmp_path: Path) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps(commit(1732206349000000 + number, str(number))) + "\n" for number in range(300)))
    command = ["sh", "-c", f'exec "{PROJECT}/bin/murmur" run < "{path}"']
    product = Product(tmp_path / "data", command, SOURCE="stdin")
    try:
        product.wait_ready()
        until(lambda: product.stored() == 300, 60)
        until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 60)
    finally:
        product.end()


def test_two_networks_are_read_side_by_side_each_with_its_own_cursor(tmp_path: Path) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    with Jetstream() as jetstream, Mastodon() as mastodon:
        settings: Any = {"BLUESKY_URL": jetstream.url, "BLUESKY_API": "off", "MASTODON_SERVERS": mastodon.url}
        product = Product(tmp_path / "data", SOURCE="bluesky,mastodon", **settings)
        try:
            product.wait_ready()
            until(lambda: jetstream.requested and mastodon.streams, 60)
            at = int(time.time() * 1e6)
            jetstream.publish(commit(at, "from the sky"), commit(at + 1, "soon gone", rkey="3kgone"))
            mastodon.publish(status(1, "from the sea"), status(2, "soon gone", host="far.example"))
            until(lambda: product.stored() == 4, 60)
            jetstream.publish(commit(at + 2, operation="delete", rkey="3kgone"))
            mastodon.say("delete", "2")
            until(lambda: product.stored() == 2, 60)
            found = {post["text"]: post["source"] for post in product.get("/api/search?q=*")["posts"]}
            assert found == {"from the sky": "bluesky", "from the sea": "mastodon"}
            states = {source["name"]: source["state"] for source in product.get("/api/stats")["sources"]}
            assert states == {"bluesky": "live", "mastodon": "live"}
        finally:
            product.stop()
        requests = len(jetstream.requested)
        mastodon.held.append(status(3, "while away"))
        product = Product(tmp_path / "data", SOURCE="bluesky,mastodon", **settings)
        try:
            product.wait_ready()
            until(lambda: product.stored() == 3, 60)
            until(lambda: len(jetstream.requested) > requests, 60)
            assert jetstream.requested[requests].cursor() == 3, "the number of the event received last"
        finally:
            product.end()
