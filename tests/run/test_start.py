"""A problem that keeps `murmur run` from starting is one clear line and exit status 2, and nothing is started."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli import startup_checks
from cli.commands.run import at_home, plan
from cli.procfile import procfile
from pipeline.settings import load, table
from tests.paths import PROJECT

MURMUR = str(PROJECT / "bin" / "murmur")


def murmur(tmp_path: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command with these settings as its whole environment."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "data"), **settings}
    return subprocess.run([MURMUR, *words], env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the page is built."""
    static = PROJECT / "web" / "static" / "index.html"
    if not static.exists():
        pytest.fail("build the page first: make page")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"PORT": "eighty"}, "PORT=eighty: "),
        ({"SOURCE": "twitter"}, "SOURCE=twitter: must be a comma-separated list of"),
        ({"SOURCE": "replay"}, "REPLAY_PATH is empty"),
        ({"SOURCE": "replay", "REPLAY_PATH": "/nowhere/x.jsonl"}, "REPLAY_PATH=/nowhere/x.jsonl: no such file"),
        ({"DATA_DIR": "/proc/none"}, "DATA_DIR=/proc/none: cannot be written"),
        ({"HOST": "203.0.113.9"}, "HOST=203.0.113.9: not an address of this machine"),
        ({"REDIS_URL": "redis://:s3cret@127.0.0.1:1/0"}, "REDIS_URL=•••: cannot be used: "),
        ({"SOURCE": "x"}, "X_BEARER_TOKEN is empty"),
        ({"SOURCE": "x", "X_BEARER_TOKEN": "t", "TRACK": "lang:en"}, "TRACK=lang:en: X requires words"),
        ({"TRACK": "("}, "TRACK=(: "),
        ({"ELASTICSEARCH_URL": "http://me:s3cret@127.0.0.1:1"}, "ELASTICSEARCH_URL=•••: "),
        ({"X_BEARER_TOKEN": "s3cret", "SOURCE": "x,x"}, "SOURCE=x,x: names a source twice"),
    ],
)
@pytest.mark.usefixtures("page")
def test_a_problem_is_named_in_one_line_with_status_2(tmp_path: Path, settings: dict[str, str], line: str) -> None:
    done = murmur(tmp_path, "run", **{"PORT": "18999", **settings})
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr
    assert not list((tmp_path / "data").glob("broker/*")), "nothing half-started"


@pytest.mark.usefixtures("page")
def test_taken_port_is_named(tmp_path: Path, taken: int) -> None:
    done = murmur(tmp_path, "run", PORT=str(taken))
    assert done.returncode == 2
    assert done.stderr == f"PORT={taken}: already taken on 127.0.0.1; set PORT to another one\n"


@pytest.mark.usefixtures("page")
def test_second_run_on_the_same_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with startup_checks.lock(tmp_path / "data") or pytest.fail("could not take the lock"):
        done = murmur(tmp_path, "run", PORT="18998")
    assert done.returncode == 2
    assert done.stderr == f"DATA_DIR={tmp_path / 'data'}: in use by another `murmur run` or `murmur import`\n"


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    done = murmur(tmp_path, "settings", PORT="x", IMAGES="y", LOG_LEVEL="z")
    assert done.returncode == 2
    assert [line.split("=")[0] for line in done.stderr.splitlines()] == ["PORT", "IMAGES", "LOG_LEVEL"]


def test_settings_lists_every_setting_and_no_secret(tmp_path: Path) -> None:
    done = murmur(tmp_path, "settings", ACCESS_TOKEN="hunter2", REDIS_URL="redis://:hunter2@h/0", PORT="9001")
    assert done.returncode == 0
    for name, _, text in table():
        assert name in done.stdout
        assert text in done.stdout
    assert "hunter2" not in done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("*")][-1:]
    assert "* PORT" in done.stdout


def test_procfile_starts_each_process_once_and_as_many_workers_as_set(tmp_path: Path) -> None:
    settings = load({"DATA_DIR": str(tmp_path), "WORKERS": "3"})
    programs, environ = plan(settings, {})
    assert {program.name: program.count for program in programs} == {
        "broker": 1,
        "web": 1,
        "reader": 1,
        "worker": 3,
        "upkeep": 1,
    }
    assert environ["REDIS_URL"].startswith("unix://")
    assert [program.name for program in programs if program.first] == ["broker"]


def test_a_store_that_cannot_be_read_is_named_before_anything_starts(tmp_path: Path) -> None:
    assert murmur(tmp_path, "migrate").returncode == 0
    files = [file for file in (tmp_path / "data").iterdir() if file.is_file()]
    assert files
    for file in files:
        file.write_bytes(b"not a database at all" * 1000)
    done = murmur(tmp_path, "run", PORT="18997")
    assert done.returncode == 2
    assert done.stderr.startswith(f"DATA_DIR={tmp_path / 'data'}: ")
    assert done.stderr.count("\n") == 1


def test_a_port_alone_does_not_open_a_laptop_to_its_network(tmp_path: Path) -> None:
    _, environ = plan(replace(load({"PORT": "9000"}), data_dir=tmp_path), {"PORT": "9000"})
    assert environ["PORT"] == "9000"
    assert at_home(load({"PORT": "9000"}), {"PORT": "9000"}).host == "127.0.0.1"
    assert at_home(load({"PORT": "9000", "HOST": "0.0.0.0"}), {"HOST": "0.0.0.0"}).host == "0.0.0.0"  # noqa: S104


def test_given_redis_means_no_embedded_broker(tmp_path: Path) -> None:
    settings = load({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://localhost"})
    programs, _ = plan(settings, {"REDIS_URL": "redis://localhost"})
    assert "broker" not in {program.name for program in programs}


def test_procfile_has_the_lines_a_platform_looks_for() -> None:
    lines = procfile(PROJECT / "Procfile")
    assert lines["release"][-1] == "migrate"
    assert {"web", "reader", "worker", "upkeep", "all"} <= set(lines)
    assert "HOST=0.0.0.0" in lines["all"]


def test_deep_data_dir_still_has_a_socket_that_the_system_accepts(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 5)
    _, environ = plan(load({"DATA_DIR": str(deep)}), {})
    assert len(environ["REDIS_URL"].removeprefix("unix://")) < 108
