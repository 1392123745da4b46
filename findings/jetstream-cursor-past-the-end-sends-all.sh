#!/usr/bin/env bash
# Seen: Jetstream v0.0.0-20251009222037-7d7efa58d7f1. A cursor between its newest event and now brings every event that it
#   holds, a day of the network by default. Its replay finds nothing, takes 0 for the last event sent, and begins again at 1.
# Expected: nothing until something new happens, as for a cursor of the future. The README has a cursor as the time "to
#   begin playback from".
# Output: held 5; sent for a cursor 1 µs after the newest: 5; sent for a cursor an hour ahead: 0
# Here: events older than what was asked for are passed over by their own times, and the place never goes back
#   (`pipeline/sources/bluesky/joining/event_stream.py`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
source=$(cd "$folder" && go mod download -json github.com/bluesky-social/jetstream@v0.0.0-20251009222037-7d7efa58d7f1 |
    sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
go build -C "$source" -o "$folder/jetstream" ./cmd/jetstream
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q libipld==3.5.0 websockets==17.4
cat >"$folder/seen.py" <<'PYTHON'
import json
import os
import socket
import subprocess
import sys
import threading
import time

from libipld import encode_dag_cbor
from websockets.sync.client import connect
from websockets.sync.server import serve

folder = sys.argv[1]
wanted, begun = 5, threading.Event()


def relay(reader):
    begun.wait(60)
    for seq in range(1, wanted + 1):
        fields = {"did": f"did:plc:{'a' * 24}", "seq": seq, "time": "2026-08-01T00:00:00Z", "handle": "ann.example"}
        reader.send(encode_dag_cbor({"op": 1, "t": "#identity"}) + encode_dag_cbor(fields))
    time.sleep(60)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def sent(cursor, until_s):
    times = []
    with connect(f"ws://127.0.0.1:{port}/subscribe{cursor}", open_timeout=5) as stream:
        begun.set()
        try:
            while True:
                times.append(json.loads(stream.recv(timeout=until_s))["time_us"])
                if not cursor and len(times) == wanted:
                    return times
        except TimeoutError:
            return times


upstream = serve(relay, "127.0.0.1", 0)
threading.Thread(target=upstream.serve_forever, daemon=True).start()
port = free_port()
settings = {
    "JETSTREAM_WS_URL": f"ws://127.0.0.1:{upstream.socket.getsockname()[1]}/",
    "JETSTREAM_DATA_DIR": folder,
    "JETSTREAM_LISTEN_ADDR": f"127.0.0.1:{port}",
    "JETSTREAM_METRICS_LISTEN_ADDR": f"127.0.0.1:{free_port()}",
}
log = open(f"{folder}/log", "wb")
server = subprocess.Popen([f"{folder}/jetstream"], env={**os.environ, **settings}, stdout=log, stderr=log)
try:
    for _ in range(100):
        try:
            held = sent("", 10)
            break
        except OSError:
            time.sleep(0.1)
    past = sent(f"?cursor={held[-1] + 1}", 2)
    ahead = sent(f"?cursor={held[-1] + 3_600_000_000}", 2)
finally:
    server.kill()
    server.wait()
print(f"held {len(held)}; sent for a cursor 1 µs after the newest: {len(past)}; "
      f"sent for a cursor an hour ahead: {len(ahead)}", flush=True)
os._exit(0 if past == held and not ahead else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py" "$folder"
