"""Cost of standing searches: time to load 100,000 and to change one, and their memory. Runs in its own process."""

from __future__ import annotations

import gc
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

from bench.match.corpus import SCENARIOS, searches, vocabulary
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.query.parser import parse

SEARCHES = 100_000
CHANGES = 5_000


def main() -> None:
    """Print the figures as one JSON object: seconds and microseconds of processor time, bytes."""
    scenario = replace(SCENARIOS[0], searches=SEARCHES, search_words=25_000)
    texts = [str(record["text"]) for record in searches(scenario, vocabulary())]
    parse(texts[0])
    gc.collect()
    before_bytes = _resident_bytes()
    matcher = MemoryMatcher()
    keys: list[str] = []
    parsing_s = adding_s = 0.0
    for text in texts:
        started = time.process_time()
        query = parse(text)
        parsed = time.process_time()
        matcher.add(query.key, query)
        adding_s += time.process_time() - parsed
        parsing_s += parsed - started
        keys.append(query.key)
    del query
    gc.collect()
    memory_bytes = (_resident_bytes() - before_bytes) / SEARCHES
    changes_us = []
    for number in range(CHANGES):
        query = parse(texts[number])
        started = time.process_time()
        matcher.remove(keys[number])
        matcher.add(keys[number], query)
        changes_us.append((time.process_time() - started) * 1e6)
    changes_us.sort()
    figures = {
        "searches": len(matcher),
        "parsing_s": parsing_s,
        "adding_s": adding_s,
        "memory_bytes": memory_bytes,
        "change_median_us": statistics.median(changes_us),
        "change_p99_us": changes_us[int(0.99 * CHANGES)],
        "change_max_us": changes_us[-1],
    }
    print(json.dumps(figures))


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main()
