"""The whole product with SOURCE=x against a simulated X: posts of watched searches come in, and are paid for."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import redis

from pipeline.broker.connections import embedded_url
from pipeline.normalise import normalise
from pipeline.post import Upsert
from pipeline.settings import load
from pipeline.store import open_store
from pipeline.store.contract import Writes
from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.paths import PROJECT
from tests.sources.simulators.x import TOKEN, X_EPOCH_MS, XApi, post

pytestmark = pytest.mark.e2e


class _Watcher:
    """A watcher of a search over the event stream, until `leave`."""

    def __init__(self, product: Product, query: str) -> None:
        address = f"{product.url}/api/stream?{urllib.parse.urlencode({'q': query})}"
        self._answer = urllib.request.urlopen(address, timeout=60)
        self.messages: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in self._answer:
                if line.startswith(b"data:"):
                    self.messages.append(json.loads(line[5:]))
        except (OSError, ValueError, AttributeError):
            return  # it has left

    def texts(self) -> set[str]:
        return {
            post["text"] for message in self.messages for post in message.get("posts", []) if isinstance(post, dict)
        }

    def leave(self) -> None:
        self._answer.close()


def _product(tmp_path: Path, api: XApi, **settings: str) -> Product:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    given: Any = {"SOURCE": "x", "X_BEARER_TOKEN": TOKEN, "X_API_URL": api.url} | settings
    return Product(tmp_path / "data", **given)


def _hour_old(number: int, text: str) -> dict[str, Any]:
    """Return a post that is old enough for a look-up."""
    ms = int(time.time() * 1000) - 3_600_000
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(ms / 1000))
    return post(number, text, data={"id": str((ms - X_EPOCH_MS) << 22 | number), "created_at": at})


def _store(data_dir: Path, *records: dict[str, Any]) -> None:
    """Store posts as an earlier run would have."""
    store, now_ms = open_store(load({"DATA_DIR": str(data_dir)})), int(time.time() * 1000)
    events = [event for record in records for event in normalise(json.dumps(record).encode(), "x", now_ms)]
    store.persist(Writes(upserts=[event for event in events if isinstance(event, Upsert)]), 1)
    store.close()


def _recheck(product: Product, api: XApi) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "DATA_DIR": str(product.data_dir),
        "SOURCE": "x",
        "X_BEARER_TOKEN": TOKEN,
        "X_API_URL": api.url,
        "X_RECHECK": "lookup",
    }
    command = [str(PROJECT / "bin" / "murmur"), "recheck", "x"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def _state(product: Product) -> dict[str, Any]:
    state: dict[str, Any] = product.get("/api/stats")["sources"][0]
    return state


def test_rules_follow_the_watched_searches_and_only_their_posts_come_in(tmp_path: Path) -> None:
    with XApi() as api:
        api.matching = True
        product = _product(tmp_path, api, TRACK="searches")
        try:
            product.wait_ready()
            until(lambda: _state(product)["state"] == "resting", 60)
            assert "nobody looks" in _state(product)["detail"]
            assert not api.streamed()
            watcher = _Watcher(product, "snow")
            until(lambda: [rule["value"] for rule in api.rules] == ["snow"], 60)
            until(lambda: _state(product)["state"] == "live", 60)
            api.say("snow at last", "rain again")
            until(lambda: "snow at last" in watcher.texts(), 60)
            until(lambda: product.stored() == 1, 60)
            found = product.get("/api/search?q=*")["posts"]
            assert [post["text"] for post in found] == ["snow at last"]
            rows = product.get("/api/coverage")["rows"]
            assert [bool(row["why"]) for row in rows][-2:] == [True, False]
            assert rows[-1]["search"] == "searches: snow"
            watcher.leave()
        finally:
            product.end()


def test_a_post_deleted_at_x_leaves_page_and_store_by_a_re_check(tmp_path: Path) -> None:
    with XApi() as api:
        product = _product(tmp_path, api, TRACK="snow", X_RECHECK="lookup")
        try:
            product.wait_ready()
            until(lambda: api.streams, 60)
            watcher = _Watcher(product, "snow")
            api.publish(_hour_old(1, "snow that stays"), _hour_old(2, "snow that melts"))
            until(lambda: len(watcher.texts()) == 2, 60)
            melts = next(one for one, record in api.lookups.posts.items() if "melts" in record["data"]["text"])
            del api.lookups.posts[melts]
            api.lookups.troubles.append((503, {}, b"over capacity"))
            refused = _recheck(product, api)
            assert refused.returncode == 1
            assert "HTTP 503" in refused.stderr
            forgotten = redis.Redis.from_url(embedded_url(product.data_dir)).delete("murmur:recheck:x")
            assert forgotten, "how long X wanted to be left alone"
            looked = _recheck(product, api)
            assert looked.returncode == 0
            assert "2 posts looked up, 1 deleted" in looked.stdout
            until(lambda: product.stored() == 1, 60)
            until(lambda: f"x:{melts}" in json.dumps([one for one in watcher.messages if "posts" not in one]), 60)
            found = product.get("/api/search", q="snow")["posts"]
            assert [one["text"] for one in found] == ["snow that stays"]
            watcher.leave()
        finally:
            product.end()


def test_upkeep_looks_stored_posts_up_by_itself_and_their_counts_are_fresh(tmp_path: Path) -> None:
    with XApi() as api:
        stays, melts = _hour_old(1, "snow that stays"), _hour_old(2, "snow that melts")
        _store(tmp_path / "data", stays, melts)
        stays["data"]["public_metrics"]["like_count"] = 9
        api.lookups.have(stays)
        product = _product(tmp_path, api, TRACK="snow", X_RECHECK="lookup")
        try:
            product.wait_ready()
            until(lambda: product.stored() == 1, 60)
            until(lambda: product.get("/api/search", q="snow")["posts"][0]["counts"]["likes"] == 9, 60)
        finally:
            product.end()


def test_a_used_up_budget_ends_reading_and_shows_in_state_and_coverage(tmp_path: Path) -> None:
    with XApi() as api:
        product = _product(tmp_path, api, TRACK="snow", X_MONTHLY_POSTS="20", X_RECHECK="compliance")
        try:
            product.wait_ready()
            until(lambda: api.streams, 60)
            api.say(*(f"snow {number}" for number in range(60)))
            until(lambda: _state(product)["state"] in ("sampling", "resting"), 60)
            until(lambda: product.stored() >= 15, 60)
            assert product.stored() <= 19
            until(lambda: "20 posts this month" in str(product.get("/api/coverage")["rows"]), 60)
        finally:
            product.end()
