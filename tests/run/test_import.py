"""`murmur import` as a person calls it: alone, on a store of its own, with files of every fate."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from pipeline.query.parser import parse
from pipeline.settings import load
from pipeline.store import open_store
from tests.importer import write_posts
from tests.run.test_start import murmur
from tests.sources.containers import PACK, tar


def test_a_folder_is_imported_once_and_what_is_not_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    lines = write_posts(folder / "a.jsonl", 600, b'{"not":"known"}').read_bytes()
    (folder / "grab").write_bytes(tar(a_bz2=PACK["bzip2"](lines)))
    (folder / "table.csv").write_text("id,text,when\n1,hello,now\n")
    (folder / "\x1b[31mred").write_bytes(b"")
    looked = murmur(tmp_path, "import", "--dry-run", str(folder))
    assert looked.returncode == 1
    assert looked.stdout.startswith("Would import 1,200 posts of 1,202 records; set aside: 2 (no known format: not)")
    assert not (tmp_path / "data").exists(), "nothing is made"

    done = murmur(tmp_path, "import", str(folder), TRACK="dogs")
    assert done.returncode == 1
    assert done.stdout.startswith("Imported 1,200 posts of 1,202 records; set aside: 2 (no known format: not)")
    assert "from 2 of 4 files" in done.stdout
    assert done.stdout.count("\n") == 1
    assert "table.csv: it is a table (CSV)" in done.stderr
    assert "it is empty" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    with closing(open_store(load({"DATA_DIR": str(tmp_path / "data")}), create=False)) as store:
        with store.reading() as reading:
            bodies = [json.loads(body) for body in reading.export(parse("*", 0))]
        (row,) = store.coverage()
    assert {body["id"] for body in bodies} == {f"demo:{number}" for number in range(600)}
    assert all(body["imported"] for body in bodies)
    assert bodies[0]["created_at"] in (1_500_000_000_000, 1_500_000_599_000)
    assert (row.source, row.since, row.until) == ("import", 1_500_000_000_000, 1_500_000_599_000)
    assert (row.imported, row.reason) == (True, "files, 1,200 posts")

    again = murmur(tmp_path, "import", "--json", str(folder / "a.jsonl"), str(folder / "grab"))
    assert again.returncode == 0
    told = json.loads(again.stdout)
    assert (told["files"], told["imported_before"], told["tally"]["records"]) == (2, 2, 0)
    assert again.stderr.count("imported before (600 posts)") == 2


def test_a_path_that_is_not_there_is_named_with_status_2(tmp_path: Path) -> None:
    done = murmur(tmp_path, "import", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr
