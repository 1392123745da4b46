"""Dead letters on a real Valkey: bounded, counted, retried, and cleared of deleted posts."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.queue.batch import decode_batch
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import RAW_LIMIT_BYTES, DeadLetter, DeadLetters

pytestmark = pytest.mark.redis


def _letter(raw: bytes, source: str = "x", error: str = "no", instance: str = "") -> DeadLetter:
    return DeadLetter(source, instance, 1_700_000_000_000, raw, error)


@pytest.fixture
def dead(redis_client: Redis, names: Names) -> DeadLetters:
    return DeadLetters(redis_client, names, room_bytes=100_000)


def test_letters_keep_record_error_and_time(dead: DeadLetters) -> None:
    dead.add([_letter(b"\x00\xffraw", error="why")])
    (letter,) = dead.letters()
    assert (letter.raw, letter.error, letter.source, letter.cut) == (b"\x00\xffraw", "why", "x", False)
    assert letter.when > 1_700_000_000_000


def test_the_oldest_make_room_and_are_counted(dead: DeadLetters) -> None:
    for number in range(30):
        dead.add([_letter(b"%03d" % number + b"x" * 10_000)])
    size = dead.size()
    assert size.size_bytes <= 100_000
    assert size.letters + size.dropped == 30
    assert [letter.raw[:3] for letter in dead.letters()][-1] == b"029"
    dead.remove([letter.id for letter in dead.letters()])
    assert dead.size().size_bytes == 0


def test_a_long_record_is_cut_and_not_retried(dead: DeadLetters, redis_client: Redis, names: Names) -> None:
    dead.add([_letter(b"x" * (RAW_LIMIT_BYTES + 1)), _letter(b"short")])
    assert [letter.cut for letter in dead.letters()] == [True, False]
    claims = ClaimCheck(redis_client, names)
    (batch_id,) = dead.retry(claims)
    claim = claims.take(batch_id)
    assert claim is not None
    assert [record.data for record in decode_batch(claim.data).records] == [b"short"]
    assert [letter.cut for letter in dead.letters()] == [True]


def test_a_retry_keeps_sources_apart(dead: DeadLetters, redis_client: Redis, names: Names) -> None:
    dead.add([_letter(b"1"), _letter(b"2"), _letter(b"3", "mastodon", instance="a.example"), _letter(b"4", "mastodon")])
    claims = ClaimCheck(redis_client, names)
    batches = [claims.take(batch_id) for batch_id in dead.retry(claims)]
    decoded = [decode_batch(claim.data) for claim in batches if claim is not None]
    assert [(one.source, one.instance, len(one.records)) for one in decoded] == [
        ("x", "", 2),
        ("mastodon", "a.example", 1),
        ("mastodon", "", 1),
    ]
    assert dead.size().letters == 0


def test_a_deleted_post_leaves_the_dead_letters(dead: DeadLetters) -> None:
    dead.add([_letter(b'{"id":123456,"text"'), _letter(b'{"rkey":"3kabc"}'), _letter(b"other")])
    assert dead.purge(["x:123456", "bluesky:did:plc:a/3kabc"]) == 2
    assert [letter.raw for letter in dead.letters()] == [b"other"]
