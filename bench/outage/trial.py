"""Trial: one product on one Elasticsearch under steady load, its observers, and the faults put on the server.

Each phase breaks something, makes it well again, and waits until the product reports it and its queue is drained.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.cluster import block, documents
from tests.e2e.onlooker import Onlooker
from tests.e2e.product import Product, until
from tests.e2e.sender import TOKEN, WORD, Sender
from tests.e2e.signs import Signs
from tests.servers.elasticsearch.crash_proxy import Cut, Gate, Moment, survived
from tests.servers.elasticsearch.releases import Release
from tests.servers.elasticsearch.server import Server, server

PATIENCE_S, START_S = 300.0, 300.0
CALM_BATCHES = 2
"""Most open batches while workers keep up: one for each of two workers, and new ones."""
LOOKED_S = 0.2


@dataclass(slots=True)
class Phase:
    """One fault: its name, begin and end (monotonic), and the figures. `over` is when the server was well again."""

    name: str
    began: float
    over: float = 0.0
    ended: float = 0.0
    sent: int = 0
    stored: int = 0
    readyz_s: float | None = None
    """Seconds from `began` until `/readyz` was 503."""
    page_s: float | None = None
    """Seconds from `began` until the page was sent the outage."""
    well_s: float | None = None
    """Seconds from `over` until both reported the end of the outage."""
    drained_s: float | None = None
    batches: int = 0
    posts: int = 0
    """Most posts that were accepted and not yet received by the watcher."""
    statuses: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class Trial:
    """One run; its processes and files are removed however it ends."""

    def __init__(self, directory: Path, elastic: Server, gate: Gate, matcher: str, rate: float) -> None:
        self.elastic, self.gate = elastic, gate
        self.phases: list[Phase] = []
        self.cuts: list[tuple[Cut, int]] = []
        self._rate = rate
        self.product = Product(
            directory / "data",
            SOURCE="stdin",
            STDIN_PATH="/dev/null",
            INGEST_TOKEN=TOKEN,
            ELASTICSEARCH_URL=gate.url,
            ELASTICSEARCH_REPLICAS="0",
            MATCHER=matcher,
        )

    def begin(self) -> None:
        """Wait for the product, and begin to look on and to send."""
        self.product.wait_ready(180)
        self.signs = Signs(self.product)
        self.onlooker = Onlooker(self.product.port, WORD)
        self.onlooker.start()
        until(lambda: self.onlooker.search.phase == "live", 60)
        self.sender = Sender(self.product.url, self._rate)
        self.sender.start()
        until(lambda: self.onlooker.held and self.signs.waiting().batches <= CALM_BATCHES, PATIENCE_S)
        self.signs.record()

    def phase(self, name: str, break_: Callable[[], None], *, heals: bool = True) -> Phase:
        """Do something to the server that ends well, and wait for what must follow; `heals` False: nothing must."""
        before = (len(self.sender.posts), documents(self.elastic.url, WORD))
        made = Phase(name, time.monotonic())
        self.phases.append(made)
        print(f"  {name}…", flush=True)
        behind = _Behind(self)
        break_()
        made.over = time.monotonic()
        limit = made.over + PATIENCE_S
        while heals and time.monotonic() < limit and not self._well(made):
            behind.look()
            time.sleep(LOOKED_S)
        behind.look()
        made.ended = time.monotonic()
        self._read(made, heals=heals)
        made.posts = behind.most
        made.sent = len(self.sender.posts) - before[0]
        made.stored = documents(self.elastic.url, WORD) - before[1]
        return made

    def _well(self, made: Phase) -> bool:
        """Whether queue and status are back to normal, after the server was."""
        queue, ready = self.signs.queue[-1], self.signs.ready[-1]
        if made.drained_s is None and queue.at > made.over and queue.batches <= CALM_BATCHES:
            made.drained_s = queue.at - made.over
        if made.well_s is None and ready.at > made.over and ready.status == 200 and self.onlooker.outage() is None:
            made.well_s = time.monotonic() - made.over
        return made.drained_s is not None and made.well_s is not None

    def _read(self, made: Phase, *, heals: bool) -> None:
        """Set the figures that were observed during a phase."""
        made.batches = self.signs.greatest(made.began, made.ended).batches
        seen = [one for one in self.signs.ready if made.began <= one.at <= made.ended]
        made.statuses = {f"{one.status}" for one in seen}
        made.readyz_s = next((one.at - made.began for one in seen if one.status == 503), None)
        page_times = [at - made.began for at, why in self.onlooker.outages if why and made.began <= at <= made.ended]
        made.page_s = next(iter(page_times), None)
        if heals:
            made.notes += dict.fromkeys(one.why for one in seen if one.why)

    # -- what is done to the server

    def stop(self, seconds: float) -> None:
        """Stop the server in good order, and start it again after some seconds."""
        self.elastic.stop()
        time.sleep(seconds)
        self.elastic.start(within_s=START_S)

    def red(self, seconds: float) -> None:
        """Kill the server, and start it in status red for a while: it waits for a second node, which never comes."""
        self.elastic.kill()
        red = ("-Egateway.expected_data_nodes=2", f"-Egateway.recover_after_time={seconds:.0f}s")
        self.elastic.start(*red, within_s=START_S + seconds)

    def full(self, seconds: float) -> None:
        """Make the server refuse writes for a while, as at the disk's watermark."""
        block(self.elastic.url, on=True)
        time.sleep(seconds)
        block(self.elastic.url, on=False)

    def freeze(self, seconds: float) -> None:
        """Freeze the server for a while: connections stay, and nothing answers."""
        self.elastic.freeze()
        time.sleep(seconds)
        self.elastic.thaw()

    def kill_within_bulk(self, index: str, moment: Moment) -> None:
        """Kill the server in the middle of a bulk request, start it again, and count the posts of that bulk it kept."""
        cut = self.gate.arm(index, moment, self.elastic.kill)
        assert cut.done.wait(PATIENCE_S), "no bulk was caught"
        self.elastic.start(within_s=START_S)
        kept = survived(self.elastic.url, cut)
        self.cuts.append((cut, kept))
        self.gate.open()


class _Behind:
    """Greatest number of posts that were accepted and not yet received by the watcher."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self.most = 0
        self.look()

    def look(self) -> None:
        """Take a sample."""
        self.most = max(self.most, len(self._trial.sender.posts) - len(self._trial.onlooker.search.watcher.have))


@contextmanager
def trial(directory: Path, release: Release, matcher: str, rate: float, heap_mb: int) -> Iterator[Trial]:
    """Give a run that has begun; end all of it.

    Raises:
        CannotAssemble: the server cannot be laid out or started here.
    """
    with ExitStack() as stack:
        elastic = stack.enter_context(server(release, heap_mb, measured=True))
        gate = stack.enter_context(Gate(elastic.url))
        made = Trial(directory, elastic, gate, matcher, rate)
        stack.callback(made.product.stop)
        made.begin()
        stack.callback(made.signs.end)
        yield made
