"""`make soak`: the whole product for an hour, every post accounted for, no process growing.

    python -m bench.soak [--minutes 60] [--calm 30] [--rate 100] [--kill-every 30]

In the first `--calm` minutes nothing is killed. The memory of each role is sampled every ten seconds; after minute
`SETTLED_MIN` its slope must stay under `GROWTH_MB_MIN`. Then a process is killed every `--kill-every` seconds.
The demo source's events follow from its seed, so at the end each post that must be stored is looked for, and no deleted
one may be there. Exit status 1 if a role grows, or if the stored posts differ.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from pipeline.sources.demo.generator import Chapter
from tests.e2e.product import Product, until

SEED = 1
ROLES = ("web", "reader", "worker", "upkeep", "valkey-server")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
SAMPLE_S = 10
SETTLED_MIN = 5.0
"""Minutes until caches, pools and the interpreter's arenas have their size; the slope is taken after that."""
SLOPE_MIN = 10.0
"""Minutes of samples that a slope needs: over less, one page cache that fills looks like growth."""
GROWTH_MB_MIN = 0.5
"""MB a minute a role may grow. A leak of one object a batch was 3.6 at 150 posts/s."""


def main() -> int:
    """Run, kill and compare; return the exit status."""
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--kill-every", type=float, default=30)
    options.add_argument("--calm", type=float, help="minutes without a kill, in which growth is measured (half of all)")
    given = options.parse_args()
    calm_min = given.minutes / 2 if given.calm is None else given.calm
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="murmur-soak-") as name:
        product = Product(Path(name) / "data", SOURCE="demo", DEMO_SEED=str(SEED), DEMO_RATE=str(given.rate))
        try:
            product.wait_ready()
            began = killed = sampled = printed = time.monotonic()
            samples: list[Sample] = []
            while (minute := (time.monotonic() - began) / 60) < given.minutes:
                time.sleep(1)
                now = time.monotonic()
                if minute > calm_min and now - killed > given.kill_every:
                    killed = now
                    kill_one(product, dice)
                if now - sampled > SAMPLE_S:
                    sampled = now
                    memory = memory_by_role(product)
                    if minute <= calm_min:
                        samples.append((minute, memory))
                    if now - printed > 60:
                        printed = now
                        print(f"{minute:4.0f} min  {shown(memory)}  {stored(product)}", flush=True)
            until(lambda: settled(product), 120)
            grown = report_growth(samples)
            return max(grown, compare(product))
        finally:
            product.stop()


Sample = tuple[float, dict[str, float]]
"""The minute, and resident megabytes by role."""


def report_growth(samples: list[Sample]) -> int:
    """Print the slope of each role; return 1 if one is over `GROWTH_MB_MIN`."""
    slopes = growth(samples)
    if not slopes:
        print(f"growth not measured: it needs {SETTLED_MIN + SLOPE_MIN:.0f} minutes without a kill")
        return 0
    for role, slope in sorted(slopes.items()):
        print(f"{role:14} {slope:+.2f} MB a minute{'  GROWS' if slope > GROWTH_MB_MIN else ''}")
    return int(max(slopes.values()) > GROWTH_MB_MIN)


def growth(samples: list[Sample]) -> dict[str, float]:
    """Return each role's least-squares slope in MB a minute after `SETTLED_MIN`; {} of too short a time."""
    late = [(minute, memory) for minute, memory in samples if minute >= SETTLED_MIN]
    if not late or late[-1][0] - late[0][0] < SLOPE_MIN:
        return {}
    minutes = [minute for minute, _ in late]
    return {
        role: statistics.linear_regression(minutes, [memory.get(role, 0.0) for _, memory in late]).slope
        for role in late[-1][1]
    }


def role_of(line: str) -> str:
    """Return the role of a command line, "" for the manager's and our own."""
    return next((role for role in ROLES if f"-m cli {role}" in line or (role in line and "valkey" in role)), "")


def kill_one(product: Product, dice: random.Random) -> None:
    """Kill a process of a random role by SIGKILL."""
    role = dice.choice(ROLES)
    victims = [pid for pid, line in product.processes().items() if role_of(line) == role]
    if victims:
        print(f"          killing a {role}", flush=True)
        os.kill(dice.choice(victims), signal.SIGKILL)


def memory_by_role(product: Product) -> dict[str, float]:
    """Return resident megabytes by role."""
    held: dict[str, float] = {}
    for pid, line in product.processes().items():
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        role = role_of(line) or "manager"
        held[role] = held.get(role, 0) + pages * PAGE_KB / 1024
    return held


def shown(memory: dict[str, float]) -> str:
    """Return a line of megabytes by role."""
    return "  ".join(f"{role} {size:.0f} MB" for role, size in sorted(memory.items()))


def stored(product: Product) -> str:
    """Return the number of stored posts, in words."""
    try:
        return f"{product.stored():,} posts"
    except OSError:
        return "(web is starting)"


def settled(product: Product) -> bool:
    """Whether the page answers again after the last kill."""
    try:
        return product.stored() > 0
    except OSError:
        return False


def compare(product: Product) -> int:
    """Compare the stored posts with the source's events up to the newest stored event that is 20 s old."""
    cut_ms = int(time.time() * 1000) - 20_000
    with urllib.request.urlopen(f"{product.url}/api/export?q=*&format=jsonl", timeout=600) as answer:
        posts = [json.loads(line) for line in answer]
    stored = {post["id"] for post in posts}
    last = max(place(post["id"]) for post in posts if post["created_at"] < cut_ms)
    wanted, excused = expected_after(last)
    late = {post_id for post_id in stored if place(post_id) > last}
    missing, extra = wanted - stored - excused, stored - wanted - late
    print(f"{len(wanted):,} posts must be stored; missing {len(missing)}, deleted but there {len(extra)}")
    for post_id in sorted(missing | extra)[:20]:
        print("  ", post_id)
    return 1 if missing or extra else 0


def expected_after(last: tuple[int, int]) -> tuple[set[str], set[str]]:
    """Return the posts that must be stored after an event, and those that later events delete.

    Posts that later events delete may be missing already. A repost is deleted with its original.
    """
    wanted: set[str] = set()
    excused: set[str] = set()
    for chapter in range(last[0] + 1):
        reposts: dict[int, list[int]] = {}
        for number, event in enumerate(Chapter(SEED, chapter).events):
            before_last = (chapter, number) <= last
            if event.kind == "repost" and event.about:
                reposts.setdefault(event.about[0], []).append(event.number)
            if event.kind == "delete":
                deleted = {f"demo:{SEED}.{chapter}.{one}" for one in [event.number, *reposts.get(event.number, [])]}
                wanted -= deleted if before_last else set()
                excused |= set() if before_last else deleted
            elif before_last:
                wanted.add(f"demo:{SEED}.{chapter}.{event.number}")
    return wanted, excused


def place(post_id: str) -> tuple[int, int]:
    """Return chapter and event of an id."""
    _, chapter, event = post_id.split(".")
    return int(chapter), int(event)


if __name__ == "__main__":
    sys.exit(main())
