"""Part of a batch, all of it or some records, as it goes through an attempt."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.store.contract import Persisted, Writes
from pipeline.worker.normalised_batch import NormalisedBatch


@dataclass(frozen=True, slots=True)
class BatchPart:
    """Records of a batch: normalised, inside TRACK (`accepted`), and as the store took them."""

    normalised: NormalisedBatch
    accepted: Writes
    persisted: Persisted
