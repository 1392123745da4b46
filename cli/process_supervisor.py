"""Process supervisor: keeps the processes of one machine alive with supervisord, forwards their output, ends them all.

supervisor is used and not honcho, because honcho ends all processes when one dies, while supervisor starts that one
again. This module adds a guarantee: no process stays behind, even if supervisord or `murmur run` is killed by SIGKILL.
The processes yield to other programs of the machine (`NICE`).
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
"""Seconds after SIGTERM at which a process is killed. All get SIGTERM at once, the broker after the others."""
GIVE_UP_S = 9.0
"""Seconds after which everything is killed if supervisord itself has not ended: `murmur run` ends within ten."""

NICE = 5
"""Nice value of the processes when all processors are busy: other programs of the machine come first, such as the
browser that shows the page. At 500 posts a second the page had 16 tasks of over 50 ms in three minutes, 49 without
this."""

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Program:
    """A program to keep alive in `count` copies; `first`: it starts before the others and ends after them."""

    name: str
    command: list[str]
    count: int = 1
    first: bool = False


def configuration(programs: list[Program]) -> str:
    """Return supervisord's configuration for the programs."""
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
    # The members of a group are ended all at once; programs of a lower priority are ended after them.
    lines += ["", "[group:murmur]", f"programs={others}", "priority=2", ""]
    return "\n".join(lines)


class Supervisor:
    """supervisord as a child in a session of its own, so that Ctrl-C reaches only `murmur run`, which ends it."""

    def __init__(self, programs: list[Program], directory: Path, environ: dict[str, str], keep_fd: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        config = directory / "supervisord.conf"
        config.write_text(configuration(programs))
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        # Its errors go to a file: if we are killed, writing to our broken pipe would end it before it has ended the
        # others.
        with (directory / "supervisord.err").open("wb") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "supervisor.supervisord", "-n", "-c", str(config)],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                pass_fds=(keep_fd,),
                preexec_fn=_prepare_child,  # noqa: PLW1509 - no thread runs yet
            )
        self._pump = threading.Thread(target=self._forward_output, daemon=True)
        self._pump.start()

    def _forward_output(self) -> None:
        """Copy the output to ours as it comes. If our output is closed, the product must go on."""
        assert self._child.stdout is not None  # noqa: S101 - Popen opened a pipe
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
        """Whether supervisord runs."""
        return self._child.poll() is None

    def stop(self, at_once: threading.Event) -> None:
        """End all processes within `GIVE_UP_S` seconds, or at once when `at_once` is set meanwhile."""
        _set_nice(self._child.pid, 0)  # ending must not wait for other programs
        self._child.terminate()
        deadline = time.monotonic() + GIVE_UP_S
        while self.running and time.monotonic() < deadline and not at_once.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(0.05)
        if self.running:
            self._child.kill()
            self._child.wait()
        _kill_descendants()
        self._pump.join(1)


def _prepare_child() -> None:
    """Prepare the child: it ends with us, and its session yields to others. Linux shares processors among sessions
    first."""
    end_with_parent()
    _set_nice("self", NICE)


def end_with_parent() -> None:
    """Let a child that is about to start end when its parent does, by whatever signal."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _set_nice(pid: int | str, nice: int) -> None:
    """Set the nice value of a process's session; does nothing on a kernel without autogroups."""
    with contextlib.suppress(OSError):
        autogroup_file(pid).write_text(str(nice))


def autogroup_file(pid: int | str) -> Path:
    """Return the file in which Linux keeps the nice value of a session."""
    return Path(f"/proc/{pid}/autogroup")


def _prctl(option: int, value: int) -> None:
    """Call prctl on Linux; other systems have no such call, and a SIGKILL of ours may leave processes there."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _children() -> list[int]:
    """Return our child processes; as we are a sub-reaper, these include orphans of processes that died."""
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
