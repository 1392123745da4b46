"""Allowed hosts: a page whose name was rebound to this machine reads nothing."""

from __future__ import annotations

import http.client
import socket
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import load
from tests.web.browser import Browser
from tests.web.conftest import Product, Server
from web import create_app
from web.site.allowed_hosts import describe_hosts, known_names

PATHS = (
    "/",
    "/api/search?q=*",
    "/api/stats",
    "/api/stream",
    "/api/export?q=*",
    "/metrics",
    "/login",
    "/nowhere",
    "/ws",
)
LOOPBACK = {"HOST": "127.0.0.1"}


def status(environ: dict[str, str], host: str, path: str = "/api/language", **headers: str) -> int:
    """Return the status of a request for a host, from an app with these settings."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    client = create_app(load(environ)).test_client()
    return client.get(path, headers={"Host": host, **names}).status_code


@pytest.mark.parametrize("path", PATHS)
def test_a_rebound_name_reads_nothing(server: Server, path: str) -> None:
    answer = server.get(path, Host=f"evil.example:{server.port}")
    assert answer.status == 421
    assert answer.json["error"]["code"] == "unknown_host"
    assert "ALLOWED_HOSTS" in answer.json["error"]["hint"]
    assert b"evil.example" in answer.body


def test_a_rebound_name_opens_no_socket_although_its_origin_is_its_host(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
    connection.request("GET", "/ws", headers=upgrade | key | rebound)
    assert connection.getresponse().status == 421
    connection.close()
    same = Browser(server.port, origin=f"http://127.0.0.1:{server.port}")
    assert same.read(5.0) is not None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "murmur.localhost:80",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]",
        "[::1]:8000",
        "192.168.1.7:81",
    ],
)
def test_addresses_and_loopback_names_are_answered(host: str) -> None:
    assert status(LOOPBACK, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example",
        "evillocalhost", "2130706433", "0x7f000001", "[evil.example]", "evil.example#127.0.0.1",
        "127.0.0.1 evil.example", socket.gethostname(),
    ],
)  # fmt: skip
def test_no_other_name_is_answered_on_a_laptop(host: str) -> None:
    assert status(LOOPBACK, host) == 421


def test_a_request_without_a_name_comes_from_no_browser(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(b"GET /api/language HTTP/1.0\r\n\r\n")
        assert connection.recv(100).split(b" ")[1] == b"200"


def test_allowed_hosts_adds_names_and_subdomains() -> None:
    environ = LOOPBACK | {"ALLOWED_HOSTS": "Murmur.example, .wide.example,müller.example"}
    for host in ("murmur.example", "murmur.example:8000", "wide.example", "a.b.wide.example", "xn--mller-kva.example"):
        assert status(environ, host) == 200, host
    for host in ("x.murmur.example", "notwide.example", "evil.example"):
        assert status(environ, host) == 421, host
    assert status(LOOPBACK | {"ALLOWED_HOSTS": "*"}, "evil.example") == 200


def test_the_name_in_host_and_the_machines_own_are_known() -> None:
    assert status({"HOST": "box.example"}, "box.example:8000") == 200
    wide = {"HOST": "0.0.0.0"}  # noqa: S104 - what a container sets
    assert status(wide, socket.gethostname()) == 200
    assert status(wide, "evil.example") == 421


def test_a_platform_and_a_token_open_every_name_unless_names_are_given() -> None:
    assert status({"PORT": "8000"}, "app-1234.platform.example") == 200
    assert status({"PORT": "8000", "ALLOWED_HOSTS": "own.example"}, "app-1234.platform.example") == 421
    assert status({"PORT": "8000", "HOST": "127.0.0.1"}, "evil.example") == 421
    token = LOOPBACK | {"ACCESS_TOKEN": "sesame"}
    assert status(token, "evil.example") == 401, "the name is answered, and nothing is shown"
    assert status(token | {"ALLOWED_HOSTS": "own.example"}, "evil.example") == 421


def test_the_name_that_a_trusted_proxy_sends_counts() -> None:
    forwarded: dict[str, Any] = {"X_Forwarded_Host": "public.example"}
    behind = LOOPBACK | {"TRUSTED_PROXIES": "1"}
    assert status(behind, "upstream", **forwarded) == 200
    assert status(behind, "evil.example") == 421, "no proxy has sent a header"
    assert status(LOOPBACK, "evil.example", X_Forwarded_Host="127.0.0.1") == 421, "anybody can write this header"
    assert status(behind | {"TRUSTED_PROXIES": "2"}, "evil.example", **forwarded) == 421, "one of two has spoken"
    named = behind | {"ALLOWED_HOSTS": "public.example"}
    assert status(named, "upstream", **forwarded) == 200
    assert status(named, "upstream", X_Forwarded_Host="evil.example") == 421


def test_health_is_answered_under_any_name(server: Server) -> None:
    assert server.get("/healthz", Host="check.platform.example").status == 200
    assert server.get("/readyz", Host="check.platform.example").status in (200, 503)
    assert server.get("/metrics", Host="10.0.0.7:8000").status == 200


def test_a_name_is_refused_before_its_request_does_anything(product: Product) -> None:
    server = product.serve(INGEST_TOKEN="sesame")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(
        "PUT", "/api/track", b'{"track":"cats"}', {"Host": "evil.example", "Authorization": "Bearer sesame"}
    )
    assert connection.getresponse().status == 421
    connection.close()
    assert server.get("/api/track").json["track"] == "*"


@pytest.mark.parametrize("value", ["http://murmur.example", "murmur.example:8000", "a b", "*.example.org", "x/y", "."])
def test_a_wrong_name_is_refused_at_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_HOSTS"):
        load({"ALLOWED_HOSTS": value})


def test_the_names_are_described_in_one_line() -> None:
    assert describe_hosts(load({"ALLOWED_HOSTS": "a.example"})) == (
        "IP addresses and these names are answered: localhost, a.example; ALLOWED_HOSTS adds others"
    )
    assert describe_hosts(load({"PORT": "80"})) == "every host name is answered"
    assert known_names(load({})) == ("localhost", ".localhost")
