"""The process supervisor with real processes: a dead one is restarted, all end at a signal, none stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import process_supervisor
from tests.paths import PROJECT

HOLDER = """
import os, sys, threading
from pathlib import Path
from cli import process_supervisor
from cli.process_supervisor import Program, Supervisor
import signal
if len(sys.argv) > 3:
    process_supervisor.STOP_S = process_supervisor.GIVE_UP_S = int(sys.argv[3])
ending, hurry = threading.Event(), threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: (hurry if ending.is_set() else ending).set())
directory = Path(sys.argv[1])
code = sys.argv[2]
programs = [Program("one", [sys.executable, "-c", code, str(directory)], count=2)]
held = (directory / "lock").open("w")
supervisor = Supervisor(programs, directory / "run", dict(os.environ), held.fileno())
while supervisor.running and not ending.is_set():
    ending.wait(0.05)
supervisor.stop(hurry)
"""
WRITES_ITS_PID = "import os,sys,time;open(f'{sys.argv[1]}/{os.getpid()}.pid','w').close();%s"
PATIENT = WRITES_ITS_PID % "time.sleep(600)"
STUBBORN = WRITES_ITS_PID % (
    "import signal,subprocess;signal.signal(signal.SIGTERM,signal.SIG_IGN);"
    "c=subprocess.Popen([sys.executable,'-c','import time;time.sleep(600)']);"
    "open(f'{sys.argv[1]}/{c.pid}.pid','w').close();time.sleep(600)"
)


def alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], object], seconds: float = 60) -> bool:
    """Wait until a condition is true; return whether it became so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def pids(directory: Path) -> list[int]:
    """Return the processes that wrote their pid into the folder."""
    return [int(path.stem) for path in directory.glob("*.pid")]


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    holders: list[subprocess.Popen[bytes]] = []

    def begin(code: str, *patience_s: str) -> subprocess.Popen[bytes]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), code, *patience_s],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        holders.append(holder)
        assert until(lambda: len(pids(tmp_path)) >= 2)
        return holder

    yield begin
    for holder in holders:
        holder.kill()
        holder.wait()
    for pid in pids(tmp_path):
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_process_that_dies_is_started_again(start: Start, tmp_path: Path) -> None:
    start(PATIENT)
    before = pids(tmp_path)
    os.kill(before[0], signal.SIGKILL)
    assert until(lambda: len([pid for pid in pids(tmp_path) if alive(pid)]) == len(before))


def share(pid: int | str) -> str:
    """Return the nice value of a process's session, "" if the kernel keeps none."""
    try:
        return process_supervisor.autogroup_file(pid).read_text().partition(" nice ")[2].strip()
    except OSError:
        return ""


def sessions_have_shares() -> bool:
    """Tell whether this kernel shares processors by session. The file may exist and be empty, so the test
    asks a new session."""
    command = [sys.executable, "-c", "print(open('/proc/self/autogroup').read())"]
    done = subprocess.run(command, start_new_session=True, capture_output=True, text=True, check=False)
    return " nice " in done.stdout


def test_other_programs_come_first_until_the_product_ends(start: Start, tmp_path: Path) -> None:
    """A kernel without autogroups starts and ends everything just the same."""
    lowered, even = (str(process_supervisor.NICE), "0") if sessions_have_shares() else ("", "")
    ours = share("self")
    holder = start(STUBBORN, "3")
    found = pids(tmp_path)
    assert {share(pid) for pid in found} == {lowered}
    assert share("self") == ours
    holder.send_signal(signal.SIGTERM)
    assert until(lambda: {share(pid) for pid in found if alive(pid)} <= {even}, 3)


def test_sigterm_ends_all(start: Start, tmp_path: Path) -> None:
    holder = start(PATIENT)
    holder.send_signal(signal.SIGTERM)
    assert holder.wait(60) == 0
    assert not [pid for pid in pids(tmp_path) if alive(pid)]


def test_process_that_ignores_sigterm_is_killed_with_its_children(start: Start, tmp_path: Path) -> None:
    holder = start(STUBBORN)
    assert until(lambda: len(pids(tmp_path)) >= 4)
    holder.send_signal(signal.SIGTERM)
    assert holder.wait(60) == 0
    assert not [pid for pid in pids(tmp_path) if alive(pid)]


def test_the_end_takes_at_most_ten_seconds() -> None:
    assert process_supervisor.STOP_S < process_supervisor.GIVE_UP_S < 10


def test_second_signal_ends_all_at_once(start: Start, tmp_path: Path) -> None:
    holder = start(STUBBORN, "600")
    assert until(lambda: len(pids(tmp_path)) >= 4)
    holder.send_signal(signal.SIGINT)
    time.sleep(0.3)
    holder.send_signal(signal.SIGINT)
    assert holder.wait(60) == 0, "long before anybody's patience ends"
    assert not [pid for pid in pids(tmp_path) if alive(pid)]


def test_killed_holder_leaves_no_process(start: Start, tmp_path: Path) -> None:
    holder = start(PATIENT)
    holder.kill()
    holder.wait()
    assert until(lambda: not [pid for pid in pids(tmp_path) if alive(pid)])


def test_killed_manager_leaves_no_process(start: Start, tmp_path: Path) -> None:
    holder = start(PATIENT)
    (manager,) = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
    os.kill(int(manager), signal.SIGKILL)
    holder.wait(60)
    assert not [pid for pid in pids(tmp_path) if alive(pid)]
