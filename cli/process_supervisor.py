"""Keep the processes of one machine alive: writes supervisor's configuration, starts it, and ends everything with it.

supervisor and not honcho: honcho ends all processes when one of them dies, here one that dies is started again. This
module adds what supervisor leaves open: whoever dies first (it, or we, by SIGKILL even), no process stays behind.
It knows nothing of what the processes do.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

STOP_S = 6
"""A process that has not ended this long after SIGTERM is killed. All get it at once, the broker after them."""
GIVE_UP_S = 9.0
"""When supervisor itself has not ended by then, everything is killed: ten seconds are promised."""

NICE = 5
"""Where all processors are wanted, what else runs on the machine comes first: the browser that shows the page is likely
to be here too. At 500 posts a second its page had 16 tasks of over 50 ms in three minutes, 49 without this."""

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Program:
    """One line of the process table: `count` copies; `first` starts before the others and ends after them."""

    name: str
    command: list[str]
    count: int = 1
    first: bool = False


def configuration(programs: list[Program]) -> str:
    """Return supervisor's configuration of these programs."""
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "logfile=/dev/null",
        "logfile_maxbytes=0",
        "loglevel=warn",
        "pidfile=%(here)s/supervisord.pid",
    ]
    if os.geteuid() == 0:
        lines.append("user=root")
    for program in programs:
        name = f"{program.name}-%(process_num)d" if program.count > 1 else "%(program_name)s"
        lines += [
            "",
            f"[program:{program.name}]",
            f"command={shlex.join(program.command).replace('%', '%%')}",
            f"process_name={name}",
            f"numprocs={program.count}",
            f"priority={1 if program.first else 2}",
            "autorestart=true",
            "startsecs=1",
            "startretries=1000000",
            "stopsignal=TERM",
            f"stopwaitsecs={STOP_S}",
            "killasgroup=true",
            "redirect_stderr=true",
            "stdout_logfile=/dev/stdout",
            "stdout_logfile_maxbytes=0",
        ]
    others = ",".join(program.name for program in programs if not program.first)
    # One group: its members are told to end all at once, and only then those of a lower priority.
    lines += ["", "[group:murmur]", f"programs={others}", "priority=2", ""]
    return "\n".join(lines)


class Supervisor:
    """supervisord as a child in its own session, so that a Ctrl-C reaches it through us only."""

    def __init__(self, programs: list[Program], directory: Path, environ: dict[str, str], keep_fd: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        config = directory / "supervisord.conf"
        config.write_text(configuration(programs))
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        # Its own complaints go to a file: if we are killed, writing one to our broken pipe would end it before it has
        # ended the others.
        with (directory / "supervisord.err").open("wb") as complaints:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "supervisor.supervisord", "-n", "-c", str(config)],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
                pass_fds=(keep_fd,),
                preexec_fn=_begin,  # noqa: PLW1509 - no thread runs yet
            )
        self._pump = threading.Thread(target=self._forward_output, daemon=True)
        self._pump.start()

    def _forward_output(self) -> None:
        """Pass output on as it comes. A reader of ours that went away (a closed pipe) must not stop the product."""
        assert self._child.stdout is not None  # noqa: S101 - it was asked for as a pipe
        descriptor = self._child.stdout.fileno()
        target: int | None = sys.stdout.fileno()
        while data := os.read(descriptor, 65536):
            try:
                while data and target is not None:
                    data = data[os.write(target, data) :]
            except OSError:
                target = None

    @property
    def running(self) -> bool:
        """Whether supervisor is there."""
        return self._child.poll() is None

    def stop(self, hurry: threading.Event) -> None:
        """End everything within `GIVE_UP_S`, at once when `hurry` is set meanwhile; leave no process."""
        _share(self._child.pid, 0)  # whoever waits for the end waits for nobody else
        self._child.terminate()
        deadline = time.monotonic() + GIVE_UP_S
        while self.running and time.monotonic() < deadline and not hurry.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(0.05)
        if self.running:
            self._child.kill()
            self._child.wait()
        _kill_descendants()
        self._pump.join(1)


def _begin() -> None:
    """Runs in the child. Linux shares processors among sessions first, and among their processes then."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _share("self", NICE)


def _share(pid: int | str, nice: int) -> None:
    """Set what the session of a process gets of busy processors; nothing where the kernel does not share them so."""
    with contextlib.suppress(OSError):
        share_of(pid).write_text(str(nice))


def share_of(pid: int | str) -> Path:
    """Return where Linux keeps what a session gets."""
    return Path(f"/proc/{pid}/autogroup")


def _prctl(option: int, value: int) -> None:
    """Tell Linux; elsewhere there is no such call and a SIGKILL of ours may leave processes."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _children() -> list[int]:
    """Return the processes whose parent we are: as sub-reaper also those whose own parent died."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.append(int(entry.parent.name))
    return found


def _kill_descendants() -> None:
    deadline = time.monotonic() + 5
    while (children := _children()) and time.monotonic() < deadline:
        for pid in children:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
