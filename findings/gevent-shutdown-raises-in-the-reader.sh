#!/usr/bin/env bash
# Seen: gevent 26.9.0. A greenlet waits in `recv`; another one calls `shutdown(SHUT_RD)` on that socket to end the wait in
#   an orderly way. The waiting greenlet gets an exception (EBADF), as if the socket had been closed. A plain socket in a
#   thread returns b"" from `recv` there: end of input.
# Expected: gevent's sockets are the plain ones with cooperative waiting, so the reader sees the end of its input.
# Output: plain: b''; gevent: cancel_wait_ex [Errno 9]
# Here: web's worker shuts the system's socket below gevent's, so that a connection that is idle at the end ends quietly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q gevent==26.9.0
cat >"$folder/seen.py" <<'PYTHON'
import socket
import sys
import threading
import time

import gevent
import gevent.socket


def received(one):
    try:
        return repr(one.recv(10))
    except OSError as error:
        return f"{type(error).__name__} [Errno {error.errno}]"


near, far = socket.socketpair()
plain = []
thread = threading.Thread(target=lambda: plain.append(received(near)))
thread.start()
time.sleep(0.3)
near.shutdown(socket.SHUT_RD)
thread.join(5)

near, far = gevent.socket.socketpair()
reader = gevent.spawn(received, near)
gevent.sleep(0.3)
near.shutdown(socket.SHUT_RD)
reader.join(5)
print(f"plain: {plain[0]}; gevent: {reader.value}")
sys.exit(0 if plain[0] == "b''" and reader.value == "cancel_wait_ex [Errno 9]" else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
