"""Posts sent to the API of the whole product, of two web processes."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest

from tests.e2e.conftest import Start
from tests.e2e.product import until

pytestmark = pytest.mark.e2e


def test_what_is_sent_is_stored_and_found_whatever_web_process_took_it(start: Start) -> None:
    product = start(INGEST_TOKEN="t", WEB_CONCURRENCY="2", DEMO_RATE="0.01").wait_ready()
    now_ms = int(time.time() * 1000)
    for turn in range(12):
        records = [
            {"murmur": 1, "id": f"sent:{turn}-{number}", "source": "sent", "version": 1, "created_at": now_ms,
             "text": f"a marmalade {number}", "author": {"id": "1", "handle": "a"}}
            for number in range(50)
        ]  # fmt: skip
        body = "\n".join(map(json.dumps, records)).encode()
        request = urllib.request.Request(f"{product.url}/api/ingest", body, {"Authorization": "Bearer t"})
        with urllib.request.urlopen(request, timeout=15) as answer:
            assert json.load(answer) == {"accepted": 50, "dead": 0}
    until(lambda: product.get("/api/timeline", q="marmalade")["total"] == 600, 60)
