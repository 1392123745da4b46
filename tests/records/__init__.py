"""Sample records of every format, invented for the tests; see README.md here. Every test runs on them.

A name like `x-v1.1/stream.jsonl.gz` is one of ours, `shared/x-v1.1/stream.jsonl.gz` the published one beside the
project.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.paths import SHARED
from tests.records.record_files import folder

BESIDE = "shared/"


def path_of(name: str = "") -> Path:
    """Return where a file of records is, or the folder that holds all."""
    if not name.startswith(BESIDE):
        return folder() / name
    assert SHARED is not None, "parameters of also_shared() name these only where they are"
    return SHARED / "data" / name.removeprefix(BESIDE)


def also_shared(*names: str) -> list[ParameterSet]:
    """Return names as parameters: ours, and where they are, the published ones of the same names, marked `shared`.

    Without names: the two folders, for tests that read all records.
    """
    names = names or ("",)
    return [*(pytest.param(name, id=name or "ours") for name in names), *only_shared(*names)]


def only_shared(*names: str) -> list[ParameterSet]:
    """Return those of the published records with these names that are beside the project, marked `shared`."""
    found = [BESIDE + name for name in names] if SHARED is not None else []
    return [pytest.param(name, id=name, marks=pytest.mark.shared) for name in found if path_of(name).exists()]
