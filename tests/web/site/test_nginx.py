"""The web behind a real nginx: with the lines of docs/how-to/behind-a-proxy.md, and one that buffers and cuts."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.paths import PROJECT
from tests.web.browser import Browser, Search
from tests.web.conftest import Product, free_port, wait_until
from tests.web.live.events import Events

CUT_S = 2
"""Seconds after which the test's proxy cuts a silent connection; real ones take 60."""


@contextmanager
def nginx(directory: Path, server_block: str, port: int) -> Iterator[None]:
    """Run an nginx of this test's own."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        missing("nginx")
    directory.mkdir()
    config = directory / "nginx.conf"
    paths = "".join(
        f"{name}_temp_path {directory}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log;\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off;\n{paths}{server_block}\n}}\n"
    )
    process = subprocess.Popen([binary, "-c", str(config), "-e", str(directory / "error.log")])
    try:
        wait_until(lambda: listens(port))
        yield
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    """Tell whether a port is listened on."""
    import socket

    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def documented_lines(port: int, upstream: int) -> str:
    """Return the documented lines, their two ports replaced."""
    text = (PROJECT / "docs" / "how-to" / "behind-a-proxy.md").read_text()
    found = re.search(r"```nginx\n(.*?)```", text, re.S)
    assert found
    lines = found[1].replace("listen 80;", f"listen 127.0.0.1:{port};")
    assert "127.0.0.1:8000" in lines
    return lines.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")


def cutting_lines(port: int, upstream: int) -> str:
    """Return the configuration of a proxy that buffers responses and cuts silent connections."""
    return f"""
    map $http_upgrade $up {{ default upgrade; '' ''; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $up;
            proxy_buffering on;
            proxy_ignore_headers X-Accel-Buffering;
            proxy_read_timeout {CUT_S}s;
        }}
    }}"""


@pytest.fixture
def port() -> int:
    """A port for nginx."""
    return free_port()


def test_with_the_documented_lines_everything_passes(product: Product, tmp_path: Path, port: int) -> None:
    server = product.serve(TRUSTED_PROXIES="1")
    with nginx(tmp_path / "nginx", documented_lines(port, server.port), port):
        browser = Browser(port, origin=f"http://127.0.0.1:{port}")
        search = browser.subscribe("a", "otter")
        browser.until_live()
        events = Events(port, "q=otter")
        while events.next()[0] != "history":
            pass
        product.feed(product.post("otter", 1))
        browser.until(lambda: "demo:1" in search.watcher.have)
        assert events.ids_until("demo:1") == ["demo:1"], "an event is not kept back"
        with pytest.raises(Exception, match="403"):
            Browser(port, origin="https://evil.example")
        events.close()


def test_a_proxy_that_buffers_and_cuts_costs_no_post(product: Product, tmp_path: Path, port: int) -> None:
    server = product.serve()
    with nginx(tmp_path / "nginx", cutting_lines(port, server.port), port):
        browser = Browser(port)
        search = browser.subscribe("a", "otter")
        browser.until_live()
        cuts = 0
        for number in range(4):
            product.feed(product.post("otter", number))
            browser.until(lambda: browser.connection is None, within_s=CUT_S * 5)
            cuts += 1
            product.feed(product.post("otter", 100 + number))
            browser.open()
            browser.until_live()
        browser.until(lambda: len(search.watcher.have) == 8)
        assert cuts == 4
        assert sorted(seen(product, port)) == sorted(search.watcher.have)


def seen(product: Product, port: int) -> list[str]:
    """Read the event stream through the proxy, cut after cut, until nothing new comes; return the posts held."""
    held = Search("otter", 500)
    last_id = ""
    for number in range(3):
        product.feed(product.post("otter of the stream", 200 + number))
        events = Events(port, "q=otter%20-stream", **({"Last_Event_ID": last_id} if last_id else {}))
        began = time.monotonic()
        with suppress(EOFError, OSError, HTTPException):
            while time.monotonic() - began < CUT_S * 3:
                kind, frame = events.next()
                held.phase = "history" if held.phase == "requested" else held.phase
                if kind != "subscribed":
                    held.take(frame)
        last_id = events.last_id
        events.close()
        held.phase = "requested"
    return list(held.watcher.have)
