"""`make bench-import`: X v2 pages and v1.1 lines as CSV rows, ours beside twarc-csv and minet, in one run; and memory.

python -m bench.imports --posts 20000           # the peers are installed into an environment of their own
python -m bench.imports --memory-gb 20          # the memory of `murmur import --dry-run` over an archive of that size

Every contestant reads the same file and writes a CSV file, in a process of its own, in turns. Posts, their originals
and their media are read back from the CSV files and compared. Seconds are those of reading and writing alone, without
the start of the process.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

from tests.records.drafts import Writer
from tests.records.x_v1_statuses import statuses
from tests.records.x_v2_responses import pages

PEERS = ("twarc-csv==0.7.2", "pandas<3", "minet==4.2.1")
"""twarc-csv 0.7.2 calls `DataFrame.applymap`, which pandas 3 no longer has."""
PAGE_POSTS = 100
MEMBER_REPEATS = 6
"""Times that a packed file of `--memory-gb` has the same records: some 200 MB."""
HERE = Path(__file__).parent
_REFERENCED = ("referenced_tweets.retweeted.id", "referenced_tweets.quoted.id")
_NO_MEDIA = ("", "{}")
"""Cells without media. twarc-csv writes `{}` for media that a page names and does not hold."""
COLUMNS = {
    "ours": ("id", "media", " ", ("repost_of", "quote_of")),
    "twarc-csv": ("id", "attachments.media", ",", _REFERENCED),
    "minet": ("id", "media_urls", "|", ("retweeted_id", "quoted_id")),
}
"""Each contestant's columns: id, media with the sign between them, originals."""


def write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Write JSON lines."""
    with path.open("w", encoding="utf8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def readable_pages(posts: int) -> list[dict[str, Any]]:
    """Return pages that the peers read: lists, without long posts, for each of which twarc-csv skips 100 pages."""
    made = pages(Writer("bench"), posts // PAGE_POSTS, PAGE_POSTS)
    found = [page for page in made if isinstance(page.get("data"), list)]
    for page in found:
        for post in [*page["data"], *page["includes"].get("tweets", ())]:
            post.pop("note_tweet", None)
    return found


def peer_python(scratch: Path) -> Path:
    """Return the interpreter of an environment that holds the peers."""
    python = scratch / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(scratch / "peers")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "setuptools<81", *PEERS], check=True)
    return python


def facts(name: str, path: Path) -> dict[str, tuple[bool, frozenset[str]]]:
    """Return post id → whether it has media, and its originals, as a CSV file has them."""
    csv.field_size_limit(2**30)
    number, media, sign, originals = COLUMNS[name]
    found = {}
    with path.open(encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            listed = [one for one in (row.get(media) or "").strip("[]").split(sign) if one.strip() not in _NO_MEDIA]
            linked = frozenset(row[one].removeprefix("x:") for one in originals if row.get(one))
            found[row[number].removeprefix("x:")] = (bool(listed), linked)
    return found


def measure(commands: dict[str, list[str]], file: Path, scratch: Path, rounds: int) -> None:
    """Run each contestant in turns, and print posts a second and what differs."""
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            done = subprocess.run(
                [*command, str(file), str(scratch / f"{name}.csv")], check=True, stdout=subprocess.PIPE
            )
            taken[name].append(json.loads(done.stdout.splitlines()[-1]))
    ours = facts("ours", scratch / "ours.csv")
    print(f"\n{file.name}: {len(ours):,} posts, {file.stat().st_size / 1e6:,.0f} MB, median of {rounds} rounds")
    base = median(one["cpu_s"] for one in taken["ours"])
    for name, rows in taken.items():
        wall, cpu = median(one["wall_s"] for one in rows), median(one["cpu_s"] for one in rows)
        theirs = facts(name, scratch / f"{name}.csv")
        originals = sum(ours[one][1] != theirs[one][1] for one in ours.keys() & theirs.keys())
        media = sum(ours[one][0] != theirs[one][0] for one in ours.keys() & theirs.keys())
        missed = len(ours.keys() - theirs.keys())
        print(
            f"  {name:<10} {len(ours) / wall:>9,.0f} posts/s, {cpu / len(ours) * 1e6:>6.1f} µs of CPU each, "
            f"{cpu / base:.2f} × ours, {missed:,} posts missed, other originals {originals:,}, other media {media:,}"
        )


def packed_archive(path: Path, size_gb: float) -> int:
    """Write a tar of packed files of v1.1 lines and of v2 pages; return the bytes of the records in it."""
    lines = (statuses(Writer("memory"), 2018, 8_000), pages(Writer("memory"), 100, PAGE_POSTS))
    blocks = [b"".join(json.dumps(one).encode() + b"\n" for one in records) for records in lines]
    members = [(gzip.compress(block * MEMBER_REPEATS, 1), len(block) * MEMBER_REPEATS) for block in blocks]
    unpacked = number = 0
    with tarfile.open(path, "w") as tar:
        while unpacked < size_gb * 1e9:
            data, size_bytes = members[number % len(members)]
            info = tarfile.TarInfo(f"{number:04}.jsonl.gz")
            info.size, info.mtime = len(data), 1_700_000_000
            tar.addfile(info, io.BytesIO(data))
            unpacked, number = unpacked + size_bytes, number + 1
    return unpacked


def measure_memory(size_gb: float, scratch: Path) -> None:
    """Print the greatest memory of an import over a generated archive that unpacks to a size."""
    path = scratch / "large.tar"
    unpacked = packed_archive(path, size_gb)
    command = [sys.executable, "-m", "cli", "import", "--dry-run", str(path)]
    wall = time.perf_counter()
    subprocess.run(command, check=True, stdout=sys.stdout)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{unpacked / 1e9:.1f} GB in {path.stat().st_size / 1e9:.1f} GB: {used.ru_maxrss / 1024:,.0f} MB at most, "
        f"{used.ru_utime + used.ru_stime:,.0f} s of CPU, {time.perf_counter() - wall:,.0f} s"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-gb", type=float, default=0.0)
    parser.add_argument("--scratch", type=Path, help="a folder that keeps the peers' environment")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = options.scratch or Path(temporary)
        if options.memory_gb:
            measure_memory(options.memory_gb, Path(temporary))
            return
        python = str(peer_python(scratch))
        ours = [sys.executable, "-m", "bench.imports.our_rows"]
        minet = [python, str(HERE / "peers" / "minet_rows.py")]
        v2, v1 = Path(temporary) / "v2_pages.jsonl", Path(temporary) / "v1.1_lines.jsonl"
        write(v2, readable_pages(options.posts))
        write(v1, statuses(Writer("bench"), 2018, options.posts))
        twarc = [python, str(HERE / "peers" / "twarc_csv_rows.py")]
        measure({"ours": ours, "twarc-csv": twarc, "minet": minet}, v2, Path(temporary), options.rounds)
        measure({"ours": ours, "minet": minet}, v1, Path(temporary), options.rounds)


if __name__ == "__main__":
    main()
