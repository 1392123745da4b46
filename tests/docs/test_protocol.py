"""The documentation lists every message, close code, error code, metric and route; the schema is the code's."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from tests.paths import PROJECT
from web import create_app
from web.api.metrics import GAUGES, PROCESS_COUNTERS
from web.protocol.client_messages import ClientMessage
from web.protocol.close_codes import CLOSES
from web.protocol.error_codes import ERROR_CODES
from web.protocol.json_schema import schema
from web.protocol.server_messages import ServerMessage

PAGE = (PROJECT / "docs" / "reference" / "protocol.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads((PROJECT / "web" / "protocol.schema.json").read_text()) == schema()


def test_every_message_is_documented_with_its_fields() -> None:
    documented = {row[0].strip("`"): row[1] for row in rows("Server to client")}
    for message in ServerMessage.__args__:
        fields = {field.encode_name for field in msgspec.structs.fields(message)}
        kind = message.__struct_config__.tag
        assert set(re.findall(r"`(\w+)`", documented.pop(kind))) == fields, kind
    assert not documented
    client = PAGE.split("## Client to server")[1].split("## Server")[0]
    for message in ClientMessage.__args__:
        assert f'"type":"{message.__struct_config__.tag}"' in client


def test_every_close_code_is_documented() -> None:
    documented = {(int(row[0]), row[1].strip("`")) for row in rows("Close codes")}
    assert documented == {(close.code, close.name) for close in CLOSES.values()}


def test_every_error_code_is_documented() -> None:
    assert {row[0].strip("`") for row in rows("Errors")} == set(ERROR_CODES)


def test_every_metric_is_documented() -> None:
    documented = {name for row in rows("Metrics") for name in re.findall(r"`(\w+)`", row[0])}
    assert documented == set(GAUGES) | set(PROCESS_COUNTERS)


def test_every_route_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    documented = {
        (method, route) for row in rows("Routes") for method, route in re.findall(r"`(GET|POST|PUT) ([^`]+)`", row[0])
    }
    from pipeline.settings import load

    app = create_app(load({}))
    there = {
        (method, re.sub(r"\b_(deck|post_id)\b", r"\1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT"}
    }
    assert documented == there
