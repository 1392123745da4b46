"""The documents name every setting with its default, every command and every process."""

from __future__ import annotations

import re

from cli.main import main
from cli.procfile import procfile
from pipeline.settings import table
from tests.paths import PROJECT

SETTINGS = (PROJECT / "docs" / "reference" / "settings.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", re.M)


def test_every_setting_is_documented_with_its_default_and_no_other_is() -> None:
    documented = {name: default or "" for name, default in ROW.findall(SETTINGS)}
    assert documented == {name: default for name, default, _ in table()}


def test_every_command_is_documented() -> None:
    page = (PROJECT / "docs" / "reference" / "commands.md").read_text()
    for name in main.commands:
        assert re.search(rf"`(murmur )?{name}\b", page), name


def test_every_process_is_documented() -> None:
    page = (PROJECT / "docs" / "how-to" / "deploy.md").read_text()
    for name in procfile(PROJECT / "Procfile"):
        assert f"| `{name}` |" in page
