"""Mutations of JSON trees and of bytes, and the shrinking of what failed. Deterministic: all chance is a parameter."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2**31, 2**53, 2**63, 2**64, 10**30, -(2**63), 1.5, 1e300, -0.0),
    *(
        "",
        " ",
        "\u0000",
        "\n",
        "\u2028",
        "\u202e",
        "\x1b[31m",
        "\ud83d",
        "１２３",
        "²",
        "x" * 600,
        "9" * 5_000,
        "😀" * 40,
    ),
    *(
        "did:",
        "did:plc:a",
        "at://",
        "http://[",
        "https://a.example/1",
        "javascript:alert(1)",
        "../../etc/passwd",
        "a\r\nb",
    ),
    *("2026-02-30T00:00:00Z", "9999-12-31T23:59:59-23:59", "0000-00-00T00:00:00Z", "Tue Mar 21 20:50:14 +0000 2006"),
    *("post", "delete", "forget", "account", "commit", "deleted", "create", "update", "public", "<p>x</p>" * 9),
    *([], {}, [[]], {"id": 1}, [None], {"": ""}),
)
"""Values of every type where another was meant."""

_TOKENS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"\\",
    b"\n",
    b"\r\n\r\n",
    b"\x00",
    b"\xff",
    b"\\ud83d",
    b"null",
    b"1e999",
)


def trees(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside a tree, its own first."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from trees(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from trees(inner, (*path, index))


def at(value: Any, path: Sequence[str | int]) -> Any:
    """Return the value at a path."""
    for step in path:
        value = value[step]
    return value


def mutated_tree(chance: random.Random, tree: Any, others: Sequence[Any]) -> Any:
    """Return a tree changed in one to four places; `others` lend their parts."""
    changed = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 4)):
        changed = _changed(chance, changed, others)
    return changed


def _changed(chance: random.Random, tree: Any, others: Sequence[Any]) -> Any:
    other = chance.choice(others)
    path = chance.choice(list(trees(tree)))
    if not path:
        kind = chance.randrange(6)
        if kind == 0 and isinstance(tree, dict) and isinstance(other, dict):
            return {**tree, **other} if chance.random() < 0.5 else {**other, **tree}
        wraps: tuple[Callable[[Any], Any], ...] = (
            lambda one: [one],
            lambda one: {"statuses": [one, other]},
            lambda one: {"for_user": 1, "message": one},
            lambda one: {"event": "update", "payload": json.dumps(one)},
            lambda one: {"event": chance.choice(("delete", "update", "odd")), "payload": one},
        )
        return chance.choice(wraps)(tree)
    holder, step = at(tree, path[:-1]), path[-1]
    action = chance.randrange(5)
    if action == 0:
        del holder[step]
    elif action == 1:
        holder[step] = copy.deepcopy(at(other, chance.choice(list(trees(other)))))
    elif action == 2 and isinstance(holder, dict):
        holder[chance.choice(list(other) if isinstance(other, dict) and other else ["id"])] = holder[step]
    elif action == 3 and isinstance(holder[step], str):
        holder[step] = mutated_text(chance, holder[step])
    else:
        holder[step] = copy.deepcopy(chance.choice(ODD))
    return tree


def mutated_text(chance: random.Random, text: str) -> str:
    """Return a text with a piece of it cut, doubled, or something odd put in."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.randrange(8))
    odd = [one for one in ODD if isinstance(one, str) and len(one) < 700]
    return text[:start] + chance.choice(["", text[start:end] * chance.randint(1, 4), chance.choice(odd)]) + text[end:]


def mutated_bytes(chance: random.Random, data: bytes, other: bytes = b"") -> bytes:
    """Return bytes changed in one to six places."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(changed) + 1)
        end = min(len(changed), start + chance.choice((1, 1, 2, 8, 64)))
        action = chance.randrange(5)
        if action == 0:
            changed[start:end] = b""
        elif action == 1:
            changed[start:start] = chance.choice(_TOKENS)
        elif action == 2:
            changed[start:start] = changed[start:end] * chance.randint(1, 9)
        elif action == 3 and other:
            place = chance.randrange(len(other))
            changed[start:end] = other[place : place + chance.randrange(100)]
        elif start < len(changed):
            changed[start] = chance.randrange(256)
    return bytes(changed)


def shrunk(data: bytes, fails: Callable[[bytes], bool], tries: int = 2_000) -> bytes:
    """Return the smallest input found that still fails: ever smaller pieces are left out (delta debugging)."""
    size = max(1, len(data) // 2)
    while size and tries > 0:
        start = 0
        while start < len(data) and tries > 0:
            tries -= 1
            shorter = data[:start] + data[start + size :]
            if shorter != data and fails(shorter):
                data = shorter
            else:
                start += size
        size //= 2
    return data
