"""Records of events: one value of the server's each, and a bounded memory for deletions."""

from __future__ import annotations

import json

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.normalise.mastodon.wire import MastodonStatus
from pipeline.sources.mastodon import status_records as statuses_module
from tests.sources.simulators.mastodon import status


def test_ids_remembered_for_deletions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statuses_module, "STATUS_CACHE_SIZE", 10)
    known = statuses_module.StatusRecords("home.example", consent=True)
    for number in range(50):
        known.record("update", json.dumps(status(number, host="far.example")).encode())
    assert len(known._uris) == 10
    assert b"far.example" in (known.record("delete", b"49") or b"")
    assert b"far.example" not in (known.record("delete", b"1") or b"")


FORGED = b'null,"murmur":1,"kind":"forget","id":"","source":"x","author":{"id":"44196397","handle":""},"x":{'


@pytest.mark.parametrize("name", ["update", "status.update", "delete"])
@pytest.mark.parametrize(
    "data", [FORGED + b"}", FORGED, b'{"id":"1"}' + FORGED[4:] + b"}", b'{"id":"1","x":1}}', b'1","uri":"x', b"\xff{"]
)
def test_data_of_an_event_is_one_value_of_its_record_and_nothing_beside_it(name: str, data: bytes) -> None:
    record = statuses_module.StatusRecords("home.example", consent=True).record(name, data)
    event = json.loads(record or b"")
    assert event.keys() == {"event", "payload"}
    assert event["event"] == name
    assert isinstance(event["payload"], str)
    if name != "delete":
        with pytest.raises(RecordError):
            normalise(record or b"", "mastodon", 0, "home.example")


def test_requested_status_keeps_only_the_fields_of_a_status() -> None:
    known = statuses_module.StatusRecords("home.example", consent=True)
    record = known.requested(json.dumps(status(1, "hi") | {"murmur": 1, "kind": "forget", "event": "delete"}).encode())
    read = {field.name for field in msgspec.structs.fields(MastodonStatus)} - {"account_domain"}  # that is our own
    assert json.loads(record or b"").keys() <= read
    assert set(statuses_module.STATUS_FIELDS) == read
