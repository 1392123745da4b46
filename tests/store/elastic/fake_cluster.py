"""Fake cluster: an HTTP server that gives the answers a test laid out, and notes the requests."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from pipeline.store.elastic.cluster.client import ElasticClient


class Cluster(http.server.ThreadingHTTPServer):
    """HTTP server that gives the prepared answers in turn, and notes the headers of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heads: list[dict[str, str]] = []
        self.answers: list[tuple[int, bytes]] = []
        self.let_go = threading.Event()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Cluster

    def do_GET(self) -> None:
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        self.rfile.read(int(self.headers.get("content-length") or 0))
        status, body = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        if status == 0:
            self.server.let_go.wait(20)
            return
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name http.server looks for

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def cluster(certificate: tuple[Path, Path] | None = None) -> Iterator[Cluster]:
    with Cluster() as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.let_go.set()
            server.shutdown()
            thread.join()


def asked(server: Cluster, **more: Any) -> dict[str, str]:
    """Send one request and return its headers as the server received them."""
    where = more.pop("where", f"http://127.0.0.1:{server.server_port}")
    client = ElasticClient(Settings(elasticsearch_url=where, **more))
    try:
        client.request("GET", "/_any", into=dict[str, Any])
    finally:
        client.close()
    return server.heads[-1]
