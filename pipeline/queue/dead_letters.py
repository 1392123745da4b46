"""Dead letters: a bounded Redis stream of records that could not be read or stored, each with its error.

Letters are added (the oldest are dropped to make room, and counted), listed, removed, retried as new batches, and
purged when they mention a deleted post. A record over 64 kB is kept cut and cannot be retried. Nothing here parses a
record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.broker.redis_time_lua import NOW_MS
from pipeline.clock import now_ms
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck, new_batch_id

RAW_LIMIT_BYTES = 64 * 1024
ERROR_LIMIT = 500
ROOM_BYTES = 8 * 1024 * 1024
"""Most bytes that the stream holds, or a tenth of Redis's `maxmemory` where that is less."""

_PAGE = 200

# KEYS: stream, size   ARGV: room, then per letter: source, instance, received_at, error, whole length, raw
_ADD = (
    NOW_MS
    + """
local held = tonumber(redis.call('HGET', KEYS[2], 'bytes') or '0')
for i = 2, #ARGV, 6 do
  redis.call('XADD', KEYS[1], '*', 'source', ARGV[i], 'instance', ARGV[i + 1], 'received_at', ARGV[i + 2],
    'error', ARGV[i + 3], 'length', ARGV[i + 4], 'raw', ARGV[i + 5], 'when', ms)
  held = held + #ARGV[i + 5] + #ARGV[i + 3] + 200
end
local dropped = 0
while held > tonumber(ARGV[1]) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 20)
  if #oldest == 0 then held = 0 break end
  for _, letter in ipairs(oldest) do
    if held > tonumber(ARGV[1]) then
      redis.call('XDEL', KEYS[1], letter[1])
      held = held - #letter[2][12] - #letter[2][8] - 200
      dropped = dropped + 1
    end
  end
end
redis.call('HSET', KEYS[2], 'bytes', string.format('%.0f', math.max(held, 0)))
if dropped > 0 then redis.call('HINCRBY', KEYS[2], 'dropped', dropped) end
return dropped
"""
)

# KEYS: stream, size   ARGV: ids
_REMOVE = """
local removed = 0
for i = 1, #ARGV do
  local letter = redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i])[1]
  if letter then
    redis.call('XDEL', KEYS[1], ARGV[i])
    redis.call('HINCRBY', KEYS[2], 'bytes', -(#letter[2][12] + #letter[2][8] + 200))
    removed = removed + 1
  end
end
return removed
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record set aside, received and set aside at these times (ms UTC).

    `cut`: only the first `RAW_LIMIT_BYTES` of `raw` were kept, so the record cannot be retried.
    """

    source: str
    instance: str
    received_at: int
    raw: bytes
    error: str
    id: str = ""
    when: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class DeadSize:
    """Number and bytes of the letters in the stream, and the number of letters dropped for lack of room."""

    letters: int
    size_bytes: int
    dropped: int


class DeadLetters:
    """The stream of dead letters. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names, *, room_bytes: int | None = None) -> None:
        self._redis: Any = redis  # redis-py types answers as text or bytes, sync or async; these are bytes
        self._names = names
        self._room_bytes = room_bytes
        self._add = redis.register_script(_ADD)
        self._remove = redis.register_script(_REMOVE)

    def add(self, letters: Sequence[DeadLetter], *, again: bool = False) -> int:
        """Add letters; return the number of older letters dropped to make room.

        `again`: an earlier attempt may have added them already; letters that the stream holds are not added twice.
        """
        if again and letters:
            held = {_content(letter) for letter in self.letters()}
            letters = [letter for letter in letters if _content(letter) not in held]
        if self._room_bytes is None:
            with translate_redis_errors():
                limit = int(self._redis.info("memory").get("maxmemory") or 0)
            self._room_bytes = min(ROOM_BYTES, limit // 10) if limit else ROOM_BYTES
        dropped = 0
        for start in range(0, len(letters), _PAGE):
            args: list[str | bytes | int] = [self._room_bytes]
            for letter in letters[start : start + _PAGE]:
                args += (letter.source, letter.instance, letter.received_at, letter.error[:ERROR_LIMIT])
                args += (len(letter.raw), letter.raw[:RAW_LIMIT_BYTES])
            with translate_redis_errors():
                dropped += int(self._add(keys=self._keys(), args=args))
        return dropped

    def size(self) -> DeadSize:
        """Return how much the stream holds."""
        with translate_redis_errors():
            letters, size = (
                self._redis.pipeline(transaction=False).xlen(self._names.dead).hgetall(self._names.dead_size).execute()
            )
        return DeadSize(int(letters), int(size.get(b"bytes", 0)), int(size.get(b"dropped", 0)))

    def letters(self, *, limit: int | None = None) -> Iterator[DeadLetter]:
        """Yield the letters, oldest first."""
        start, seen = "-", 0
        while limit is None or seen < limit:
            with translate_redis_errors():
                page = self._redis.xrange(self._names.dead, start, "+", count=_PAGE)
            for entry_id, fields in page:
                if limit is not None and seen >= limit:
                    return
                seen += 1
                yield _letter(entry_id.decode(), fields)
            if len(page) < _PAGE:
                return
            start = "(" + page[-1][0].decode()

    def remove(self, ids: Iterable[str]) -> int:
        """Remove letters by their ids; return the number removed."""
        listed = list(ids)
        if not listed:
            return 0
        with translate_redis_errors():
            return int(self._remove(keys=self._keys(), args=listed))

    def retry(self, claims: ClaimCheck, *, limit: int | None = None) -> list[str]:
        """Open batches of the letters that are whole, then remove those letters; return the batches' ids.

        The caller sends the ids to the workers. A crash in between retries a record twice and never loses it.
        """
        opened: list[str] = []
        whole = (letter for letter in list(self.letters(limit=limit)) if not letter.cut)
        for (source, instance), group in groupby(whole, key=lambda letter: (letter.source, letter.instance)):
            letters = list(group)
            for start in range(0, len(letters), _PAGE):
                page = letters[start : start + _PAGE]
                records = [RawRecord(letter.received_at, letter.raw) for letter in page]
                opened.append(new_batch_id("retry"))
                claims.offer(opened[-1], encode_batch(RawBatch(source, records, instance)))
                self.remove([letter.id for letter in page])
        return opened

    def purge(self, post_ids: Sequence[str]) -> int:
        """Remove letters that mention a deleted post; return the number removed.

        A letter is searched as bytes, not parsed, for the post's id at its source: the last part of our id.
        """
        needles = [post_id.rpartition(":")[2].rpartition("/")[2].encode() for post_id in post_ids]
        found = [letter.id for letter in self.letters() if any(needle and needle in letter.raw for needle in needles)]
        return self.remove(found)

    def _keys(self) -> list[str]:
        return [self._names.dead, self._names.dead_size]


def _content(letter: DeadLetter) -> tuple[str, str, int, bytes, str]:
    """Return the fields by which two letters are the same, each cut as the stream keeps it."""
    raw, error = letter.raw[:RAW_LIMIT_BYTES], letter.error[:ERROR_LIMIT]
    return letter.source, letter.instance, letter.received_at, raw, error


def _letter(entry_id: str, fields: dict[bytes, bytes]) -> DeadLetter:
    raw = fields.get(b"raw", b"")
    return DeadLetter(
        source=fields.get(b"source", b"").decode(errors="replace"),
        instance=fields.get(b"instance", b"").decode(errors="replace"),
        received_at=int(fields.get(b"received_at", 0)),
        raw=raw,
        error=fields.get(b"error", b"").decode(errors="replace"),
        id=entry_id,
        when=int(fields.get(b"when", 0)),
        cut=int(fields.get(b"length", len(raw))) > len(raw),
    )


def dead_letter_of(batch: RawBatch, record: RawRecord, error: str) -> DeadLetter:
    """Return the dead letter for a record of a batch."""
    return DeadLetter(batch.source, batch.instance, record.received_at, record.data, error, when=now_ms())
