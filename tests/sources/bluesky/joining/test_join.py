"""Changes of server cost no post: two servers, each with its own order, clock, delay and pauses, dozens of changes.

What was written is what was received, or lies in a gap that was told. Thousands of posts in simulated time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest

from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.simulators.jetstream_world import BEGAN_US, SECOND_US, World, WorldClock, WorldServer, Written

MINUTES = 10
RATE = 10.0
DAY_US = 86_400 * SECOND_US
Delay = Callable[[Written], int]


class WorldReading:
    """Reads the world as the reader does: opens the source at the last cursor, waits after an error."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.cursor: str | None = None
        self.received: list[str] = []
        self.gaps: list[tuple[int, int]] = []
        self.reports: list[tuple[str, float | None]] = []
        self.errors: list[str] = []
        self.places: list[int] = []
        self.began_us = 0
        """When the first place was known: without a cursor reading begins with what a server hears then."""
        self._until_us = 0
        urls = tuple(f"wss://{host}" for host in world.hosts)
        self.services: Any = {"clock": self.clock, "connect": world.connect}
        self.source = BlueskySource(urls, "", **self.services)

    def read(self, until_us: int, pause_s: Callable[[], float] = lambda: 0.3) -> None:
        self._until_us = until_us
        while not self.stopped():
            try:
                for chunk in self.source.read(self.cursor, self):
                    self.received += [_rkey(record.data) for record in chunk.records]
                    self.cursor = chunk.cursor or self.cursor
                    self.places.append(msgspec.json.decode(self.cursor or "{}").get("time_us", 0))
                    self.began_us = self.began_us or (self.clock.true_us if self.places[-1] else 0)
            except Exception as error:  # noqa: BLE001 - as the reader does
                self.errors.append(str(error))
                self.clock.wait(pause_s())

    def sleep_at(self, at_us: int, for_us: int) -> None:
        """Let the machine sleep at a time: connections are dead then, and only the time of day goes on."""
        self.world.sleeps.append((at_us, for_us))

    def stopped(self) -> bool:
        return self.clock.true_us >= self._until_us

    def wait(self, seconds: float) -> bool:
        self.clock.wait(seconds)
        return self.stopped()

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        self.reports.append((state, lag_s))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        self.gaps.append((since_ms * 1000, until_ms * 1000 + 999))

    def missing(self, posts: list[Written], since_us: int, until_us: int) -> list[Written]:
        """Return the posts of a span that were neither received nor lie in a gap."""
        received = set(self.received)
        return [
            post
            for post in posts
            if since_us <= post.written_us < until_us
            and post.rkey not in received
            and not any(since <= post.written_us < until for since, until in self.gaps)
        ]


def _rkey(data: bytes) -> str:
    event = json.loads(data)
    return str(event["payload"]["rkey"] if "payload" in event else event["commit"]["rkey"])


def written(random: Random, minutes: float = MINUTES, rate: float = RATE) -> list[Written]:
    """Return posts of some minutes; one author in fifty has a clock that is wrong by up to a day."""
    posts: list[Written] = []
    at_us = BEGAN_US
    while at_us < BEGAN_US + int(minutes * 60 * SECOND_US):
        at_us += int(random.expovariate(rate) * SECOND_US) + 1
        wrong_us = random.randrange(-DAY_US, DAY_US) if random.random() < 0.02 else 0
        posts.append(Written(at_us, at_us + wrong_us, f"{len(posts)}"))
    return posts


def delays(
    random: Random, *, usual_s: float = 0.3, order_s: float = 2.0, pauses: bool = True, late_s: float = 0
) -> Delay:
    """Return a server's delay: by post, so that each has its own order, and with pauses in which it hears nothing."""
    stops, at_s = [], 0.0
    while pauses and at_s < MINUTES * 60:
        at_s += random.uniform(30, 120)
        stops.append((at_s, at_s + random.uniform(3, 40)))

    def delay(post: Written) -> int:
        heard_s = (post.written_us - BEGAN_US) / 1e6 + usual_s + late_s + random.uniform(0, order_s)
        for since, until in stops:
            if since <= heard_s < until:
                heard_s = until + random.uniform(0, 0.5)
        return int(heard_s * 1e6) - (post.written_us - BEGAN_US)

    return delay


