"""`murmur decks` lists, shows, exports, imports and deletes decks, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from pipeline.decks.deck_shelf import DeckShelf
from pipeline.decks.document import deck_from
from pipeline.decks.pins import PinChange
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import post, put

DECK = {"version": 1, "title": "Harbour \u202e", "columns": [{"id": "a", "query": "storm", "title": "Fire"}]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path / "data")
    put(store, 1, post(1, "cats"))
    shelf = DeckShelf(store)
    shelf.save("harbour", deck_from(DECK), None)
    shelf.read_up_to("harbour", {"a": 7})
    shelf.change_pin("harbour", "x:1", PinChange(note="call\nthem \x1b[31m"))
    store.close()
    return tmp_path / "data"


def _murmur(data: Path, *words: str) -> Result:
    environ = {"DATA_DIR": str(data), "REDIS_URL": "", "ELASTICSEARCH_URL": ""}
    return CliRunner().invoke(main, ["decks", *words], env=environ)


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_decks_are_listed_and_shown_without_steering_the_terminal(data: Path) -> None:
    lines = _murmur(data, "list").stdout.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("harbour  ")
    assert "1 columns  Harbour" in lines[0]
    shown = _murmur(data, "show", "harbour").stdout
    assert len(shown.splitlines()) == 3
    assert "a  Fire: storm  (latest)  read up to 7" in shown
    assert "x:1  pinned  call them" in shown
    assert not {"\x1b", "\u202e"} & set(shown + lines[0])
    assert _json(_murmur(data, "list", "--json"))["decks"][0]["title"] == DECK["title"]
    whole = _json(_murmur(data, "show", "harbour", "--json"))
    assert (whole["read"], whole["pins"]["x:1"]["note"]) == ({"a": 7}, "call\nthem \x1b[31m")


def test_an_exported_deck_is_imported_again(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "harbour.json"
    file.write_text(_murmur(data, "export", "harbour").stdout)
    assert json.loads(file.read_text())["title"] == DECK["title"]
    assert _murmur(data, "import", str(file), "--id", "harbour").exit_code == 1
    replaced = _json(_murmur(data, "import", str(file), "--id", "harbour", "--replace", "--json"))
    assert (replaced["id"], replaced["revision"]) == ("harbour", 2)
    assert "1 columns, revision 1" in _murmur(data, "import", str(file), "--id", "second").stdout
    assert _json(_murmur(data, "delete", "second", "--json")) == {"id": "second", "deleted": True}
    assert _murmur(data, "show", "second").exit_code == 1
    assert _murmur(data, "delete", "second").exit_code == 1
    assert _json(_murmur(data, "list", "--json"))["decks"][0]["id"] == "harbour"
    assert _murmur(tmp_path / "none", "list").exit_code == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "This is no JSON"),
        ("[]", "A deck is a JSON object."),
        ('{"version":9}', "version: only 1 is known here"),
        ("[" * 300_000, "a deck has at most 64 kB"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(data: Path, tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    refused = _murmur(data, "import", str(file), "--id", "bad")
    assert refused.exit_code in (1, 2)
    assert fault in refused.output
    assert len(refused.output.splitlines()) == 1
    assert _murmur(data, "import", str(tmp_path / "none.json"), "--id", "bad").exit_code == 2
    assert _murmur(data, "import", str(file), "--id", "Bad!").exit_code in (1, 2)
