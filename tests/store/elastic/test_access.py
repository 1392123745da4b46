"""Getting at a cluster: who we say we are, whose certificate we take, what is told when it does not answer."""

from __future__ import annotations

import base64
import http.server
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import Settings, load
from pipeline.store import open_store
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import (
    ElasticClient,
    RequestRefused,
    RequestTimedOut,
)
from tests.delivery.tls_proxy import self_signed
from tests.paths import PROJECT

SECRET = "s3cret"


class Cluster(http.server.ThreadingHTTPServer):
    """Answers every request with what the test laid out, and notes what was asked."""

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
    """Return the headers of one request."""
    where = more.pop("where", f"http://127.0.0.1:{server.server_port}")
    client = ElasticClient(Settings(elasticsearch_url=where, **more))
    try:
        client.request("GET", "/_any", into=dict[str, Any])
    finally:
        client.close()
    return server.heads[-1]


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_we_say_who_we_are_as_the_settings_say() -> None:
    with cluster() as server:
        assert "authorization" not in asked(server)
        where = f"http://me:{SECRET}%40x@127.0.0.1:{server.server_port}"
        assert asked(server, where=where)["authorization"] == _basic(f"me:{SECRET}@x")
        named = asked(server, elasticsearch_user="me", elasticsearch_password=SECRET)
        assert named["authorization"] == _basic(f"me:{SECRET}")
        assert asked(server, elasticsearch_api_key="a2V5")["authorization"] == "ApiKey a2V5"
        encoded = base64.b64encode(b"id:key").decode()
        assert asked(server, elasticsearch_api_key="id:key")["authorization"] == f"ApiKey {encoded}"
        assert asked(server)["accept"] == "application/json", "servers of 7.17 and 8 know no other version of it"


