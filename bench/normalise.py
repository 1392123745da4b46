"""Bench of normalising: µs of CPU to turn a raw record into a post, the median of several rounds, one process.

python -m bench.normalise            # the records of the tests
python -m bench.normalise FILE …     # other files of JSON lines, .gz or plain
"""

from __future__ import annotations

import gzip
import statistics
import sys
import time
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from tests.records import path_of

NAMES = (
    "x-v1.1/stream.jsonl.gz",
    "x-v1.1/rest.jsonl.gz",
    "x-v2/stream.jsonl",
    "bluesky/jsonbench.jsonl",
    "mastodon/statuses.jsonl.gz",
)
ROUNDS = 7


def read(path: Path) -> list[bytes]:
    """Return the lines of a file."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return [line for line in data.split(b"\n") if line.strip()]


def round_us(records: list[bytes]) -> float:
    """Return µs of CPU a record over one pass."""
    begun = time.process_time()
    for record in records:
        try:
            normalise(record, "replay", 1_790_000_000_000)
        except RecordError:
            continue
    return (time.process_time() - begun) / len(records) * 1e6


def main() -> None:
    """Print one line a file."""
    paths = [Path(name) for name in sys.argv[1:]] or [path_of(name) for name in NAMES]
    print(f"{'file':<24} {'records':>8} {'bytes each':>11} {'µs each':>9} {'least':>7} {'most':>7}")
    for path in paths:
        records = read(path)
        round_us(records)
        taken = [round_us(records) for _ in range(ROUNDS)]
        size = sum(map(len, records)) / len(records)
        median = statistics.median(taken)
        print(f"{path.name:<24} {len(records):>8} {size:>11.0f} {median:>9.1f} {min(taken):>7.1f} {max(taken):>7.1f}")


if __name__ == "__main__":
    main()
