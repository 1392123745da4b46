"""The tree is the architecture: imports point one way, files stay readable, no machine leaks into a lock file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from tests.conftest import missing
from tests.paths import PROJECT

MAY_IMPORT: dict[str, str] = {
    # what every room may use
    "pipeline.clock": "",
    "pipeline.errors": "",
    "pipeline.json_line_escapes": "",
    "pipeline.language_codes": "",
    "pipeline.post": "",
    "pipeline.setting_values": "",
    "pipeline.source_names": "",
    "pipeline.printable_text": "",
    "pipeline.plugins": "errors",
    "pipeline.settings": "errors plugins setting_values source_names",
    # stages
    "pipeline.broker": "clock errors settings",
    "pipeline.query": "errors language_codes plugins post source_names",
    "pipeline.queue": "broker clock errors",
    "pipeline.normalise": "errors language_codes post queue",
    "pipeline.sources": "clock errors normalise plugins query queue settings",
    "pipeline.store": "clock errors json_line_escapes post query settings",
    "pipeline.decks": "clock errors store",
    "pipeline.match": "broker errors query store",
    "pipeline.publish": "broker errors",
    # processes
    "pipeline.reader": "broker clock errors publish queue sources store",
    "pipeline.worker": "broker errors match post publish query queue store",
    "pipeline.sinks": "broker errors match publish query store",
    "pipeline.importer": "broker clock errors normalise post queue sources",
    "pipeline.upkeep": "broker clock decks errors match publish query queue reader settings source_names sources store",
    "pipeline.assembly": (
        "broker clock match normalise publish query queue reader settings sources store upkeep worker"
    ),
    "pipeline.jobs": "assembly broker errors printable_text queue settings upkeep worker",
    "pipeline.testing": "normalise post sinks sources",
    # the web process
    "web.response_cache": "",
    "web.protocol": "pipeline.broker pipeline.json_line_escapes pipeline.post",
    "web.api_errors": "protocol pipeline.errors",
    "web.request_parameters": "api_errors",
    "web.auth": "api_errors pipeline.settings",
    "web.store_pool": "pipeline.errors pipeline.store",
    "web.store_identity_check": "store_pool pipeline.broker pipeline.errors",
    "web.live": (
        "api_errors auth protocol request_parameters store_pool pipeline.broker pipeline.errors "
        "pipeline.match pipeline.publish pipeline.query pipeline.settings pipeline.store"
    ),
    "web.pictures": (
        "api_errors response_cache store_pool pipeline.errors pipeline.post pipeline.settings pipeline.store"
    ),
    "web.process": (
        "live pictures response_cache store_identity_check store_pool pipeline.broker pipeline.errors "
        "pipeline.match pipeline.publish pipeline.queue pipeline.settings pipeline.store"
    ),
    "web.api": (
        "api_errors auth process protocol request_parameters store_pool pipeline.broker pipeline.decks pipeline.errors "
        "pipeline.match pipeline.normalise pipeline.post pipeline.query pipeline.queue pipeline.settings "
        "pipeline.sources pipeline.store pipeline.worker"
    ),
    "web.site": "api api_errors auth process store_pool pipeline.errors pipeline.query pipeline.settings",
    "web.server": "pipeline.settings",
}
"""A room, and what it may import besides itself: a folder, or a file of a package's own. A name without a dot is of the
same package. An entry that nothing needs fails as well: the table is the drawing, not a wish."""

APART = (
    ("pipeline.store.elastic", "pipeline.store.memory", "pipeline.store.sqlite"),
    ("pipeline.sources.bluesky", "pipeline.sources.demo", "pipeline.sources.mastodon", "pipeline.sources.x"),
    (
        "pipeline.normalise.bluesky",
        "pipeline.normalise.mastodon",
        "pipeline.normalise.murmur_json",
        "pipeline.normalise.x",
    ),
)
"""Rooms beside each other that know nothing of each other."""

FILES_MAX = 15
LINES_MAX = 300
LINES_MEDIAN = 90


def _files(*packages: str, endings: tuple[str, ...] = (".py",)) -> list[Path]:
    found = (path for package in packages for path in (PROJECT / package).rglob("*") if path.suffix in endings)
    return sorted(path for path in found if "__pycache__" not in path.parts and "static" not in path.parts)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {_module(path): path.read_text(encoding="utf-8") for path in _files("pipeline", "web", "cli")}


def _imports(source: str) -> set[str]:
    """Return the modules of ours that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inside = (f"{node.module}.{alias.name}" for alias in node.names)
            names |= {name if name in SOURCES else node.module for name in inside}
    return names & SOURCES.keys()


