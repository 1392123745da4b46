"""Documentation cannot rot: what the README links to exists, and what it says of settings and targets is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.settings import table
from tests.paths import PROJECT

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_readme_names_only_settings_that_exist() -> None:
    known = {name for name, _default, _help in table()}
    section = (PROJECT / "README.md").read_text().split("## Settings")[1].split("## More")[0]
    named = {name for cell in re.findall(r"^\| (`[^|]+`) \|", section, re.M) for name in re.findall(r"`(\w+)`", cell)}
    assert named
    assert named <= known


def test_make_targets_named_in_the_documents_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M))
    for page in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md"):
        assert set(re.findall(r"^    make ([a-z-]+)", page.read_text(), re.M)) <= targets
