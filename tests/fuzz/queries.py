"""Query fuzzing: each mutated search is compiled and explained, or refused with a `QueryError`; nothing else."""

from __future__ import annotations

import os
import random

from pipeline.errors import QueryError
from pipeline.match.explain_anchors import selected_by
from pipeline.post import Author, Post
from pipeline.query.explain import explain
from pipeline.query.parser import parse
from pipeline.sources.x.rules.compiler import compile_rules
from pipeline.store.elastic.read.compile_query import compile_tree as for_elastic
from pipeline.store.sqlite.read.compile_query import compile_tree as for_sqlite
from tests.fuzz.mutate import ODD, mutated_text, shrunk
from tests.fuzz.running import Fault, Memory, Run
from tests.fuzz.samples import SEARCHES

NOW_MS = 1_795_478_400_000
_POST = Post(
    id="x:1",
    version=1,
    source="x",
    created_at=1,
    received_at=1,
    author=Author("1", "ann"),
    text="a cat",
    hashtags=["cats"],
)


def trouble(text: str) -> str:
    """Return the problem with a search, "" if there is none."""
    try:
        query = parse(text, NOW_MS)
        if parse(query.canonical, NOW_MS).key != query.key:
            return f"its canonical text {query.canonical!r} is another search"
        for_sqlite(query.root)
        for_elastic(query.root)
        compile_rules(query.root)
        selected_by(query)
        explain(query)
        explain(query, _POST)
    except QueryError as error:
        return (
            ""
            if error.code and error.message and 0 <= error.position <= len(text)
            else f"an error without place: {error!r}"
        )
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def run(run: Run) -> None:
    """Try searches until the time is over."""
    with run.watched(Memory((os.getpid(),))) as after:
        for chance in run.cases():
            text = _search(chance)
            what = trouble(text)
            if what:
                kind = what.partition(":")[0]

                def fails(data: bytes, kind: str = kind) -> bool:
                    return trouble(data.decode(errors="ignore")).startswith(kind)

                raise Fault(what, shrunk(text.encode(errors="replace"), fails).decode(errors="ignore"))
            after()


def _search(chance: random.Random) -> str:
    text = " ".join(chance.choice(SEARCHES) for _ in range(chance.randint(1, 4)))
    if chance.random() < 0.4:
        operator = chance.choice(SEARCHES).partition(":")[0]
        text += f" {operator}:{chance.choice([one for one in ODD if isinstance(one, str)])}"
    for _ in range(chance.randint(1, 4)):
        text = mutated_text(chance, text)
    return text
