"""Lines of X's stream: whole wherever chunks end, bounded, and passed on even if they cannot be decoded."""

from __future__ import annotations

import json

from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi, post, say
from tests.sources.x.reading import opened, read


def test_torn_text_and_wrong_json_are_records_of_their_own_for_the_worker_to_make_dead_letters() -> None:
    torn = b'{"data":{"id":"1","text":"\xff\xfe"}}\r\n'
    with XApi() as api:
        api.faults.append(say(torn, b"not json\r\n", b"[1]\r\n", json.dumps(post(5, "ü❄")).encode()[:9]))
        with read(api) as reading:
            until(lambda: len(reading.records()) == 3)
            assert reading.records()[0].data == torn.rstrip()
            assert len(api.streamed()) == 1


def test_characters_torn_between_chunks_are_whole_again() -> None:
    data = json.dumps(post(1, "schön ❄"), ensure_ascii=False).encode() + b"\r\n"
    at = data.index("❄".encode()) + 1
    with XApi() as api:
        api.faults.append(say(data[:at], data[at:-1], data[-1:]))
        with read(api) as reading:
            until(lambda: reading.texts() == ["schön ❄"])


def test_line_of_ten_megabytes_is_cut_and_the_next_is_read() -> None:
    with XApi() as api:
        api.faults.append(say(*[b"x" * 2**20] * 10, b"\r\n", json.dumps(post(1, "after")).encode() + b"\r\n"))
        with read(api) as reading:
            until(lambda: reading.texts() == ["after"])
            assert next(len(record.data) for record in reading.records()) == 64 * 1024
            assert len(api.streamed()) == 1


def test_redirect_on_the_way_to_a_stream_is_followed() -> None:
    with XApi() as api:
        api.refusals.append((307, {"Location": f"{api.url}/2/tweets/search/stream?again=1"}, b""))
        with read(api) as reading:
            opened(api)
            api.say("one")
            until(lambda: reading.texts() == ["one"])
