"""Re-check: stored posts are looked up again in bounded turns, and deleted if the source deleted them for sure."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from pipeline.assembly import Process, build_batch_runner
from pipeline.broker.keys import Names
from pipeline.errors import SourceUnavailable
from pipeline.query.parser import parse
from pipeline.queue import recheck_requests
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.recheck_requests import RecheckRequests
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import Settings, load
from pipeline.sources.lookup_contract import LookupResult, RetryLater
from pipeline.store.contract import CoverageRow
from pipeline.upkeep.recheck.gap_spans import MOST_GAPS, MOST_POSTS, spans_of
from pipeline.upkeep.recheck.progress import RecheckProgress, RecheckProgressStore
from pipeline.upkeep.recheck.recheck import Recheck
from pipeline.upkeep.recheck.result import RecheckResult
from tests.sources.simulators.x import TOKEN, XApi, post

pytestmark = pytest.mark.redis


class FakeNetwork:
    """A network that has all posts except those in `deleted`; `calls` holds the ids of each call."""

    apart_s = 0.0

    def __init__(self, at_once: int = 3) -> None:
        self.at_once = at_once
        self.deleted: set[str] = set()
        self.calls: list[list[str]] = []
        self.troubles: list[RetryLater] = []

    def look(self, ids: Sequence[str]) -> LookupResult:
        self.calls.append(list(ids))
        if self.troubles:
            raise self.troubles.pop()
        return LookupResult([one for one in ids if one in self.deleted], paid=len(ids))


class Scene:
    """A store, a worker and a re-check on a real Redis."""

    def __init__(self, valkey: str, names: Names, directory: Path, **settings: str) -> None:
        given = {
            "REDIS_URL": valkey,
            "REDIS_PREFIX": names.prefix,
            "DATA_DIR": str(directory),
            "SOURCE": "x",
            "X_BEARER_TOKEN": TOKEN,
            "X_RECHECK": "lookup",
        }
        self.process = Process(load(given | settings), "test")
        self.runner = build_batch_runner(self.process, TaskQueue())
        self.network = FakeNetwork()
        self.recheck = Recheck(
            settings=self.process.settings,
            redis=self.process.redis,
            names=names,
            store=self.process.store,
            claims=self.process.claims,
            counters=self.process.counters,
            enqueue=self.runner.run,
            lookup=lambda *_: self.network,
            young_ms=0,
        )

    def take_in(self, *records: dict[str, Any], source: str = "replay") -> None:
        now = int(time.time() * 1000)
        data = encode_batch(RawBatch(source, [RawRecord(now, json.dumps(one).encode()) for one in records]))
        self.process.claims.offer(f"b{now}-{id(records)}", data)
        self.runner.run(f"b{now}-{id(records)}")

    def have(self, count: int, source: str = "x", ago_s: float = 0.0) -> list[str]:
        """Store posts a second apart, the newest last, and return their ids."""
        at = int((time.time() - ago_s) * 1000) - count * 1000
        ids = [f"{source}:{at + number}" for number in range(count)]
        author = {"id": "7", "handle": "ann"}
        self.take_in(
            *(
                {"murmur": 1, "id": post_id, "source": source, "created_at": at + 1000 * number, "author": author}
                | {"text": f"number {number}"}
                for number, post_id in enumerate(ids)
            )
        )
        return ids

    def stored(self) -> set[str]:
        with self.process.store().reading() as reading:
            return {json.loads(body)["id"] for body in reading.export(parse("*"))}

    def run(self, source: str = "x", **more: Any) -> RecheckResult:
        return self.recheck.run(source, within_s=20.0, **more)


@pytest.fixture
def scene(valkey: str, names: Names, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(valkey, names, tmp_path)
    yield made
    made.process.store().close()


def test_posts_deleted_at_the_source_are_deleted_and_cannot_come_back(scene: Scene) -> None:
    ids = scene.have(8)
    scene.network.deleted = {ids[1], ids[6]}
    result = scene.run()
    assert result.done
    assert (result.checked, result.gone) == (8, 2)
    assert scene.stored() == set(ids) - scene.network.deleted
    assert [one for call in scene.network.calls for one in call] == ids[::-1], "each once, newest first"
    scene.take_in({"murmur": 1, "id": ids[1], "source": "x", "created_at": 1, "author": {"id": "7", "handle": "ann"}})
    assert ids[1] not in scene.stored()


def test_a_round_rests_until_it_is_due_again(scene: Scene) -> None:
    scene.have(2)
    assert scene.run().checked == 2
    assert scene.run().checked == 0
    assert scene.recheck.due()[0].done
    progress_store = RecheckProgressStore(scene.process.redis, scene.process.names)
    progress = progress_store.read("x")
    progress.began -= 25 * 3_600_000
    assert progress_store.hold("x", "t")
    progress_store.write("x", progress, "t")
    progress_store.let_go("x", "t")
    assert scene.recheck.due()[0].checked == 2


def test_a_source_that_fails_does_not_keep_the_others_from_being_looked_at(
    valkey: str, names: Names, tmp_path: Path
) -> None:
    scene = Scene(valkey, names, tmp_path, SOURCE="bluesky,x")

    def broken(name: str, _: Settings) -> Any:
        if name == "bluesky":
            raise SourceUnavailable("no look-up today")
        return scene.network

    scene.have(3)
    recheck = replace(scene.recheck, lookup=broken)
    assert [result.checked for result in recheck.due()] == [3]
    scene.process.store().close()


def test_a_re_check_resumes_where_it_was_stopped_and_ends_at_a_limit(scene: Scene) -> None:
    ids = scene.have(9)
    assert scene.run(limit=3).checked == 3
    stopped: list[bool] = []
    halting = replace(scene.recheck, stopping=lambda: len(scene.network.calls) >= 2 or bool(stopped))
    assert halting.run("x", within_s=20.0).checked == 3
    assert scene.run().done
    assert [one for call in scene.network.calls for one in call] == ids[::-1]


def test_a_re_check_can_be_stopped_while_a_network_does_not_answer(scene: Scene) -> None:
    ids = scene.have(2)
    called, answering = threading.Event(), threading.Event()

    class Hanging(FakeNetwork):
        def look(self, ids: Sequence[str]) -> LookupResult:
            called.set()
            answering.wait(60)
            return LookupResult(list(ids))

    hanging = Hanging()
    halting = replace(scene.recheck, stopping=called.is_set, lookup=lambda *_: hanging, _lookups={})
    assert halting.run("x", within_s=20.0).checked == 0
    assert not answering.is_set(), "it did not wait for the answer"
    answering.set()
    assert scene.stored() == set(ids), "and an answer nobody waits for changes nothing"
    assert scene.run().checked == 2, "somebody else can go on at once"


def test_one_of_two_processes_re_checks(scene: Scene) -> None:
    scene.have(2)
    assert RecheckProgressStore(scene.process.redis, scene.process.names).hold("x", "another")
    assert scene.run().busy
    assert not scene.network.calls


def test_a_network_that_asks_to_wait_gets_no_calls(scene: Scene) -> None:
    ids = scene.have(2)
    scene.network.deleted = set(ids[:1])
    scene.network.troubles.append(RetryLater("HTTP 429", 3600.0))
    assert scene.run().waits == "HTTP 429"
    assert "waits until" in scene.run().waits
    assert len(scene.network.calls) == 1
    assert scene.stored() == set(ids)


def test_deletion_of_all_posts_is_believed_at_the_second_answer(scene: Scene) -> None:
    scene.network = FakeNetwork(20)
    ids = scene.have(20)
    scene.network.deleted = set(ids)
    assert "looked up again before that is believed" in scene.run().waits
    assert scene.stored() == set(ids)
    progress_store = RecheckProgressStore(scene.process.redis, scene.process.names)
    progress = progress_store.read("x")
    progress.wait_until = 0
    assert progress_store.hold("x", "t")
    progress_store.write("x", progress, "t")
    progress_store.let_go("x", "t")
    assert scene.run().gone == 20
    assert not scene.stored()


def test_look_ups_end_with_their_share_of_the_budget(valkey: str, names: Names, tmp_path: Path) -> None:
    scene = Scene(valkey, names, tmp_path, X_MONTHLY_POSTS="50")
    scene.have(9)
    result = scene.run()
    assert result.checked == 5
    assert "X_MONTHLY_POSTS" in result.waits
    scene.process.store().close()


@pytest.mark.parametrize("source", ["bluesky", "mastodon"])
def test_after_a_gap_the_posts_stored_before_it_are_checked_once(
    valkey: str, names: Names, tmp_path: Path, source: str
) -> None:
    scene = Scene(valkey, names, tmp_path, SOURCE="bluesky,mastodon", MASTODON_SERVERS="a.example")
    long_ago, lately = scene.have(2, source, ago_s=3 * 86_400), scene.have(4, source, ago_s=7_200)
    scene.network.deleted = {lately[0], long_ago[0]}
    assert scene.run(source).checked == 0, "no gap, and deletions come by stream"
    now = int(time.time() * 1000)
    scene.process.store().add_coverage(CoverageRow(source, now - 3_600_000, now - 1_800_000, "*", "nobody listened"))
    assert scene.run(source).checked == 4
    assert scene.stored() == {*long_ago, *lately[1:]}
    assert scene.run(source).checked == 0
    assert scene.run(source, whole=True).gone == 1, "by hand, everything"


def test_many_gaps_are_one_span_and_none_is_added_twice() -> None:
    hour = 3_600_000
    rows = [CoverageRow("bluesky", n * hour, n * hour + 1000, "*", "gone") for n in range(300)]
    rows += [CoverageRow("bluesky", 400 * hour, None, "*", "still"), CoverageRow("x", 0, 1, "*", "another's")]
    progress = RecheckProgress()
    for _ in range(3):
        for gap, span in spans_of(rows, "bluesky", 299 * hour).items():
            progress.know(gap, span)
    (span,) = progress.gaps
    assert (span.since, span.until) == ((300 - MOST_GAPS - 24) * hour, 299 * hour)
    assert span.left == MOST_POSTS


def test_only_the_newest_posts_around_a_gap_are_checked(
    valkey: str, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.upkeep.recheck.gap_spans.MOST_POSTS", 6)
    scene = Scene(valkey, names, tmp_path, SOURCE="bluesky")
    ids = scene.have(20, "bluesky", ago_s=7_200)
    now = int(time.time() * 1000)
    scene.process.store().add_coverage(CoverageRow("bluesky", now - 3_600_000, now - 1_800_000, "*", "nobody"))
    assert scene.run("bluesky").checked == 6
    assert scene.network.calls == [ids[:-4:-1], ids[-4:-7:-1]]
    assert scene.run("bluesky").checked == 0


def test_nothing_is_re_checked_automatically_when_that_is_turned_off(valkey: str, names: Names, tmp_path: Path) -> None:
    scene = Scene(valkey, names, tmp_path, RECHECK_HOURS="0")
    scene.have(2)
    assert scene.recheck.due() == []
    assert scene.run(whole=True).checked == 2
    scene.process.store().close()


def test_posts_of_x_are_checked_by_compliance_jobs_where_there_are_many(
    valkey: str, names: Names, tmp_path: Path, redis_client: Redis
) -> None:
    with XApi() as api:
        scene = Scene(valkey, names, tmp_path, X_RECHECK="auto", X_API_URL=api.url)
        envelopes = [post(number, f"number {number}") for number in range(30)]
        scene.take_in(*envelopes)
        for envelope in envelopes[5:]:
            api.lookups.have(envelope)
        stored = scene.stored()
        assert "compliance job" in scene.run().waits
        assert len(next(iter(api.lookups.jobs.values()))["ids"]) == 30
        assert scene.stored() == stored
        for _ in range(3):
            raw: Any = redis_client.get(names.recheck("x"))
            redis_client.set(names.recheck("x"), raw.replace(b'"wait_until":', b'"wait_until":0,"was":'))
            if scene.run().done:
                break
        assert len(scene.stored()) == 25
        assert not api.lookups.requested_ids, "nothing was paid for"
        scene.process.store().close()


def test_an_app_without_compliance_jobs_looks_posts_up(valkey: str, names: Names, tmp_path: Path) -> None:
    with XApi() as api:
        scene = Scene(valkey, names, tmp_path, X_RECHECK="auto", X_API_URL=api.url)
        scene.network = FakeNetwork(10)
        scene.have(30)
        api.lookups.troubles.append((403, {}, b'{"title":"Client Forbidden"}'))
        assert scene.run().checked == 30
        assert len(scene.network.calls) == 3
        scene.process.store().close()


def lost_chain(did: str, ago_s: float) -> dict[str, Any]:
    """Return the frame of a repository whose chain of commits broke some time ago."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago_s))
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#sync", "did": did, "time": at, "sync": {"time": at}}
    return {"$type": "message", "payload": payload}


