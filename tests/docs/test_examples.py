"""The programs and commands of the documentation run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import PROJECT
from tests.web.conftest import Product, Server, make_product, wait_until

EXAMPLES = PROJECT / "docs" / "examples"
GUIDE = (PROJECT / "docs" / "how-to" / "read-from-a-script.md").read_text(encoding="utf-8")
TOKEN = "let-me-write"


class Program:
    """An example, run in a process of its own; `printed` grows while it runs."""

    def __init__(self, name: str, *arguments: str) -> None:
        command = [sys.executable, "-u", str(EXAMPLES / name), *arguments]
        environ = os.environ | {"INGEST_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
        )
        self.printed: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        self.printed.extend(self.process.stdout)

    def waits_for(self, words: str) -> None:
        """Return once a line with these words was printed."""
        wait_until(lambda: any(words in line for line in self.printed))

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def stocked(valkey_server: str) -> Iterator[tuple[Product, Server]]:
    """A product with a storm in it, and its web server."""
    for product in make_product(valkey_server, INGEST_TOKEN=TOKEN):
        server = product.serve()
        product.feed(product.post("a storm over the harbour"), product.post("a ferry in the harbour"))
        yield product, server


def test_stream_goes_on_after_a_restart_of_the_server(stocked: tuple[Product, Server]) -> None:
    product, server = stocked
    program = Program("stream.py", f"http://127.0.0.1:{server.port}", "storm")
    try:
        program.waits_for("a storm over the harbour")
        product.feed(product.post("the storm arrives"))
        program.waits_for("the storm arrives")
        server.end()
        product.feed(product.post("a storm while nobody serves"))
        product.serve(PORT=str(server.port))
        program.waits_for("a storm while nobody serves")
        assert sum("the storm arrives" in line for line in program.printed) == 1
        assert not any("ferry" in line for line in program.printed)
    finally:
        program.end()


def test_watch_prints_matches_of_each_search(stocked: tuple[Product, Server]) -> None:
    product, _ = stocked
    server = product.serve()
    program = Program("watch.py", f"ws://127.0.0.1:{server.port}/ws", "storm", "ferry")
    try:
        program.waits_for("ferry: demo:2")
        product.feed(product.post("one more storm", 77))
        program.waits_for("storm: demo:77")
        product.feed(product.deletion(77))
        program.waits_for("deleted: ['demo:77']")
    finally:
        program.end()


def test_send_example_is_accepted(stocked: tuple[Product, Server]) -> None:
    product, _ = stocked
    server = product.serve()
    program = Program("send.py", f"http://127.0.0.1:{server.port}")
    try:
        wait_until(lambda: program.printed.count("{'accepted': 1, 'dead': 0}\n") == 2)
    finally:
        program.end()


def _commands(page: str) -> list[str]:
    return re.findall(r"^    (curl .*)$", page, re.MULTILINE)


@pytest.mark.parametrize("command", sorted({*_commands(GUIDE), *_commands((PROJECT / "README.md").read_text())}))
def test_curl_commands_of_the_pages_answer(stocked: tuple[Product, Server], command: str, tmp_path: Path) -> None:
    product, _ = stocked
    server = product.serve()
    (tmp_path / "posts.jsonl").write_text(json.dumps(product.post("sent by a script", 500)) + "\n")
    command = command.replace(":8000", f":{server.port}").replace("$INGEST_TOKEN", TOKEN)
    with subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        first = next(running.stdout, "")
        if "/api/stream" in command:
            running.kill()
    written = "".join(path.read_text() for path in tmp_path.glob("storm*"))
    if "/api/stream" in command:
        assert first.startswith(("event:", "retry:", "id:", ":"))
    elif "/api/export" in command:
        assert "a storm over the harbour" in written
    else:
        assert first == '{"accepted":1,"dead":0}'


@pytest.mark.parametrize("name", ["pyproject.toml", "quakes.py", "webhook.py"])
def test_the_package_on_the_page_is_the_package_that_is_tested(name: str) -> None:
    page = (PROJECT / "docs" / "how-to" / "extend.md").read_text(encoding="utf-8")
    text = (EXAMPLES / "quakes" / name).read_text(encoding="utf-8")
    shown = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    assert shown in page
