"""The percolator keeps the contract of matchers, and the promises that only a shared index can break."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.match.percolator import PercolatorMatcher, SearchIndex, percolate_requests
from pipeline.match.percolator.percolator_index import has_percolator
from pipeline.query.parser import parse
from pipeline.settings import Settings
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from tests.match.contract import MatcherContract, matched
from tests.match.strategies import post

pytestmark = pytest.mark.elasticsearch


@pytest.fixture(scope="module")
def client(elasticsearch_7: str) -> Iterator[ElasticClient]:
    made = ElasticClient(Settings(elasticsearch_url=elasticsearch_7))
    yield made
    made.close()


@pytest.fixture
def index(client: ElasticClient) -> Iterator[SearchIndex]:
    made = SearchIndex(client, f"t{secrets.token_hex(4)}", "murmur", replicas=0)
    yield made
    client.request("DELETE", path_to(made.name), into=msgspec.Raw, params={"ignore_unavailable": "true"})
    client.request("DELETE", path_to("_index_template", made.name), into=msgspec.Raw)


class TestContract(MatcherContract):
    EXAMPLES = 6

    @pytest.fixture
    def make(self, index: SearchIndex) -> Callable[[], PercolatorMatcher]:
        return lambda: PercolatorMatcher(index)


_version = itertools.count(time.time_ns() // 1_000)


def worker(index: SearchIndex, *texts: str, version: int | None = None) -> PercolatorMatcher:
    """Return a worker that has read these searches of the registry."""
    made = PercolatorMatcher(index)
    for text in texts:
        made.add(text, parse(text, 0))
    made.settle(next(_version) if version is None else version, whole=True)
    return made


def test_index_of_an_earlier_version_goes_and_no_other(client: ElasticClient, index: SearchIndex) -> None:
    family, _, version = index.name.rpartition("-")
    older, later = f"{family}-0.{version}", f"{family}-9{version}"
    strange, other = f"{family}-backup", f"{family}0-0.{version}"
    try:
        for name in (older, later, strange, other):
            client.request("PUT", path_to(name), into=msgspec.Raw)
        worker(index, "cat")
        there = client.request("GET", path_to(f"{family}*", "_alias"), into=dict[str, msgspec.Raw])
        assert set(there) == {index.name, later, strange, other}
    finally:
        for name in (older, later, strange, other):
            client.request("DELETE", path_to(name), into=msgspec.Raw, params={"ignore_unavailable": "true"})


def test_worker_that_is_late_does_not_take_away_what_came_again(index: SearchIndex) -> None:
    early, late = worker(index, "cat", version=10), worker(index, "cat", version=10)
    early.remove("cat")
    early.settle(20)
    early.add("cat", parse("cat", 0))
    early.settle(30)
    late.remove("cat")
    late.settle(20)
    assert matched(early, [post("cat")]) == {"cat": (0,)}


def test_worker_is_given_its_own_searches_only(index: SearchIndex) -> None:
    ahead, behind = worker(index, "cat", version=10), worker(index, "cat", version=10)
    ahead.add("dog", parse("dog", 0))
    ahead.settle(20)
    assert matched(behind, [post("cat dog")]) == {"cat": (0,)}
    assert matched(ahead, [post("cat dog")]) == {"cat": (0,), "dog": (0,)}


def test_searches_that_a_dead_worker_left_are_removed_at_the_next_start(index: SearchIndex) -> None:
    worker(index, "cat", "dog", version=10)
    again = worker(index, "dog", version=20)
    assert matched(again, [post("cat dog")]) == {"dog": (0,)}
    assert again._writer.orphans(["dog"]) == set()
    assert worker(index, "cat", "dog", version=15)._writer.orphans(["dog"]) == set(), "who is behind brings none back"


def test_index_dropped_under_a_worker_is_written_again(index: SearchIndex, client: ElasticClient) -> None:
    one, other = worker(index, "cat", "dog"), worker(index, "cat", "dog")
    client.request("DELETE", path_to(index.name), into=msgspec.Raw)
    assert matched(one, [post("cat")]) == {"cat": (0,)}
    client.request("DELETE", path_to(index.name), into=msgspec.Raw)
    other.add("snow", parse("snow", 0))
    other.settle(next(_version))
    assert matched(one, [post("cat dog")]) == {"cat": (0,), "dog": (0,)}, "an index with one search only is noticed"
    assert matched(other, [post("cat snow")]) == {"cat": (0,), "snow": (0,)}


def test_more_searches_than_an_answer_holds_are_all_found(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(percolate_requests, "PAGE_SEARCHES", 7)
    texts = [f"cat OR word{number}" for number in range(30)]
    found = matched(worker(index, *texts), [post("cat"), post("word3")])
    assert found == {text: (0, 1) if text.endswith("word3") else (0,) for text in texts}


def test_word_wanted_twice_is_checked_here(index: SearchIndex) -> None:
    made = worker(index, '"cat cat"~1', "cat")
    report = made.match([post("cat x x x cat"), post("cat x cat")])
    assert {key: sorted(found) for key, found in report.matches.items()} == {'"cat cat"~1': [1], "cat": [0, 1]}
    assert report.checked <= 2


def test_server_that_is_away_is_an_outage() -> None:
    away = SearchIndex(ElasticClient(Settings(elasticsearch_url="http://127.0.0.1:9")), "t", "murmur")
    with pytest.raises(StoreUnavailable):
        PercolatorMatcher(away)


def test_prefix_may_contain_percolator(client: ElasticClient) -> None:
    index = SearchIndex(client, f"percolator-{secrets.token_hex(4)}", "murmur", replicas=0)
    try:
        one, other = worker(index, "cat"), worker(index, "cat")
        assert matched(one, [post("cat")]) == matched(other, [post("cat")]) == {"cat": (0,)}
    finally:
        client.request("DELETE", path_to(index.name), into=msgspec.Raw)
        client.request("DELETE", path_to("_index_template", index.name), into=msgspec.Raw)


def test_server_without_percolator_is_refused_in_one_line(elasticsearch_9: str, client: ElasticClient) -> None:
    without = ElasticClient(Settings(elasticsearch_url=elasticsearch_9))
    with pytest.raises(SettingsError, match="has no percolator; set MATCHER=memory"):
        PercolatorMatcher(SearchIndex(without, f"t{secrets.token_hex(4)}", "murmur"))
    assert not has_percolator(without)
    assert has_percolator(client)
