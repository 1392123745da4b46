"""The wheel is complete: it is built, installed without a checkout, and started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.paths import PROJECT

NEEDED = (
    "celeryconfig.py",
    "cli/main.py",
    "pipeline/sources/contract.py",
    "pipeline/sources/demo/texts/en.txt",
    "pipeline/sinks/contract.py",
    "pipeline/testing/source_contract.py",
    "pipeline/testing/sink_contract.py",
    "pipeline/normalise/text/tlds.txt",
    "pipeline/py.typed",
    "web/protocol.schema.json",
    "web/static/index.html",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this tree from a copy of it."""
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    directory = tmp_path_factory.mktemp("wheel")
    copy = directory / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.in", "celeryconfig.py"):
        shutil.copy(PROJECT / name, copy)
    for name in ("pipeline", "web", "cli"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "-w", str(directory), str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = directory.glob("murmuration-*.whl")
    return built


def test_wheel_holds_the_code_the_page_and_the_contract_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in NEEDED if name not in names} == set()
    page = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "web" / "static" / "assets").rglob("*.*")}
    assert page
    assert page <= names
    sources = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "pipeline").rglob("*.py")}
    assert sources <= names
    assert not [name for name in names if name.startswith(("tests/", "web/ui/", "bench/"))]


@pytest.mark.e2e
def test_product_starts_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(installed)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = [sys.executable, "-P", "-m", "cli", "run"]
    product = Product(tmp_path / "data", run, elsewhere, SOURCE="demo", DEMO_RATE="0.1", PYTHONPATH=str(installed))
    try:
        product.wait_ready()
        until(lambda: product.stored() > 10, 60)
        from_wheel = [line for line in product.processes().values() if str(PROJECT / "bin") in line]
        assert from_wheel == [], "nothing of the checkout runs"
    finally:
        product.end()
    assert os.listdir(elsewhere) == []  # noqa: PTH208 - nothing is written where it was started
