"""The tree is the architecture: imports point one way, files stay readable, no machine leaks into a lock file."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from tests.conftest import missing
from tests.paths import PROJECT

MAY_IMPORT: dict[str, set[str]] = {
    "pipeline.errors": set(),
    "pipeline.names": set(),
    "pipeline.post": set(),
    "pipeline.batch": set(),
    "pipeline.installed": {"pipeline.errors"},
    "pipeline.settings": {"pipeline.errors", "pipeline.installed"},
    "pipeline.answers": {"pipeline.errors"},
    "pipeline.query": {"pipeline.errors", "pipeline.installed", "pipeline.post"},
    "pipeline.normalise": {"pipeline.batch", "pipeline.errors", "pipeline.post", "pipeline.query"},
    "pipeline.sources": {
        "pipeline.errors",
        "pipeline.batch",
        "pipeline.installed",
        "pipeline.settings",
        "pipeline.query",
    },
    "pipeline.sinks": {
        "pipeline.answers",
        "pipeline.errors",
        "pipeline.match",
        "pipeline.names",
        "pipeline.publish",
        "pipeline.query",
        "pipeline.store",
    },
    "pipeline.store": {"pipeline.errors", "pipeline.jsonlines", "pipeline.post", "pipeline.query", "pipeline.settings"},
    "pipeline.match": {
        *("pipeline.answers", "pipeline.errors", "pipeline.names", "pipeline.post", "pipeline.query"),
        "pipeline.store",  # the percolator is asked as the store on Elasticsearch is
    },
    "pipeline.publish": {"pipeline.answers", "pipeline.errors", "pipeline.names", "pipeline.post", "pipeline.query"},
}
"""A stage, and what it may import besides itself. The rest of `pipeline` (the stories and their Celery wrapping) may
import every stage; `web` may import all of `WEB_MAY`; `cli` stands on top of everything."""

STORIES = ("pipeline.reader", "pipeline.ingest", "pipeline.upkeep", "pipeline.tasks", "pipeline.app")


def _modules() -> list[tuple[str, str]]:
    found = []
    for package in ("pipeline", "web", "cli"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            found.append((".".join(parts).removesuffix(".__init__"), path.read_text()))
    return found


def _imports(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _stage(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize(("module", "source"), _modules(), ids=lambda value: value if "\n" not in value else "")
def test_imports_point_one_way(module: str, source: str) -> None:
    ours = {name for name in _imports(source) if name.split(".")[0] in ("pipeline", "web", "cli")}
    if module.startswith("pipeline"):
        assert not {name for name in ours if not name.startswith("pipeline")}, "the pipeline knows no web and no cli"
        allowed = MAY_IMPORT.get(_stage(module))
        if allowed is not None:
            stages = {_stage(name) for name in ours} - {"pipeline"}
            assert stages <= allowed | {_stage(module)}
    elif module.startswith("web"):
        assert not {name for name in ours if name.startswith("cli")}
        assert not {name for name in ours if name.startswith(STORIES)}, "a post never travels upstream"


def test_lock_files_name_no_registry() -> None:
    locks = [
        PROJECT / "package-lock.json",
        *PROJECT.glob("requirements*.txt"),
        *PROJECT.glob("bench/**/package-lock.json"),
    ]
    for lock in locks:
        text = lock.read_text()
        assert not re.search(r'"resolved"\s*:|--(extra-)?index-url|--find-links', text), lock.name


def test_only_paths_and_one_page_test_look_beside_the_project() -> None:
    """Whatever else named that folder would run on one machine only, and nobody would see it."""
    looks = re.compile(r"\.\./shared\b|/ \"shared\"|MURMUR_SHARED")
    found = {
        path.relative_to(PROJECT).as_posix()
        for folder, ending in (("tests", "*.py"), ("bench", "*.py"), ("pipeline", "*.py"), ("web/ui/tests", "*.ts"))
        for path in (PROJECT / folder).rglob(ending)
        if looks.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"tests/test_architecture.py"} == {
        "tests/paths.py",
        "web/ui/tests/near.test.ts",
    }


def test_no_machine_path_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode:
        missing("git checkout, and an archive cannot tell which files are committed")
    machine_path = re.compile(r"(?<![\w.$}\"'/])/(work|root|farm)/")
    for name in listed.stdout.splitlines():
        path = PROJECT / name
        if path.suffix in (".png", ".woff2") or not path.is_file():
            continue
        found = machine_path.search(path.read_text(errors="replace"))
        assert not found, f"{name} names a path of one machine"
