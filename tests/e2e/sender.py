"""Sends known posts to `POST /api/ingest` at a steady rate, some twice and some edited.

It records which posts must be stored in the end, and reads which are.
"""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from typing import Any

WORD = "marmalade"
"""Word in every post."""
TOKEN = "t"
EVERY_S = 0.5
AGAIN, EDITED = 0.04, 0.04
"""Shares of the new posts that are sent once more unchanged, and edited."""
TIMEOUT_S, RETRY_S, RETRIES = 60, 1.0, 120
EXPORT_S = 300
_OTHER_WORDS = ("a letter", "from the harbour", "boats", "stay in", "shops", "close early", "wind", "and rain", "storm")


class Sender(threading.Thread):
    """`posts` are those accepted: id → greatest version. A body that is refused for now is sent again unchanged."""

    def __init__(self, url: str, rate: float) -> None:
        super().__init__(daemon=True)
        self.posts: dict[str, int] = {}
        self.records = 0
        self.refused = 0
        self.late_s = 0.0
        """Greatest delay behind the rate, in seconds."""
        self.failed: Exception | None = None
        self._url, self._each = url, max(1, round(rate * EVERY_S))
        self._began_ms = int(time.time() * 1000) - 3_600_000
        self._dice = random.Random(1)
        self._over = threading.Event()
        self._may = threading.Event()
        self._may.set()

    def run(self) -> None:
        """Send until `end`."""
        due = time.monotonic()
        try:
            while not self._over.is_set():
                if self._may.wait(EVERY_S):
                    self._send(self._records())
                due += EVERY_S
                self.late_s = max(self.late_s, time.monotonic() - due)
                self._over.wait(max(0.0, due - time.monotonic()))
        except Exception as error:  # noqa: BLE001 - raised again by `end`
            self.failed = error

    def rest(self) -> None:
        """Send nothing until `go_on`."""
        self._may.clear()

    def go_on(self) -> None:
        """Send again."""
        self._may.set()

    def end(self) -> None:
        """Stop sending, once the request under way is answered."""
        self._over.set()
        self.join(TIMEOUT_S * 2)
        assert not self.is_alive(), "a body was not taken"
        assert self.failed is None, self.failed

    def _records(self) -> list[dict[str, Any]]:
        first = len(self.posts)
        records = [self._record(number, 1) for number in range(first, first + self._each)]
        for share, more in ((AGAIN, 0), (EDITED, 1)):
            earlier = self._dice.sample(range(first), min(first, round(self._each * share)))
            records += [self._record(number, self.posts[f"sent:{number}"] + more) for number in earlier]
        self._dice.shuffle(records)
        return records

    def _record(self, number: int, version: int) -> dict[str, Any]:
        dice = random.Random(number)
        author, words = dice.randrange(1_000), [WORD, *dice.choices(_OTHER_WORDS, k=9)]
        words += ["edited", str(version)] if version > 1 else []
        return {
            "murmur": 1, "id": f"sent:{number}", "source": "sent", "version": version, "lang": "en",
            "created_at": self._began_ms + number, "text": " ".join(words),
            "author": {"id": str(author), "handle": f"user{author}"},
        }  # fmt: skip

    def _send(self, records: list[dict[str, Any]]) -> None:
        body = "\n".join(map(json.dumps, records)).encode()
        request = urllib.request.Request(f"{self._url}/api/ingest", body, {"Authorization": f"Bearer {TOKEN}"})
        for _ in range(RETRIES):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                    reply = json.load(answer)
                break
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                self.refused += 1
                time.sleep(RETRY_S)
        else:
            raise AssertionError(f"refused {RETRIES} times")
        assert reply == {"accepted": len(records), "dead": 0}, reply
        self.records += len(records)
        for record in records:
            self.posts[record["id"]] = max(record["version"], self.posts.get(record["id"], 0))


def exported(url: str) -> list[tuple[str, int]]:
    """Return (id, version) of all posts with the word that a product finds."""
    with urllib.request.urlopen(f"{url}/api/export?q={WORD}&format=jsonl", timeout=EXPORT_S) as answer:
        posts = [json.loads(line) for line in answer if line.strip()]
    return [(post["id"], post["version"]) for post in posts]
