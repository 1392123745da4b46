"""`make soak`: the whole product for an hour, a process killed every half minute, every post accounted for.

    python -m bench.soak [--minutes 60] [--rate 100] [--kill-every 30]

What the demonstration has told is known from its seed, so at the end each post that must be stored is looked for, and
none may be there that was withdrawn. Exit status 1 if the two differ. Memory is printed by role once a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from pipeline.sources.demo.chapter import Chapter
from tests.e2e.product import Product, until

SEED = 1
ROLES = ("web", "reader", "worker", "upkeep", "valkey-server")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def main() -> int:
    """Run, kill, look; return the exit status."""
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--rate", type=float, default=100)
    options.add_argument("--kill-every", type=float, default=30)
    given = options.parse_args()
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="murmur-soak-") as name:
        product = Product(Path(name) / "data", SOURCE="demo", DEMO_SEED=str(SEED), DEMO_RATE=str(given.rate))
        try:
            product.wait_ready()
            began = killed = told = time.monotonic()
            while time.monotonic() - began < given.minutes * 60:
                time.sleep(1)
                if time.monotonic() - killed > given.kill_every:
                    killed = time.monotonic()
                    kill_one(product, dice)
                if time.monotonic() - told > 60:
                    told = time.monotonic()
                    print(f"{(told - began) / 60:4.0f} min  {memory(product)}", flush=True)
            until(lambda: settled(product), 120)
            return compare(product)
        finally:
            product.stop()


def role_of(line: str) -> str:
    """Return the role of a command line, "" for the manager's and our own."""
    return next((role for role in ROLES if f"-m cli {role}" in line or (role in line and "valkey" in role)), "")


def kill_one(product: Product, dice: random.Random) -> None:
    """Kill a process of a random role, without a word."""
    role = dice.choice(ROLES)
    victims = [pid for pid, line in product.processes().items() if role_of(line) == role]
    if victims:
        print(f"          killing a {role}", flush=True)
        os.kill(dice.choice(victims), signal.SIGKILL)


def memory(product: Product) -> str:
    """Return resident megabytes by role, and how many posts are stored."""
    held: dict[str, float] = {}
    for pid, line in product.processes().items():
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        role = role_of(line) or "manager"
        held[role] = held.get(role, 0) + pages * PAGE_KB / 1024
    shown = "  ".join(f"{role} {size:.0f} MB" for role, size in sorted(held.items()))
    try:
        return f"{shown}  {product.stored():,} posts"
    except OSError:
        return f"{shown}  (web is starting)"


def settled(product: Product) -> bool:
    """Whether the page answers again after the last kill."""
    try:
        return product.stored() > 0
    except OSError:
        return False


def compare(product: Product) -> int:
    """Hold what is stored against what was told up to the newest stored event that is 20 s old."""
    cut_ms = int(time.time() * 1000) - 20_000
    with urllib.request.urlopen(f"{product.url}/api/export?q=*&format=jsonl", timeout=600) as answer:
        posts = [json.loads(line) for line in answer]
    stored = {post["id"] for post in posts}
    last = max(place(post["id"]) for post in posts if post["created_at"] < cut_ms)
    wanted, excused = told_until(last)
    late = {post_id for post_id in stored if place(post_id) > last}
    missing, extra = wanted - stored - excused, stored - wanted - late
    print(f"{len(wanted):,} posts must be stored; missing {len(missing)}, withdrawn but there {len(extra)}")
    for post_id in sorted(missing | extra)[:20]:
        print("  ", post_id)
    return 1 if missing or extra else 0


def told_until(last: tuple[int, int]) -> tuple[set[str], set[str]]:
    """Return the posts that must be stored after an event, and those of them withdrawn later, which may be gone by now.

    A repost goes with its original: it has nothing of its own to show.
    """
    wanted: set[str] = set()
    excused: set[str] = set()
    for chapter in range(last[0] + 1):
        reposts: dict[int, list[int]] = {}
        for number, event in enumerate(Chapter(SEED, chapter).events):
            said = (chapter, number) <= last
            if event.kind == "repost" and event.about:
                reposts.setdefault(event.about[0], []).append(event.number)
            if event.kind == "delete":
                gone = {f"demo:{SEED}.{chapter}.{one}" for one in [event.number, *reposts.get(event.number, [])]}
                wanted -= gone if said else set()
                excused |= set() if said else gone
            elif said:
                wanted.add(f"demo:{SEED}.{chapter}.{event.number}")
    return wanted, excused


def place(post_id: str) -> tuple[int, int]:
    """Return chapter and event of an id."""
    _, chapter, event = post_id.split(".")
    return int(chapter), int(event)


if __name__ == "__main__":
    sys.exit(main())
