"""Rules at X: only the difference is applied, others' rules stay, and what does not fit is reported."""

from __future__ import annotations

from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi
from tests.sources.x.reading import opened, read


def test_only_the_difference_of_rules_is_applied_and_others_are_left_alone() -> None:
    with XApi() as api:
        api.hold("cats", "murmur:old")
        api.hold("snow", "murmur:kept")
        api.hold("rain", "theirs")
        api.hold("dogs")
        with read(api):
            opened(api)
            assert [rule["value"] for rule in api.rules] == ["snow", "rain", "dogs"]
            assert [list(change) for change in api.changes] == [["delete"]]


def test_rules_beyond_the_cap_are_reported_and_the_rest_is_read() -> None:
    search = " OR ".join(f"(repost_of:x:{number} is:reply)" for number in range(10**7, 10**7 + 28))
    with XApi(cap=2) as api:
        api.hold("rain", "theirs")
        with read(api, search) as reading:
            opened(api)
            until(lambda: any("more than X allows" in detail for _, detail, _ in reading.reports))
            assert len(api.rules) == 2


def test_wrong_json_about_rules_is_asked_again() -> None:
    with XApi() as api:
        api.rule_refusals.extend([(200, {}, b"not json"), (200, {}, b"[1]"), (200, {}, b'{"data":7}')])
        with read(api):
            opened(api)
