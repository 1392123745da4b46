#!/usr/bin/env bash
# Seen: gunicorn 27.0.1, gthread worker. An application that answers with the header `Connection: close`
#   is not heeded: gunicorn sends its own `Connection: keep-alive` and keeps the connection. So an event stream that a
#   draining process ends leaves a connection on which the browser sends its reconnect, to the process that is ending.
# Expected: the header is sent and the connection ends (RFC 9112, 9.6); PEP 3333 leaves hop-by-hop headers to the server,
#   so at least an error, as wsgiref gives.
# Output: gthread: connection: keep-alive, second request on it answered: True
# Here: web's worker ends the connection of an answer that says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q gunicorn==27.0.1
cat >"$folder/app.py" <<'PYTHON'
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2"), ("Connection", "close")])
    return [b"ok"]
PYTHON
cat >"$folder/seen.py" <<'PYTHON'
import http.client
import os
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
command = [sys.executable, "-m", "gunicorn", "--bind", f"unix:{here}/s", "--worker-class", "gthread", "app:application"]
server = subprocess.Popen(command, cwd=here, stderr=subprocess.DEVNULL)
try:
    import socket

    class Unix(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(f"{here}/s")

    for _ in range(100):
        if os.path.exists(f"{here}/s"):
            break
        time.sleep(0.1)
    connection = Unix("localhost")
    connection.request("GET", "/")
    answer = connection.getresponse()
    said = answer.getheader("Connection")
    answer.read()
    same = connection.sock
    connection.request("GET", "/")
    again = connection.getresponse().status == 200 and connection.sock is same and same is not None
finally:
    server.terminate()
    server.wait()
print(f"gthread: connection: {said}, second request on it answered: {again}")
sys.exit(0 if (said, again) == ("keep-alive", True) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