KINDS = ("originals", "both", "successors", "instances")


def world_of(kind: str, random: Random, posts: list[Written]) -> World:
    clock = WorldClock()

    def server(*, original: bool, number: int = 1) -> WorldServer:
        late_s, fast_s = random.choice((0, 0, 30, 90)), random.choice((0, 0, -60, -5, 45))
        delay = delays(random, late_s=late_s)
        made = WorldServer(clock, original, delay, fast_us=fast_s * SECOND_US, first_number=number)
        made.hear(posts)
        return made

    hosts = {
        "originals": lambda: {"a.example": [server(original=True)], "b.example": [server(original=True)]},
        "both": lambda: {"a.example": [server(original=True)], "b.example": [server(original=False)]},
        "successors": lambda: {
            "a.example": [server(original=False)],
            "b.example": [server(original=False, number=400_000)],
        },
        "instances": lambda: {
            "a.example": [server(original=False), server(original=False, number=300)],
            "b.example": [server(original=True), server(original=True)],
        },
    }[kind]()
    return World(clock, hosts, random)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("kind", KINDS)
def test_dozens_of_changes_between_servers_lose_no_post(kind: str, seed: int) -> None:
    random = Random(f"{kind} {seed}")
    posts = written(random)
    world = world_of(kind, random, posts)
    reading = WorldReading(world)
    world.clock.true_us = BEGAN_US + 150 * SECOND_US  # by now each has heard something
    end_us = BEGAN_US + MINUTES * 60 * SECOND_US
    reading.read(end_us, lambda: random.choice((0.3, 1.0, 5.0)))
    world.longest_s = 1e6
    reading.read(end_us + 400 * SECOND_US)
    assert reading.missing(posts, reading.began_us, end_us - 200 * SECOND_US) == []
    assert reading.places == sorted(reading.places), "the place never goes back"
    assert len(reading.errors) > 12
    assert reading.gaps == []


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("kind", KINDS)
def test_what_no_server_holds_any_more_is_a_gap_and_nothing_else_is(kind: str, seed: int) -> None:
    random = Random(f"floor {kind} {seed}")
    posts = written(random, minutes=10)
    world = world_of(kind, random, posts)
    reading = WorldReading(world)
    world.clock.true_us = BEGAN_US + 150 * SECOND_US
    away_us = BEGAN_US + 300 * SECOND_US
    reading.read(away_us)
    world.clock.true_us = away_us + 200 * SECOND_US
    for server in (server for host in world.hosts.values() for server in host):
        server.floor_us = world.clock.true_us + server.fast_us - 5 * SECOND_US
    world.longest_s = 1e6
    reading.read(BEGAN_US + 900 * SECOND_US)
    assert reading.missing(posts, reading.began_us, posts[-1].written_us) == []
    received = set(reading.received)
    assert len([1 for post in posts if post.written_us > reading.began_us and post.rkey not in received]) > 100
    assert 0 < sum(until - since for since, until in reading.gaps) < 500 * SECOND_US


def simple_world(*servers: WorldServer, longest_s: float = 1e6) -> World:
    """Return a world whose servers stand in the order in which they are asked, one a host."""
    hosts = {f"{letter}.example": [server] for letter, server in zip("abc", servers, strict=False)}
    world = World(servers[0].clock, hosts, Random(1))
    world.longest_s = longest_s
    return world


def server_of(clock: WorldClock, posts: list[Written], *, original: bool = False, **more: Any) -> WorldServer:
    late_us, pauses = int(more.pop("late_s", 0.0) * SECOND_US), more.pop("heard_from_us", 0)
    made = WorldServer(clock, original, lambda post: max(late_us, pauses - post.written_us), **more)
    made.hear(posts)
    return made


