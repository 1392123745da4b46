"""Hostile records: any bytes become events or a `RecordError` with a reason, never another exception."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from tests.examples import examples
from tests.normalise.sample_records import NOW, lines, posts
from tests.normalise.test_sample_records import ALL
from tests.records import also_shared


def _survives(raw: bytes) -> None:
    reason = "read"
    try:
        assert isinstance(normalise(raw, "replay", NOW, "example.social"), list)
    except RecordError as error:
        reason = str(error)
    assert 0 < len(reason) <= 600


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_set_aside(raw: bytes) -> None:
    _survives(raw)


NAMES = (
    *("murmur", "id", "text", "user", "data", "includes", "did", "commit", "kind", "account", "content", "event"),
    *("payload", "delete", "limit", "errors", "meta", "statuses", "for_user", "message", "created_at", "screen_name"),
    *("version", "received_at", "author", "original", "title", "type"),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=6),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_is_read_or_set_aside(tree: Any) -> None:
    _survives(json.dumps(tree).encode())


ODD: list[Any] = [
    None, True, -1, 10**30, 1.5, 1e300, "", "\u0000", "x" * 300, "\ud83d", "2026-02-30T00:00:00Z", "１２３",
    [], {}, [[]], {"id": 1}, "did:", "at://", "http://[", "\u202e", 2**63,
]  # fmt: skip


def _mutated(tree: Any, dice: random.Random) -> Any:
    """Return a record in which one value is replaced by an odd one or removed."""
    if isinstance(tree, dict) and tree and dice.random() < 0.85:
        key = dice.choice(list(tree))
        changed = dict(tree)
        if dice.random() < 0.1:
            del changed[key]
        else:
            changed[key] = _mutated(tree[key], dice)
        return changed
    if isinstance(tree, list) and tree and dice.random() < 0.85:
        place = dice.randrange(len(tree))
        return [*tree[:place], _mutated(tree[place], dice), *tree[place + 1 :]]
    return dice.choice(ODD)


@cache
def _short(name: str) -> list[bytes]:
    return [line for line in lines(name) if len(line) < 200_000]


@pytest.mark.parametrize("name", also_shared(*ALL))
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_mutated_records_are_read_or_set_aside(name: str, seed: int) -> None:
    dice = random.Random(seed)
    line = dice.choice(_short(name))
    if dice.random() < 0.3:
        place = dice.randrange(len(line))
        _survives(line[:place] + bytes([dice.randrange(256)]) + line[place + dice.randrange(3) :])
        _survives(line[:place])
        return
    try:
        tree = json.loads(line)
    except ValueError:
        return
    for _ in range(dice.randrange(1, 4)):
        tree = _mutated(tree, dice)
    _survives(json.dumps(tree).encode())


def test_deep_nesting_is_set_aside() -> None:
    for raw in (b"[" * 100_000, b'{"a":' * 100_000, b'{"for_user":1,"message":' * 5_000 + b"{}" + b"}" * 5_000):
        _survives(raw)


def test_text_longer_than_any_post_is_set_aside() -> None:
    for record in (
        {"murmur": 1, "id": "demo:1", "created_at": 5, "author": {"id": "1", "handle": "a"}},
        {"id": "9", "author_id": "1"},
        {"user": {"id": 1, "screen_name": "a"}, "created_at": "Thu Oct 11 10:00:00 +0000 2018", "id": 9},
    ):
        with pytest.raises(RecordError, match="no post's"):
            normalise(json.dumps(record | {"text": "x" * 100_001}).encode(), "replay", NOW)


def test_chain_of_quotes_is_followed_only_so_far() -> None:
    tweets = [
        {"id": str(one), "text": "x", "referenced_tweets": [{"type": "quoted", "id": str(one + 1)}]}
        for one in range(10, 2000)
    ]
    raw = json.dumps({"data": tweets[0], "includes": {"tweets": tweets[1:]}}).encode()
    assert [post.id for post in posts(normalise(raw, "x", NOW))] == [f"x:{one}" for one in range(18, 9, -1)]


def test_lone_halves_of_emoji_are_mended() -> None:
    record = {"murmur": 1, "id": "demo:1", "created_at": 5, "text": "cut \ud83d", "author": {"id": "1", "handle": "a"}}
    (post,) = posts(normalise(json.dumps(record).encode(), "demo", NOW))
    assert post.text == "cut \ufffd"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"created_at":"Thu Oct 11', "malformed"),
        (b"<html>", "no JSON"),
        (b'{"hello":1}', "no known format: hello"),
        (b"{}", "no known format"),
        (b'{"data":{"text":"x"}}', "malformed"),
        (b'{"data":{"id":"no number","text":"x"}}', "X post with an unusable id"),
        (b'{"did":"did:plc:a","commit":{"operation":"create","collection":"app.bsky.feed.post"}}', "record key"),
        (b'{"murmur":1,"id":"demo:1"}', "without author"),
        (b'{"murmur":1,"kind":"poem","id":"demo:1"}', "unknown kind"),
        (b'{"event":"update","payload":"<html>"}', "malformed"),
    ],
)  # fmt: skip
def test_reason_names_the_fault(raw: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        normalise(raw, "replay", NOW)
