"""Record fuzzing: mutated records of every format go through `normalise` and through a worker into SQLite."""

from __future__ import annotations

import json
import os
import random
from typing import Any

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import AuthorDeletion, Deletion, Event, Upsert
from pipeline.queue.batch import FORGET, INGEST, LOOKUP, RECHECK, RawBatch, RawRecord, decode_batch, encode_batch
from pipeline.queue.claim_check import new_batch_id
from tests.fuzz.mutate import mutated_bytes, mutated_tree, shrunk
from tests.fuzz.product import web
from tests.fuzz.running import Fault, Memory, Run
from tests.fuzz.samples import RECORDS

LABELS = ("bluesky", "x", "mastodon", "demo", "replay", "stdin", "quakes", "", INGEST, LOOKUP, RECHECK, FORGET)
HOST = "home.example"
RECEIVED_MS = 1_790_000_000_000
BATCH = 100


def forged(label: str, event: Event) -> bool:
    """Tell whether a label must not bring an event. A second, independent copy of source_permissions.py."""
    if isinstance(event, AuthorDeletion):
        if event.forgotten:
            return label != FORGET
        return label not in ("replay", "stdin", event.source) or event.source not in ("bluesky", "x")
    if label in ("replay", "stdin"):
        return False
    own = f"mastodon:{HOST}/" if label == LOOKUP else f"{label}:"
    if isinstance(event, Deletion):
        return label == FORGET or (label not in (INGEST, RECHECK) and not event.id.startswith(own))
    if not isinstance(event, Upsert) or label == INGEST:
        return False
    author = f"@{HOST}" if label == LOOKUP else ""
    return label in (RECHECK, FORGET, "") or not (
        event.post.id.startswith(own) and event.post.author.id.endswith(author)
    )


def trouble(raw: bytes) -> str:
    """Return the problem with a record under any label, "" if there is none."""
    for label in LABELS:
        try:
            events = normalise(raw, label, RECEIVED_MS, HOST)
        except RecordError as error:
            if not 0 < len(str(error)) <= 600:
                return f"{label}: a reason of {len(str(error))} characters"
            continue
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return f"{label}: {type(error).__name__}: {error}"[:300]
        for event in events:
            if forged(label, event):
                return f"{label}: forged {type(event).__name__}"
            for post_id in _ids(event):
                if not post_id.isprintable() or len(post_id) > 520:
                    return f"{label}: an unusable id"
    return ""


def _ids(event: Event) -> list[str]:
    if isinstance(event, Deletion):
        return [event.id]
    return [event.post.id, event.post.repost_of, event.post.quote_of] if isinstance(event, Upsert) else []


def record(chance: random.Random) -> bytes:
    """Return a mutated record."""
    tree: Any = chance.choice(RECORDS)
    if chance.random() < 0.8:
        tree = mutated_tree(chance, tree, RECORDS)
    data = json.dumps(
        tree, separators=(",", ":") if chance.random() < 0.7 else None, ensure_ascii=chance.random() < 0.5
    )
    raw = data.encode(errors="surrogatepass")
    if chance.random() < 0.2:
        raw = b"event: " + chance.choice((b"update", b"delete", b"odd")) + b"\ndata: " + raw + b"\n\n"
    return mutated_bytes(chance, raw, json.dumps(chance.choice(RECORDS)).encode()) if chance.random() < 0.4 else raw


def run(run: Run) -> None:
    """Try records until the time is over; each hundred go through a worker too."""
    with web() as product, run.watched(Memory((os.getpid(),))) as after:
        held: list[bytes] = []
        for chance in run.cases():
            raw = record(chance)
            what = trouble(raw)
            if what:
                kind = ":".join(what.split(":")[:2])
                raise Fault(what, shrunk(raw, lambda data, kind=kind: trouble(data).startswith(kind)))  # type: ignore[misc]
            held.append(raw)
            if len(held) == BATCH or run.only is not None:
                what = _ingested(product, held, LABELS[run.done // BATCH % len(LABELS)])
                if what:
                    raise Fault(what, b"\n--\n".join(held))
                held = []
            after()


def _ingested(product: Any, raws: list[bytes], label: str) -> str:
    """Send records through a worker; return the problem, "" if each was stored or became a dead letter."""
    process, batch_id = product.process, new_batch_id("fuzz")
    data = encode_batch(RawBatch(label, [RawRecord(RECEIVED_MS, raw) for raw in raws], HOST))
    if len(decode_batch(data).records) != len(raws):
        return "a batch does not come back"
    process.claims.offer(batch_id, data)
    product._ingest.run(batch_id)
    if process.claims.is_open(batch_id):
        return f"a batch of {label} is not done: {process.counters.value('batches_failed')} failed"
    return ""
