"""The product's Celery application, except that a worker hangs for ever over one special record."""

import time
from collections.abc import Sequence

from pipeline import assembly
from pipeline.jobs import tasks
from pipeline.normalise import normalise
from pipeline.post import Event
from tests.delivery.app_with_short_visibility import app as product

app = product


def _hanging(raw: bytes, source: str, received_at: int, instance: str = "", *, consent: bool = True) -> Sequence[Event]:
    if b"hang here" in raw:
        time.sleep(3600)
    return normalise(raw, source, received_at, instance, consent=consent)


tasks.BATCH_LIMIT_S = 0.7
vars(assembly)["normalise"] = _hanging
