#!/usr/bin/env bash
# Seen: httpx 0.28.1 and requests 2.34.2 (`iter_lines` of decoded text) cut one JSON line in three where its text holds
#   U+2028 and U+0085; sseclient 0.0.27 ends an event's data at the first of them and drops the rest. httpx-sse 0.4.3
#   and requests on bytes keep it whole.
# Expected: JSON allows both unescaped in strings (RFC 8259, 7), a line of JSON lines ends with a line feed, and an event
#   stream's line with CR or LF (HTML standard, 9.2.6). All three clients use `str.splitlines`, which knows eight more ends.
# Output: httpx 3 lines; requests 3 lines; requests on bytes 1 line; httpx-sse whole; sseclient cut
# Here: stored bodies escape these three characters, so that every client reads whole posts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q httpx==0.28.1 httpx-sse==0.4.3 requests==2.34.2 sseclient==0.0.27
cat >"$folder/seen.py" <<'PYTHON'
import http.server
import sys
import threading

import httpx
import requests
from httpx_sse import connect_sse
from sseclient import SSEClient

DATA = '{"text":"one\u2028two\u0085three"}'
BODIES = {
    "/lines": ("application/x-ndjson; charset=utf-8", f"{DATA}\n".encode()),
    "/events": ("text/event-stream", f"data: {DATA}\n\n".encode()),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = BODIES[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
with httpx.stream("GET", f"{url}/lines") as answer:
    by_httpx = len(list(answer.iter_lines()))
by_requests = len(list(requests.get(f"{url}/lines", stream=True).iter_lines(decode_unicode=True)))
by_bytes = len(list(requests.get(f"{url}/lines", stream=True).iter_lines()))
with httpx.Client() as client, connect_sse(client, "GET", f"{url}/events") as events:
    by_httpx_sse = "whole" if next(events.iter_sse()).data == DATA else "cut"
by_sseclient = "whole" if next(iter(SSEClient(f"{url}/events"))).data == DATA else "cut"
print(
    f"httpx {by_httpx} lines; requests {by_requests} lines; requests on bytes {by_bytes} line; "
    f"httpx-sse {by_httpx_sse}; sseclient {by_sseclient}"
)
seen = (by_httpx, by_requests, by_bytes, by_httpx_sse, by_sseclient)
sys.exit(0 if seen == (3, 3, 1, "whole", "cut") else 1)
PYTHON
"$folder/venv/bin/python" "$folder/seen.py"
