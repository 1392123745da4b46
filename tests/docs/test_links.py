"""Links, paths, settings and make targets that the documentation names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.settings import table
from tests.paths import PROJECT

DOCS = PROJECT / "docs"
PAGES = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    *sorted(DOCS.rglob("*.md")),
    *sorted((PROJECT / "bench").rglob("*.md")),
]


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text(encoding="utf-8"))
    for target, anchor in links:
        goal = page.parent / target if target else page
        assert goal.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(goal), f"{page.name} links to {target}#{anchor}"


def test_every_page_is_listed_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([^)#\s]+\.md)\)", index))
    assert listed == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_files_named_in_a_page_exist(page: Path) -> None:
    """Code moves; a page that names a file by its whole path moves along."""
    named = re.findall(r"`((?:pipeline|web|cli|tests|bench|findings)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert not [path for path in named if not (PROJECT / path).exists() and path != "web/static"]


def test_files_named_in_code_exist() -> None:
    """A docstring that points somewhere points at a file."""
    path = re.compile(r"(?<![\w./-])((?:pipeline|web|cli|tests|bench|docs)/[\w./-]+\.(?:py|ts|tsx|md|lua))\b")
    for folder in ("pipeline", "web", "cli", "tests", "bench"):
        for file in (PROJECT / folder).rglob("*"):
            if file.suffix not in (".py", ".ts", ".tsx") or {"node_modules", "static"} & set(file.parts):
                continue
            named = path.findall(file.read_text(encoding="utf-8"))
            assert not [one for one in named if not (PROJECT / one).exists()], file
