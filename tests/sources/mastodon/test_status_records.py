"""Records of events: one value of the server's each, without those of authors who opted out."""

from __future__ import annotations

import json

import msgspec
import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.normalise.mastodon.wire import MastodonStatus
from pipeline.sources.mastodon import status_records as statuses_module
from tests.sources.simulators.mastodon import status

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


def test_status_that_is_requested_again_is_deleted_if_its_author_has_opted_out_since() -> None:
    known = statuses_module.StatusRecords("home.example", consent=True)
    record = known.requested_again(json.dumps(status(1, host="far.example", account={"indexable": False})).encode())
    event = json.loads(record or b"")
    assert (event["event"], event["uri"]) == ("delete", "https://far.example/users/ann/statuses/7001")
