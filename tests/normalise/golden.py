"""Expected posts of the hard records, kept in `golden.jsonl`; `python -m tests.normalise.golden` rewrites the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from pipeline.normalise import normalise
from tests.normalise.sample_records import NOW, posts
from tests.records import hard_cases

OURS, SHARED = (Path(__file__).parent / name for name in ("golden.jsonl", "golden_shared.jsonl"))


def read(record: Any) -> list[dict[str, Any]]:
    """Return the posts of a record, originals first, without empty fields."""
    found = posts(normalise(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(), "replay", NOW))
    assert all(post.received_at == NOW for post in found)
    return [bare(msgspec.to_builtins(post)) for post in found]


def bare(tree: Any) -> Any:
    """Return a tree without empty fields, at any depth. A new field changes nothing while it is empty."""
    if isinstance(tree, list):
        return [bare(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    kept = {name: bare(value) for name, value in tree.items() if name != "received_at"}
    return {name: value for name, value in kept.items() if value not in ([], {}, None, "") and value is not False}


def written() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return (part, reason) → expected posts, as the file has them."""
    cases = [json.loads(line) for line in OURS.read_text(encoding="utf-8").split("\n")[:-1]]
    return {(case["part"], case["why"]): case["posts"] for case in cases}


def main() -> None:
    """Write the file."""
    cases = [
        {"part": part, "why": why, "posts": read(record)}
        for part in hard_cases.FILES
        for why, record in hard_cases.cases(part)
    ]
    OURS.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")


if __name__ == "__main__":
    main()
