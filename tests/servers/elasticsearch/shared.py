"""One server of a release for all testers of a run, however many processes they are.

    with shared("9.2", directory) as url: ...

The first tester that asks starts a keeper (this module as a command); the keeper ends the server when nobody holds the
lock any more that every tester holds while it may use it. The kernel frees the lock of whoever dies, so nothing stays
behind. The directory is the run's own.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.paths import PROJECT
from tests.servers.elasticsearch.assemble import CannotAssemble
from tests.servers.elasticsearch.releases import RELEASES
from tests.servers.elasticsearch.server import running


@contextmanager
def shared(release: str, directory: Path) -> Iterator[str]:
    """Give the URL of the run's server of a release (a key of `RELEASES`), started if it is not there yet.

    Raises:
        CannotAssemble: it cannot be laid out or started here; the message says why.
    """
    with _locked(_users(release, directory), fcntl.LOCK_SH), (directory / f"{release}.start").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        url = _url(release, directory)
        if not url.exists():
            _start(release, directory)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield url.read_text()


def _start(release: str, directory: Path) -> None:
    command = [sys.executable, "-m", "tests.servers.elasticsearch.shared", release, str(directory)]
    # A session of its own: a Ctrl-C is for the testers, and their end is what it waits for.
    keeper = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    with keeper.stdout as told:
        problem = told.readline()
    if problem != "\n":
        raise CannotAssemble(problem.strip() or "its keeper ended")


def _keep(release: str, directory: Path) -> None:
    """Start the server, tell that it is there (an empty line) or why not, and keep it as long as anybody uses it."""
    url = _url(release, directory)
    try:
        with running(RELEASES[release]) as address:
            url.write_text(address)
            print(flush=True)
            with _locked(_users(release, directory), fcntl.LOCK_EX):
                url.unlink(missing_ok=True)
    except CannotAssemble as error:
        print(" ".join(str(error).split()), flush=True)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[IO[str]]:
    with path.open("w") as file:
        fcntl.flock(file, kind)
        yield file


def _users(release: str, directory: Path) -> Path:
    return directory / f"{release}.users"


def _url(release: str, directory: Path) -> Path:
    return directory / f"{release}.url"


if __name__ == "__main__":
    _keep(sys.argv[1], Path(sys.argv[2]))
