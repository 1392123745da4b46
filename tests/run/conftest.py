"""A Redis with the limits of a rented one."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import missing
from tests.e2e.product import free_port


@dataclass(frozen=True)
class Rented:
    """A Redis with TLS, a self-signed certificate, a password, no CONFIG, and 20 connections in all."""

    url: str
    certificate: Path
    client: Redis


@pytest.fixture
def rented(tmp_path: Path) -> Iterator[Rented]:
    for program in ("redis-server", "openssl"):
        if shutil.which(program) is None:
            missing(program)
    key, certificate, port = tmp_path / "key.pem", tmp_path / "cert.pem", free_port()
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make.split(), *names], check=True, capture_output=True)
    words = f"--port 0 --tls-port {port} --tls-cert-file {certificate} --tls-key-file {key} --tls-auth-clients no"
    more = ["--maxclients", "20", "--requirepass", "secret", "--rename-command", "CONFIG", "", "--save", ""]
    server = subprocess.Popen(
        ["redis-server", *words.split(), *more, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL
    )
    client = Redis(
        host="localhost", port=port, password="secret", ssl=True, ssl_ca_certs=str(certificate), client_name="the-test"
    )
    try:
        for _ in range(100):
            try:
                client.ping()
                break
            except RedisError:
                time.sleep(0.05)
        else:
            missing("redis-server with TLS")
        yield Rented(f"rediss://:secret@localhost:{port}/0", certificate, client)
    finally:
        client.close()
        server.kill()
        server.wait()
