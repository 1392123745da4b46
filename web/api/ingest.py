"""`POST /api/ingest`: takes records of any known format, with a token, and enqueues them in batches for the workers.

The answer counts accepted and unreadable records; unreadable ones become dead letters in a worker. A full queue, too
many bodies at once or too large a body are refused, with a hint of how many records were taken before. A batch is
stored in Redis before the next one is read, so the records that were counted as accepted outlive this process. Upkeep
enqueues the batches within a second; workers persist, match and publish them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import gevent
import msgspec
from flask import Blueprint, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, RequestTimeout

from pipeline.errors import MurmurError, RecordError
from pipeline.normalise import normalise
from pipeline.queue.batch import BATCH_MAX_BYTES, BATCH_MAX_RECORDS, INGEST, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck, new_batch_id
from pipeline.settings import Settings
from pipeline.sources.recorded_deletions import RecordedDeletions
from web.api.ingest_body import raw_records, read_rest
from web.api_errors import ApiError, error_response
from web.auth import Auth

BODIES_AT_ONCE = 4
"""Bodies that a web process takes at once; each holds a batch and a record in memory."""
RECORDS_PER_TURN = 20
"""Records that are checked before the event loop gets a turn."""

_INSTANCE = re.compile(r"[\w.:-]{0,253}", re.ASCII)


def blueprint(intake: IngestIntake, auth: Auth) -> Blueprint:
    """Return the route of ingest."""
    routes = Blueprint("ingest", __name__)
    routes.add_url_rule("/api/ingest", "ingest", partial(ingest, intake, auth), methods=["POST"])
    return routes


def ingest(intake: IngestIntake, auth: Auth) -> Response:
    """Take the body of a request that bears a token."""
    auth.require_write()
    instance = request.args.get("instance", "")
    if not _INSTANCE.fullmatch(instance):
        raise ApiError("bad_request", "instance must be the name of a server.")
    try:
        return intake.take(instance)
    except MurmurError as error:
        response = error_response(error)
        response.headers["Connection"] = "close"  # so that the rest of the body is not waited for
        return response


class IngestIntake:
    """Takes bodies for one web process."""

    def __init__(self, settings: Settings, claims: ClaimCheck) -> None:
        self._settings = settings
        self._claims = claims
        self._bodies = 0
        self._high_water_bytes = 0
        self.records = 0
        """Records that were sent to this process and enqueued."""

    def take(self, instance: str) -> Response:
        """Take the present request's body; return the response.

        Raises:
            ApiError: too many bodies at once, the queue is full, the body is too large or not what it claims. Records
                that were accepted before stay accepted; the hint gives their number.
        """
        if self._bodies >= BODIES_AT_ONCE:
            raise ApiError("queue_full", "Too many are sending to this process at once.")
        taken = _Taken()
        self._bodies += 1
        try:
            resolved = map(RecordedDeletions(instance).resolved, raw_records(self._max_bytes()))
            for records in _batches(resolved, instance, taken):
                self._enqueue(records, instance)
                taken.records += len(records)
                self.records += len(records)
        except RequestEntityTooLarge as error:
            raise _after(taken, self._too_large()) from error
        except RequestTimeout as error:
            raise _after(taken, ApiError("http", "The body comes too slowly.", 408)) from error
        except (ClientDisconnected, OSError, ParseException) as error:
            raise _after(taken, ApiError("bad_request", "The body ended early.")) from error
        except ApiError as error:
            raise _after(taken, error) from error
        finally:
            self._bodies -= 1
        body = msgspec.json.encode({"accepted": taken.records - taken.dead, "dead": taken.dead})
        return Response(body, 202, mimetype="application/json")

    def _max_bytes(self) -> int:
        limit = self._settings.ingest_max_mb * 1024 * 1024
        request.max_content_length = limit
        if (request.content_length or 0) > limit:
            read_rest(2 * limit)
            raise self._too_large()
        return limit

    def _too_large(self) -> ApiError:
        return ApiError("too_large", f"A body may have {self._settings.ingest_max_mb} MB, unpacked: send several.")

    def _enqueue(self, records: list[RawRecord], instance: str) -> None:
        claims = self._claims
        if not self._high_water_bytes:
            self._high_water_bytes = claims.high_water_bytes(self._settings.queue_max_mb)
        if claims.backlog().size_bytes >= self._high_water_bytes:
            raise ApiError("queue_full", "Workers are behind, the queue is full.")
        batch = RawBatch(INGEST, records, instance)
        claims.offer(new_batch_id(INGEST), encode_batch(batch), announced=False)


@dataclass(slots=True)
class _Taken:
    """Records of a body that were enqueued, and those among them that are not readable."""

    records: int = 0
    dead: int = 0


def _after(taken: _Taken, error: ApiError) -> ApiError:
    """Return the error with a hint that gives the number of records accepted before."""
    if taken.records:
        hint = f"{taken.records} records had been taken by then; sending all again doubles none that names its id."
        return ApiError(error.code, error.message, error.status, hint)
    return error


def _batches(raws: Iterator[bytes], instance: str, taken: _Taken) -> Iterator[list[RawRecord]]:
    """Yield the records in batches, and count those that are not readable."""
    records: list[RawRecord] = []
    size = 0
    for number, raw in enumerate(raws):
        received_at = int(time.time() * 1000)
        taken.dead += not _readable(raw, instance, received_at)
        records.append(RawRecord(received_at, raw))
        size += len(raw)
        if number % RECORDS_PER_TURN == RECORDS_PER_TURN - 1:
            gevent.sleep(0)
        if len(records) >= BATCH_MAX_RECORDS or size >= BATCH_MAX_BYTES:
            yield records
            records, size = [], 0
    if records:
        yield records


def _readable(raw: bytes, instance: str, received_at: int) -> bool:
    """Tell whether a worker will be able to read a record; the worker makes others dead letters."""
    try:
        normalise(raw, INGEST, received_at, instance)
    except RecordError:
        return False
    except Exception:  # noqa: BLE001 - the worker's dead letter names the cause
        return False
    return True