def test_certificate_nobody_vouches_for_is_refused_unless_told_otherwise(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with cluster(certificate) as server:
        where = f"https://localhost:{server.server_port}"
        with pytest.raises(StoreUnavailable, match="certificate"):
            asked(server, where=where)
        assert server.heads == []
        asked(server, where=where, elasticsearch_ca_file=str(certificate[0]))
        asked(server, where=where, elasticsearch_tls_verify=False)
        assert len(server.heads) == 2


def test_file_that_is_no_certificate_is_named() -> None:
    settings = Settings(elasticsearch_url="https://localhost:1", elasticsearch_ca_file="/nowhere.pem")
    with pytest.raises(SettingsError, match="ELASTICSEARCH_CA_FILE=/nowhere"):
        open_store(settings)


def test_no_credential_is_told_whatever_goes_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    environ = {
        "ELASTICSEARCH_URL": f"http://me:{SECRET}1@127.0.0.1:1",
        "ELASTICSEARCH_API_KEY": f"{SECRET}2",
        "ELASTICSEARCH_PASSWORD": f"{SECRET}3",
    }
    settings = load(environ)
    assert SECRET not in str(settings.shown())
    told = []
    with pytest.raises(StoreUnavailable) as caught:
        open_store(settings)
    told.append(str(caught.value))
    with cluster() as server:
        for status in (401, 403, 500, 503, 429, 200):
            server.answers = [(status, b'{"error":{"type":"t","reason":"r"}}' if status != 200 else b"<html>")]
            with pytest.raises(StoreUnavailable) as caught:
                asked(server, elasticsearch_password=f"{SECRET}3", elasticsearch_user="me")
            told.append(str(caught.value))
    assert SECRET not in " ".join(told)
    assert SECRET not in caplog.text
    with pytest.raises(SettingsError) as wrong:
        load({"ELASTICSEARCH_URL": f"ftp://me:{SECRET}@x"})
    assert SECRET not in str(wrong.value)


def test_server_that_does_not_answer_is_left_after_the_time_it_was_given() -> None:
    with cluster() as server:
        server.answers = [(0, b"")]
        client = ElasticClient(Settings(elasticsearch_url=f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(RequestTimedOut):
            client.request("GET", "/_any", into=dict[str, Any], timeout_s=0.2, retries=0)


def _writes(number: int) -> list[Write]:
    return [Write("index", "i", f"k{n}", b'{"a":"%b"}' % (b"x" * 1_000)) for n in range(number)]


def _items(*statuses: int, kind: str = "es_rejected_execution_exception") -> bytes:
    error = {"error": {"type": kind, "reason": "because"}}
    items = [{"index": {"status": status} | (error if status >= 400 else {})} for status in statuses]
    return msgspec.json.encode({"errors": True, "items": items})


@contextmanager
def bulk() -> Iterator[tuple[Cluster, Bulk, list[float]]]:
    with cluster() as server:
        slept: list[float] = []
        client = ElasticClient(Settings(elasticsearch_url=f"http://127.0.0.1:{server.server_port}"))
        yield server, Bulk(client, sleep=slept.append), slept
        client.close()


def test_only_what_an_overloaded_server_left_undone_is_sent_again() -> None:
    with bulk() as (server, sender, slept):
        writes = _writes(4)
        server.answers = [(200, _items(200, 429, 409, 400, kind="document_parsing_exception")), (200, _items(201))]
        undone = sender.send(writes)
        assert [write.result for write in writes] == ["done", "done", "conflict", "refused"]
        assert [write.key for write in undone] == ["k2", "k3"]
        assert len(server.heads) == 2
        assert len(slept) == 1


def test_request_that_is_too_large_is_cut_until_it_is_not() -> None:
    with bulk() as (server, sender, _):
        writes = _writes(4)
        too_large = (413, b"")
        server.answers = [too_large, (200, _items(200, 200)), too_large, (200, _items(200)), (200, _items(200))]
        assert sender.send(writes) == []
        server.answers = [too_large]
        (refused,) = sender.send(_writes(1))
        assert refused.result == "refused"


def test_server_that_stays_overloaded_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.elastic.cluster.bulk.PATIENCE_S", 0.2)
    with bulk() as (server, sender, _):
        server.answers = [(200, _items(429))] * 50
        with pytest.raises(StoreUnavailable, match="because"):
            sender.send(_writes(1))


def test_write_block_is_told_at_once_for_waiting_a_moment_lifts_none() -> None:
    with bulk() as (server, sender, slept):
        server.answers = [(200, _items(200, 429, kind="cluster_block_exception")), (200, _items(200))]
        with pytest.raises(StoreUnavailable, match="takes no writes: because"):
            sender.send(_writes(2))
        assert slept == []
        assert len(server.heads) == 1


def test_refusal_of_everything_is_no_posts_fault() -> None:
    with bulk() as (server, sender, _):
        server.answers = [(400, b'{"error":{"type":"illegal_argument_exception","reason":"no"}}')]
        with pytest.raises(StoreUnavailable):
            sender.send(_writes(2))


def test_what_is_no_elasticsearch_is_an_outage() -> None:
    with cluster() as server:
        server.answers = [(404, b"not found")]
        with pytest.raises(RequestRefused):
            asked(server)
        server.answers = [(200, b"<html>welcome</html>")]
        with pytest.raises(StoreUnavailable, match="no Elasticsearch"):
            asked(server)


FIRST_USES = """
from __future__ import annotations
import sys, threading, types
from pipeline.store.elastic.cluster.client import decode
sys.setswitchinterval(1e-6)
SHAPES = '''
from __future__ import annotations
import msgspec
class Row(msgspec.Struct):
    words: list[str] = []
    numbers: dict[str, int] = {}
class Hit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    row: Row = msgspec.field(name="_source")
class Found(msgspec.Struct):
    hits: list[Hit]
'''
body = b'{"hits":[{"_id":"x:1","_source":{"words":["a"],"numbers":{"likes":1}}}]}'
for number in range(500):
    sys.modules[f"shapes{number}"] = shapes = types.ModuleType(f"shapes{number}")
    exec(SHAPES, shapes.__dict__)
    together = threading.Barrier(4)
    def use():
        together.wait()
        assert decode(body, shapes.Found).hits[0].row.numbers == {"likes": 1}
    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print("whole")
"""


def test_threads_that_read_a_shape_for_the_first_time_at_once_do_not_end_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USES], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