def evenly(seconds: int, *, every_us: int = SECOND_US // 10) -> list[Written]:
    """Return ten posts a second, each stamped right."""
    times = range(BEGAN_US, BEGAN_US + seconds * SECOND_US, every_us)
    return [Written(at_us, at_us, f"{number}") for number, at_us in enumerate(times)]


def changed(world: World, *, leave_s: float, until_s: float, away_s: float = 0.5) -> WorldReading:
    """Read the first server from second 150 on, leave it, and read the next one from the cursor."""
    reading = WorldReading(world)
    world.clock.true_us = BEGAN_US + 150 * SECOND_US
    reading.read(BEGAN_US + int(leave_s * SECOND_US))
    world.clock.wait(away_s)
    reading.source = BlueskySource(tuple(f"wss://{host}" for host in [*world.hosts][1:]), "", **reading.services)
    reading.read(BEGAN_US + int(until_s * SECOND_US))
    return reading


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(("late_s", "fast_s"), [(30, 0), (0, -60), (30, -60), (0, 60), (90, 0), (0, -86_400)])
def test_delay_and_clock_of_either_server_lose_nothing(original: bool, late_s: int, fast_s: int) -> None:
    """Both directions: from the late or slow server to the right one, and back."""
    posts = evenly(400)
    for odd_first in (True, False):
        clock = WorldClock()
        odd = server_of(clock, posts, original=original, late_s=late_s, fast_us=fast_s * SECOND_US + 7)
        right = server_of(clock, posts, original=original)
        reading = changed(simple_world(*(odd, right) if odd_first else (right, odd)), leave_s=200, until_s=410 + late_s)
        assert reading.missing(posts, reading.began_us, posts[-1].written_us) == []
        assert reading.gaps == []
        assert reading.places == sorted(reading.places)


@pytest.mark.parametrize("late_s", [0, 30])
def test_lag_is_what_the_authors_stamps_say_and_a_late_or_slow_server_is_live(late_s: int) -> None:
    clock, posts = WorldClock(), evenly(300)
    server = server_of(clock, posts, late_s=late_s, fast_us=-60 * SECOND_US)
    reading = WorldReading(simple_world(server))
    clock.true_us = BEGAN_US + 100 * SECOND_US
    reading.read(BEGAN_US + 150 * SECOND_US)
    reading.read(BEGAN_US + 200 * SECOND_US)
    state, lag_s = reading.reports[-1]
    assert state == "live"
    assert lag_s == pytest.approx(late_s, abs=1)


def test_quiet_server_is_live_and_its_lag_does_not_grow() -> None:
    clock, posts = WorldClock(), evenly(100)
    reading = WorldReading(simple_world(server_of(clock, posts)))
    clock.true_us = BEGAN_US + 90 * SECOND_US
    reading.read(BEGAN_US + 99 * SECOND_US)
    reading.read(BEGAN_US + 130 * SECOND_US)
    assert reading.reports[-1][1] == pytest.approx(0, abs=15)
    assert {state for state, _ in reading.reports} == {"live"}
    idle = WorldReading(simple_world(server_of(clock, posts)))
    idle.read(BEGAN_US + 160 * SECOND_US)
    assert idle.reports[-1] == ("live", None), "nothing came yet, and the stream is open"


def test_what_a_server_passes_over_between_replay_and_live_is_read_again() -> None:
    clock, posts = WorldClock(), evenly(160, every_us=4_000)
    world = simple_world(server_of(clock, posts, original=True), longest_s=1e6)
    reading = WorldReading(world)
    clock.true_us = BEGAN_US + 100 * SECOND_US
    for second in range(110, 160, 10):
        reading.read(BEGAN_US + second * SECOND_US)
        clock.wait(2.0)
    assert reading.missing(posts, reading.began_us, BEGAN_US + 145 * SECOND_US) == []
    assert reading.gaps == []


@pytest.mark.parametrize(("from_post", "fast_s"), [(0, -20), (1_300, 0), (1_300, -20)])
def test_number_sent_to_another_instance_is_noticed_and_what_lies_between_is_read(from_post: int, fast_s: int) -> None:
    """A number that the other has not reached yet means "now" to it."""
    clock, posts = WorldClock(), evenly(400)
    first, other = server_of(clock, posts), server_of(clock, posts[from_post:], fast_us=fast_s * SECOND_US + 7)
    world = simple_world(first)
    reading = WorldReading(world)
    clock.true_us = BEGAN_US + 100 * SECOND_US
    reading.read(BEGAN_US + 200 * SECOND_US)
    world.hosts["a.example"] = [other]
    clock.wait(20.0)
    reading.read(BEGAN_US + 300 * SECOND_US)
    assert reading.missing(posts, reading.began_us, BEGAN_US + 290 * SECOND_US) == []
    assert reading.gaps == []
    number = msgspec.json.decode(reading.cursor or "")["seq"]
    assert number == other.heard() + other.first_number - 1


def test_short_gap_is_told_to_the_second() -> None:
    clock, posts = WorldClock(), evenly(400)
    server = server_of(clock, posts, original=True)
    reading = WorldReading(simple_world(server))
    clock.true_us = BEGAN_US + 100 * SECOND_US
    reading.read(BEGAN_US + 200 * SECOND_US)
    clock.wait(20.0)
    server.floor_us = BEGAN_US + 208 * SECOND_US
    reading.read(BEGAN_US + 300 * SECOND_US)
    ((since_us, until_us),) = reading.gaps
    assert since_us == pytest.approx(BEGAN_US + 200 * SECOND_US, abs=SECOND_US)
    assert until_us == pytest.approx(BEGAN_US + 208 * SECOND_US, abs=2_000)
    assert reading.missing(posts, reading.began_us, BEGAN_US + 290 * SECOND_US) == []


def test_what_one_server_no_longer_holds_is_read_from_another() -> None:
    clock, posts = WorldClock(), evenly(400)
    short, long = server_of(clock, posts), server_of(clock, posts)
    reading = WorldReading(simple_world(short, long))
    clock.true_us = BEGAN_US + 100 * SECOND_US
    reading.read(BEGAN_US + 200 * SECOND_US)
    clock.wait(60.0)
    short.floor_us = BEGAN_US + 250 * SECOND_US
    reading.read(BEGAN_US + 350 * SECOND_US)
    assert reading.missing(posts, reading.began_us, BEGAN_US + 340 * SECOND_US) == []
    assert reading.gaps == []
    assert "holds nothing before" in reading.errors[0]


@pytest.mark.parametrize("original", [True, False])
def test_place_does_not_go_back_to_the_start_of_a_segment_nor_of_the_day(original: bool) -> None:
    clock, posts = WorldClock(), evenly(2_000)
    right, other = server_of(clock, posts), server_of(clock, posts, original=original, segment_us=1_200 * SECOND_US)
    world = simple_world(right, other)
    reading = WorldReading(world)
    clock.true_us = BEGAN_US + 1_700 * SECOND_US
    reading.read(BEGAN_US + 1_750 * SECOND_US)
    reading.source = BlueskySource(("wss://b.example",), "", **reading.services)
    reading.read(BEGAN_US + 1_800 * SECOND_US)
    twice = len(reading.received) - len(set(reading.received))
    assert twice < 400, "read again at most some seconds"
    assert reading.places == sorted(reading.places)


@pytest.mark.parametrize("original", [True, False])
def test_machine_that_slept_two_hours_goes_on_at_its_cursor(original: bool) -> None:
    """The monotonic clock stands while the machine sleeps, and the connection is dead without a sign."""
    clock, posts = WorldClock(), evenly(9_000, every_us=SECOND_US)
    reading = WorldReading(simple_world(server_of(clock, posts, original=original)))
    clock.true_us = BEGAN_US + 100 * SECOND_US
    reading.read(BEGAN_US + 200 * SECOND_US)
    reading.sleep_at(BEGAN_US + 230 * SECOND_US, 7_200 * SECOND_US)
    reading.read(BEGAN_US + 8_000 * SECOND_US)
    assert "has slept" in reading.errors[0]
    assert reading.missing(posts, reading.began_us, BEGAN_US + 7_900 * SECOND_US) == []
    assert reading.gaps == []
