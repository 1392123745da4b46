"""Shared server: one server of a release for all test processes of a run.

    with shared("9.2", directory) as url: ...

The first process starts a keeper (this module as a command). Each process holds a shared lock while it may use the
server, and the keeper kills the server once no process holds the lock. The kernel releases the lock of a process that
dies, so that nothing stays behind. The directory is the run's own.
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
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import RELEASES
from tests.servers.elasticsearch.server import running


@contextmanager
def shared(release: str, directory: Path) -> Iterator[str]:
    """Yield the URL of the run's server of a release (a key of `RELEASES`); start the server if it does not run yet.

    Raises:
        CannotAssemble: the server cannot be installed or started here; the message says why.
    """
    with _locked(_users(release, directory), fcntl.LOCK_SH), (directory / f"{release}.start").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        url = _url(release, directory)
        if not url.exists():
            _start(release, directory)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield url.read_text()


def _start(release: str, directory: Path) -> None:
    command = [sys.executable, "-m", "tests.servers.elasticsearch.shared_server", release, str(directory)]
    # A session of its own: Ctrl-C must end the tests only, and the keeper waits for their end.
    keeper = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    with keeper.stdout as output:
        problem = output.readline()
    if problem != "\n":
        raise CannotAssemble(problem.strip() or "its keeper ended")


def _keep(release: str, directory: Path) -> None:
    """Start the server, print an empty line or why it did not start, and keep it running while some process uses it."""
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
