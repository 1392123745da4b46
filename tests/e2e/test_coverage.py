"""Coverage of the whole product is right when connections, processes and the product itself end and come back."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from typing import Any

import pytest

from tests.e2e.conftest import Start
from tests.e2e.product import Product, until
from tests.sources.simulators.jetstream import Jetstream, commit

pytestmark = pytest.mark.e2e
HOUR_US = 3_600_000_000


def rows(product: Product) -> list[tuple[str, str, bool]]:
    """Return (search, why, whether it is still so) of each row."""
    found = product.get("/api/coverage")["rows"]
    return [(row["search"], row["why"], row["to"] is None) for row in found]


@pytest.mark.timeout(240)
def test_only_posts_that_no_cursor_recovered_are_reported_as_not_collected(start: Start, tmp_path: Any) -> None:
    with Jetstream() as jetstream:
        settings = {"SOURCE": "bluesky", "BLUESKY_URL": jetstream.url, "BLUESKY_API": "off", "INGEST_TOKEN": "t"}
        product = start(tmp_path / "data", **settings).wait_ready()
        at = int(time.time() * 1e6) - HOUR_US
        until(lambda: jetstream.requested, 60)
        jetstream.publish(commit(at, "first"))
        until(lambda: rows(product) == [("*", "", True)])

        jetstream.drop()
        until(lambda: len(jetstream.requested) > 1, 60)
        jetstream.publish(commit(at + 1, "after a short reconnect"))
        until(lambda: product.stored() == 2)
        until(lambda: rows(product) == [("*", "", True)])

        for pid, line in product.processes().items():
            if "-m cli reader" in line or "reader@" in line or "murmur reader" in line:
                os.kill(pid, signal.SIGKILL)
        jetstream.publish(commit(at + 2, "after a kill"))
        until(lambda: product.stored() == 3, 60)
        until(lambda: rows(product) == [("*", "", True)], 60)

        body = json.dumps({"track": "cats OR after"}).encode()
        request = urllib.request.Request(f"{product.url}/api/track", body, {"Authorization": "Bearer t"}, method="PUT")
        urllib.request.urlopen(request, timeout=10).close()
        until(lambda: rows(product) == [("*", "", False), ("cats OR after", "", True)], 60)

        product.stop()
        jetstream.publish(commit(at + 3, "after a stop"))
        product = start(tmp_path / "data", **settings).wait_ready()
        until(lambda: product.stored() == 4, 60)
        until(lambda: rows(product) == [("*", "", False), ("cats OR after", "", True)], 60)

        product.stop()
        jetstream.floor_us = at + HOUR_US // 2
        jetstream.publish(commit(at + HOUR_US // 2, "after what nobody holds any more"))
        product = start(tmp_path / "data", **settings).wait_ready()
        until(lambda: product.stored() == 5, 60)

        def gap() -> bool:
            reported = product.get("/api/coverage")["rows"]
            missing = [row for row in reported if row["why"]]
            return len(missing) == 1 and missing[0]["to"] == (at + HOUR_US // 2) // 1000

        until(gap, 60)
        assert [row for row in rows(product) if row[2]] == [("cats OR after", "", True)]
