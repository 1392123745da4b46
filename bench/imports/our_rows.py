"""Turns a file into the CSV rows of our export, by the import's reading and normalising; prints the seconds.

python -m bench.imports.our_rows FILE OUT
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.importer.file_import import collect_rarely, received
from pipeline.post import Upsert
from pipeline.sources.containers.places import Remark
from pipeline.sources.containers.reading import FileReading
from web.api.export_formats import CSV_COLUMNS, csv_lines, row_of

PAGE_ROWS = 500


def lines(path: Path) -> Iterator[bytes]:
    """Yield the CSV rows of a file's posts; each knows its original."""
    yield csv_lines([CSV_COLUMNS])
    rows: list[tuple[object, ...]] = []
    for found in FileReading(path).read():
        if isinstance(found, Remark):
            raise SystemExit(f"{found.name}: {found.why}")
        _, events = received(found.data, found.modified_ms)
        known = {event.post.id: event.post for event in events if type(event) is Upsert}
        rows += [
            row_of(event.post, known.get(event.post.repost_of))
            for event in events
            if type(event) is Upsert and event.raw
        ]
        if len(rows) >= PAGE_ROWS:
            yield csv_lines(rows)
            rows = []
    yield csv_lines(rows)


def main() -> None:
    """Write the file, and print the seconds."""
    collect_rarely()
    wall, cpu = time.perf_counter(), time.process_time()
    with Path(sys.argv[2]).open("wb") as out:
        out.writelines(lines(Path(sys.argv[1])))
    print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
