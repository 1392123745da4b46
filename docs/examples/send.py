"""Send a post of your own, and delete it again. INGEST_TOKEN is the token that the server was started with.

INGEST_TOKEN=… python send.py http://127.0.0.1:8000
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request


def send(base: str, records: list[dict]) -> dict:
    """Send records as JSON lines and return the server's answer: how many it took, how many are no records."""
    body = "".join(json.dumps(record) + "\n" for record in records).encode()
    headers = {"Authorization": f"Bearer {os.environ['INGEST_TOKEN']}"}
    with urllib.request.urlopen(urllib.request.Request(f"{base}/api/ingest", body, headers), timeout=30) as answer:
        return json.load(answer)


def main(base: str) -> None:
    """Send one post, wait, delete it."""
    now_ms = int(time.time() * 1000)
    post = {
        "murmur": 1,
        "id": f"notes:{now_ms}",
        "source": "notes",
        "version": now_ms,
        "created_at": now_ms,
        "text": "a note from a script #hello",
        "author": {"id": "script", "handle": "script", "name": "A script"},
    }
    print(send(base, [post]))
    time.sleep(2)
    print(send(base, [{"murmur": 1, "kind": "delete", "id": post["id"], "source": "notes", "version": now_ms + 1}]))


if __name__ == "__main__":
    main(sys.argv[1])
