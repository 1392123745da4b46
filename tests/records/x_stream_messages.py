"""X v1.1 stream messages that are no statuses: deletions, limits, warnings and events about accounts.

Shapes: docs.x.com, "Streaming message types" (deletion, location deletion, limit, withheld content, disconnect, stall
warning, friends list) and "Batch compliance / compliance firehose" events about accounts.
"""

from __future__ import annotations

from typing import Any

from tests.records.drafts import Writer
from tests.records.x_text_rendering import snowflake


def control(writer: Writer) -> list[dict[str, Any]]:
    """Return every kind of message, the frequent ones many times."""
    return [
        *(delete(writer) for _ in range(40)),
        {"delete": {"status": {"id": 6_800_000_001, "user_id": 90_000_001}}},
        {"delete": {"direct_message": {"id": 1234567, "id_str": "1234567", "user_id": 90_000_002}}},
        {
            "delete": {
                "favorite": {"tweet_id": 777, "tweet_id_str": "777", "user_id": 5, "user_id_str": "5"},
                "timestamp_ms": "1780000000000",
            }
        },
        *(limit(writer, number * 7) for number in range(40)),
        {"limit": {"track": 1234}},
        {
            "scrub_geo": {
                "user_id": 90_000_003,
                "user_id_str": "90000003",
                "up_to_status_id": 23_000_000_001,
                "up_to_status_id_str": "23000000001",
            }
        },
        {"status_withheld": {"id": 600_000_000_001, "user_id": 90_000_004, "withheld_in_countries": ["XX", "XY"]}},
        {"user_withheld": {"id": 90_000_005, "withheld_in_countries": ["XX"]}},
        {
            "status_withheld": {
                "status": {"id": 600_000_000_002, "id_str": "600000000002", "user_id": 90_000_004},
                "withheld_in_countries": ["XY"],
                "timestamp_ms": "1780000000001",
            }
        },
        {"disconnect": {"code": 4, "stream_name": "harbour-statuses", "reason": "a stalled connection"}},
        {"warning": {"code": "FALLING_BEHIND", "message": "Your connection is falling behind", "percent_full": 60}},
        {"warning": {"code": "FOLLOWS_OVER_LIMIT", "message": "too many follows", "user_id": 90_000_006}},
        {"friends": [900_000_001, 900_000_002]},
        {"friends_str": ["900000001", "900000002"]},
        *(
            {name: {"id": 90_000_010 + place, "timestamp_ms": "1780000000002"}}
            for place, name in enumerate(("user_delete", "user_undelete", "user_protect", "user_suspend"))
        ),
    ]


def delete(writer: Writer) -> dict[str, Any]:
    """Return the deletion of a status that nothing else in the records names."""
    who, number = writer.somebody(), snowflake(writer.later(), writer)
    status = {"id": number, "id_str": str(number), "user_id": who.number, "user_id_str": str(who.number)}
    return {"delete": {"status": status, "timestamp_ms": str(writer.now_ms)}}


def limit(writer: Writer, track: int) -> dict[str, Any]:
    """Return a `limit` message: `track` statuses were held back so far."""
    return {"limit": {"track": track, "timestamp_ms": str(writer.later())}}
