"""Hard cases: records written by hand, each for one reason, one a line with its reason in `hard/*.jsonl`.

`tests/normalise/golden.jsonl` says what each must become.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILES = {
    "x_stream": "x-v1.1/stream.jsonl.gz",
    "x_rest": "x-v1.1/rest.jsonl.gz",
    "x_pages": "x-v2/pages.jsonl.gz",
    "bluesky": "bluesky/events.jsonl",
    "mastodon": "mastodon/statuses.jsonl.gz",
}
"""Part → the record file at whose end its records stand."""


@cache
def cases(part: str) -> list[tuple[str, Any]]:
    """Return the reason and the record of each hard case of a part."""
    text = (Path(__file__).parent / "hard" / f"{part}.jsonl").read_text(encoding="utf-8")
    return [(one["why"], one["record"]) for one in map(json.loads, text.split("\n")[:-1])]


def records(part: str) -> list[Any]:
    """Return the records of a part."""
    return [record for _, record in cases(part)]