def test_author_whose_chain_broke_is_looked_up_and_nobody_else(valkey: str, names: Names, tmp_path: Path) -> None:
    scene = Scene(valkey, names, tmp_path, SOURCE="bluesky")
    at = int((time.time() - 7_200) * 1000)
    author = {"handle": "ann.example", "id": "did:plc:ann"}
    one: dict[str, Any] = {"murmur": 1, "source": "bluesky", "created_at": at, "text": "words"}
    hers = [f"bluesky:did:plc:ann/{n}" for n in range(7)]
    scene.take_in(*(one | {"id": post_id, "author": author} for post_id in hers))
    other = one | {"id": "bluesky:did:plc:bob/1", "author": {"handle": "bob", "id": "did:plc:bob"}}
    scene.take_in(other)
    scene.network.deleted = {hers[3], other["id"]}
    assert scene.run("bluesky").checked == 0
    scene.take_in(lost_chain("did:plc:ann", 3_600), source="bluesky")
    result = scene.run("bluesky")
    assert (result.checked, result.gone, result.done) == (7, 1, True)
    assert scene.stored() == {*hers, other["id"]} - {hers[3]}
    assert scene.run("bluesky").checked == 0, "it comes to its end"


def test_account_is_looked_up_once_its_posts_are_old_enough(valkey: str, names: Names, tmp_path: Path) -> None:
    scene = Scene(valkey, names, tmp_path, SOURCE="bluesky")
    requests = RecheckRequests(scene.process.redis, names)
    now = int(time.time() * 1000)
    requests.add([("bluesky", "a", now - 10_000), ("bluesky", "b", now - 900_000)])
    requests.add([("bluesky", "b", now - 950_000)])
    scene.recheck = replace(scene.recheck, young_ms=600_000)
    scene.run("bluesky")
    assert requests.waiting("bluesky", now, 9) == {"a": now - 10_000}


def test_requests_are_bounded_and_one_that_came_again_stays(
    redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck_requests, "REQUESTS_MAX", 3)
    requests = RecheckRequests(redis_client, names)
    requests.add([("bluesky", str(n), n) for n in range(1, 6)])
    begun = requests.waiting("bluesky", 9, 9)
    assert begun == {"3": 3, "4": 4, "5": 5}
    assert requests.waiting("mastodon", 9, 9) == {}
    requests.add([("bluesky", "4", 7)])
    requests.remove("bluesky", begun)
    assert requests.waiting("bluesky", 9, 9) == {"4": 7}
