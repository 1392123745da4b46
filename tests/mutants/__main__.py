"""Mutation test run: the named tests must pass on the unchanged tree, and fail on a copy with each mutant.

The exit status is 1 if a mutant survived or no longer applies to the source. Only the copy is changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.table import MUTANTS, Mutant
from tests.paths import PROJECT

_TAKEN = ("pipeline", "cli", "tests", "pyproject.toml", "docs", "celeryconfig.py")
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "node_modules", "*.pyc")
_TIMEOUT_S = 300
_PASSED, _FAILED = 0, 1


def main() -> int:
    """Run all mutants and return the exit status: 0 if each was noticed."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        tree = Path(directory) / "tree"
        _copy(tree)
        tests = sorted({test for mutant in MUTANTS for test in mutant.tests})
        if (status := _run(tree, tests, shown=True)) != _PASSED:
            print(f"the tests fail without any mutant (pytest ended with {status}); the mutants prove nothing then")
            return 1
        for number, mutant in enumerate(MUTANTS, 1):
            verdict = _try(tree, mutant)
            print(f"{number:2}. {verdict or 'noticed':12} {mutant.name}", flush=True)
            if verdict:
                wrong.append(mutant.name)
    print(f"{len(MUTANTS) - len(wrong)} of {len(MUTANTS)} noticed")
    return 1 if wrong else 0


def _copy(tree: Path) -> None:
    tree.mkdir()
    for name in _TAKEN:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=_LEFT)
        elif source.exists():
            shutil.copy2(source, tree / name)


def _try(tree: Path, mutant: Mutant) -> str:
    """Return "" if the mutant was noticed, else what is wrong. The copy is restored."""
    path = tree / mutant.path
    source = path.read_text()
    if source.count(mutant.before) != 1:
        return "outdated"
    path.write_text(source.replace(mutant.before, mutant.after))
    try:
        status = _run(tree, list(mutant.tests))
    finally:
        path.write_text(source)
    # Only a failed test proves something; a file that does not import, say, proves nothing.
    return {_FAILED: "", _PASSED: "SURVIVED"}.get(status, f"error {status}")


def _run(tree: Path, tests: list[str], *, shown: bool = False) -> int:
    command = [
        *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
        *("-p", "tests.mutants.fast_failure", "--hypothesis-seed=1"),
        *("-o", "addopts=", *tests),
    ]
    environ = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command,
            cwd=tree,
            env=environ,
            timeout=_TIMEOUT_S,
            check=False,
            stdout=None if shown else subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return _FAILED  # a mutant that hangs counts as noticed
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