@cache
def all_imports() -> dict[str, set[str]]:
    """Return module → modules of ours that it imports. Every tester collects this file, and one runs it."""
    return {module: _imports(source) - {module} for module, source in SOURCES.items()}


def room_of(module: str) -> str:
    """Return the room of a module: its folder below the package, or the file itself in a package's root."""
    return "cli" if module.startswith("cli") else ".".join(module.split(".")[:2])


def _allowed(room: str) -> set[str]:
    package = room.split(".", maxsplit=1)[0]
    return {name if "." in name else f"{package}.{name}" for name in MAY_IMPORT[room].split()}


@pytest.mark.parametrize(
    "room", sorted({room_of(module) for module in SOURCES if not module.startswith("cli")} - {"pipeline", "web"})
)
def test_a_room_imports_only_the_rooms_in_its_table_row(room: str) -> None:
    modules = [imported for module, imported in all_imports().items() if room_of(module) == room]
    found = {room_of(other) for imported in modules for other in imported}
    assert found - {room} == _allowed(room)


def test_nothing_imports_upwards() -> None:
    for module, imported in all_imports().items():
        above = {"pipeline": ("web", "cli"), "web": ("cli",), "cli": ()}[module.split(".")[0]]
        assert not {name for name in imported if name.split(".")[0] in above}, module
        assert module == "cli" or not imported & {"web", "cli"}, f"{module} imports a package as a whole"


def test_rooms_beside_each_other_know_nothing_of_each_other() -> None:
    for rooms in APART:
        for module, imported in all_imports().items():
            own = next((room for room in rooms if module.startswith(room)), None)
            others = tuple(room for room in rooms if room != own)
            assert own is None or not {name for name in imported if name.startswith(others)}, module


def test_no_circle_of_modules() -> None:
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way[way.index(module) :], module))
        if module not in done:
            for imported in sorted(all_imports()[module]):
                walk(imported, (*way, module))
            done.add(module)

    for module in SOURCES:
        walk(module, ())


def _public_names(source: str) -> set[str]:
    """Return the public classes and constants that a module defines; type variables are neither."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not _is_type_variable(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
            names |= {name for name in found if name.isupper()}
    return {name for name in names if not name.startswith("_")}


def _is_type_variable(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "TypeVar"


def test_a_public_class_or_constant_has_one_meaning_in_the_product() -> None:
    """A name that two modules define sends readers to the wrong one; a name for one module begins with `_`."""
    counted = Counter(name for source in SOURCES.values() for name in _public_names(source))
    assert not {name for name, times in counted.items() if times > 1}


def test_no_folder_and_no_file_grows_beyond_reading() -> None:
    files = _files("pipeline", "web", "cli", endings=(".py", ".ts", ".tsx"))
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    product = {path: count for path, count in lines.items() if "tests" not in path.parts}
    assert not {path.name: count for path, count in product.items() if count > LINES_MAX}
    assert median(count for count in product.values() if count > 1) <= LINES_MEDIAN
    folders = Counter(path.parent.relative_to(PROJECT) for path in product)
    assert not {folder: count for folder, count in folders.items() if count > FILES_MAX + 1}  # and its __init__.py


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
        "web/ui/tests/posts/nearDuplicates.test.ts",
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
