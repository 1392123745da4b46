"""`docs/architecture.md` shows every room of the code, in an order that the imports follow."""

from __future__ import annotations

import re

from tests.paths import PROJECT
from tests.test_architecture import MAY_IMPORT, all_imports, room_of

PAGE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = re.findall(r"^\| `([\w.]+)` \| \S.*\|$", PAGE.split("## Rooms")[1].split("\n## ")[0], re.MULTILINE)


def test_every_room_is_in_the_table_once() -> None:
    assert sorted(ROOMS) == sorted({*MAY_IMPORT, "cli"})


def test_a_room_imports_only_rooms_further_down() -> None:
    place = {room: number for number, room in enumerate(ROOMS)}
    upwards = {
        (room_of(module), room_of(imported))
        for module, others in all_imports().items()
        for imported in others
        if room_of(module) in place and room_of(imported) in place and place[room_of(imported)] < place[room_of(module)]
    }
    assert not upwards


def test_each_way_is_described_in_ten_steps() -> None:
    for heading in ("## The way of a post", "## The way of a search"):
        section = PAGE.split(heading)[1].split("\n## ")[0]
        assert [int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)] == list(range(1, 11))
