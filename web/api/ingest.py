"""`POST /api/ingest`: records of any known format, sent instead of read; they go the way of every other, a claim check.

The body is read, unpacked and cut piece by piece; a batch is stored in Redis before the next one is read, so what was
counted as accepted outlives this process. Workers persist, match and publish it like a reader's: nothing is
decided here but whether a record can be read at all. Upkeep tells the workers, within a second.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

import gevent
import msgspec
from flask import Flask, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, RequestTimeout

from pipeline.errors import MurmurError, RecordError
from pipeline.normalise import normalise
from pipeline.queue.batch import INGEST, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import new_batch_id
from pipeline.sources.record_splitter import SPLITTERS, shape_of
from web import faults
from web.auth import Auth
from web.faults import Refused
from web.process import Web

BLOCK_BYTES = 64 * 1024
MAX_RECORDS = 500
MAX_BYTES = 4 * 1024 * 1024
AT_ONCE = 4
"""So many bodies a web process takes at once; each holds a batch and a record in memory."""
BETWEEN = 20
"""After so many records looked at, the event loop has its turn."""

_INSTANCE = re.compile(r"[\w.:-]{0,253}", re.ASCII)


class Inflow:
    """Takes bodies for one web process."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._taking = 0
        self._high_water_bytes = 0

    def take(self, instance: str) -> Response:
        """Take the present request's body; return the answer.

        Raises:
            Refused: too many at once, the queue is full, the body is too large or not what it says. What was accepted
                before stays accepted; the message says how much that was.
        """
        if self._taking >= AT_ONCE:
            raise Refused("queue_full", "Too many are sending to this process at once.")
        taken = _Taken()
        self._taking += 1
        try:
            for records in _batches(_records(_blocks(self._max_bytes())), instance, taken):
                self._hand_over(records, instance)
                taken.records += len(records)
                self._web.hub.counts["ingested"] += len(records)
        except RequestEntityTooLarge as error:
            raise _after(taken, self._too_large()) from error
        except RequestTimeout as error:
            raise _after(taken, Refused("http", "The body comes too slowly.", 408)) from error
        except (ClientDisconnected, OSError, ParseException) as error:
            raise _after(taken, Refused("bad_request", "The body ended early.")) from error
        except Refused as error:
            raise _after(taken, error) from error
        finally:
            self._taking -= 1
        body = msgspec.json.encode({"accepted": taken.records - taken.dead, "dead": taken.dead})
        return Response(body, 202, mimetype="application/json")

    def _max_bytes(self) -> int:
        limit = self._web.settings.ingest_max_mb * 1024 * 1024
        request.max_content_length = limit
        if (request.content_length or 0) > limit:
            _let_finish(2 * limit)
            raise self._too_large()
        return limit

    def _too_large(self) -> Refused:
        return Refused("too_large", f"A body may have {self._web.settings.ingest_max_mb} MB, unpacked: send several.")

    def _hand_over(self, records: list[RawRecord], instance: str) -> None:
        claims = self._web.claims
        if not self._high_water_bytes:
            self._high_water_bytes = claims.high_water_bytes(self._web.settings.queue_max_mb)
        if claims.backlog().size_bytes >= self._high_water_bytes:
            raise Refused("queue_full", "Workers are behind, the queue is full.")
        batch = RawBatch(INGEST, records, instance)
        claims.offer(new_batch_id(INGEST), encode_batch(batch), announced=False)


class _Taken:
    """How many records were handed over, and how many of them nobody can read."""

    def __init__(self) -> None:
        self.records = 0
        self.dead = 0


def _after(taken: _Taken, error: Refused) -> Refused:
    """Return the refusal, with what had been accepted when it came."""
    if taken.records:
        hint = f"{taken.records} records had been taken by then; sending all again doubles none that names its id."
        return Refused(error.code, error.message, error.status, hint)
    return error


def _let_finish(most: int) -> None:
    """Read what is still being sent, at most so much: many clients read no answer before they have sent all."""
    left = min(request.content_length or 0, most)
    while left > 0 and (block := request.environ["wsgi.input"].read(min(BLOCK_BYTES, left))):
        left -= len(block)


def _blocks(limit: int) -> Iterator[bytes]:
    """Yield the body, unpacked, and never more of it than the limit."""
    packed = request.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip"):
        raise Refused("bad_request", "Content-Encoding must be gzip, or left out.", 415)
    size = 0
    for block in _unzipped(limit) if packed == "gzip" else _read():
        size += len(block)
        if size > limit:
            raise RequestEntityTooLarge
        yield block


def _read() -> Iterator[bytes]:
    while block := request.stream.read(BLOCK_BYTES):
        yield block


def _unzipped(limit: int) -> Iterator[bytes]:
    """Yield what a gzip body holds, of several members too; a small one that unpacks to much costs little memory."""
    machine = zlib.decompressobj(wbits=31)
    begun = False
    for packed in _read():
        data = packed
        while data:
            try:
                unpacked = machine.decompress(data, min(limit + 1, BLOCK_BYTES))
            except zlib.error as error:
                raise Refused("bad_request", "The body is not the gzip it says.") from error
            begun = True
            if unpacked:
                yield unpacked
            data = machine.unconsumed_tail
            if machine.eof:
                data, machine, begun = machine.unused_data.lstrip(b"\0"), zlib.decompressobj(wbits=31), False
    if begun:
        raise Refused("bad_request", "The body's gzip ends in the middle.")


def _records(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield raw records of JSON lines, of a JSON array, or of server-sent events, whatever the first bytes show."""
    head = b""
    for block in blocks:
        head += block
        if head.strip():
            break
    cut = SPLITTERS[shape_of(head)]
    for cuts in cut(_from(head, blocks)):
        for record, _ in cuts:
            if stripped := record.strip():
                yield stripped


def _from(head: bytes, blocks: Iterable[bytes]) -> Iterable[bytes]:
    return chain([head], blocks) if head else ()


def _batches(raws: Iterator[bytes], instance: str, taken: _Taken) -> Iterator[list[RawRecord]]:
    """Yield the records, some hundred at a time, counting those that nobody can read."""
    records: list[RawRecord] = []
    size = 0
    for number, raw in enumerate(raws):
        received_at = int(time.time() * 1000)
        taken.dead += not _readable(raw, instance, received_at)
        records.append(RawRecord(received_at, raw))
        size += len(raw)
        if number % BETWEEN == BETWEEN - 1:
            gevent.sleep(0)
        if len(records) >= MAX_RECORDS or size >= MAX_BYTES:
            yield records
            records, size = [], 0
    if records:
        yield records


def _readable(raw: bytes, instance: str, received_at: int) -> bool:
    """Tell whether a worker will be able to read a record; one that it cannot goes to the dead letters there."""
    try:
        normalise(raw, INGEST, received_at, instance)
    except RecordError:
        return False
    except Exception:  # noqa: BLE001 - a worker sets it aside with its cause
        return False
    return True


def install(app: Flask, web: Web, auth: Auth) -> None:
    """Add the route."""
    inflow = Inflow(web)

    @app.post("/api/ingest")
    def ingest() -> Response:
        auth.must_write()
        instance = request.args.get("instance", "")
        if not _INSTANCE.fullmatch(instance):
            raise Refused("bad_request", "instance must be the name of a server.")
        try:
            return inflow.take(instance)
        except MurmurError as error:
            response = faults.answer(error)
            response.headers["Connection"] = "close"  # the rest of the body is not waited for
            return response
