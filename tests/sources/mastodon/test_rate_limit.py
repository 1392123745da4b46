"""What servers say of their limits: the pause in each form, whatever the header holds."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from pipeline.sources.mastodon.rate_limit import is_nearly_used_up, pause_s

NOON_S = 1_767_268_800
"""2026-01-01 12:00 UTC."""
DATE = {"Date": formatdate(NOON_S, usegmt=True)}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "2026-01-01T12:05:00.123456Z"}, 300.123456),
        ({"X-RateLimit-Reset": "2026-01-01T13:05:00+01:00"}, 300.0),
        ({"X-RateLimit-Reset": str(NOON_S + 60)}, 60.0),
        ({"X-RateLimit-Reset": "2026-01-01T11:00:00Z"}, 0.0),
        ({"X-RateLimit-Reset": "2031-01-01T00:00:00Z"}, 7 * 86_400.0),
        ({"X-RateLimit-Reset": "2026-01-01T12:05:00Z", "Retry-After": "7"}, 7.0),
        ({"X-RateLimit-Reset": "soon"}, 9.0),
        ({"X-RateLimit-Reset": "²"}, 9.0),
        ({}, 9.0),
    ],
)
def test_pause_is_the_one_that_the_server_states(headers: dict[str, str], seconds: float) -> None:
    assert pause_s(headers | DATE, 9.0) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("left", "limit", "used_up"),
    [
        ("30", "300", True),
        ("31", "300", False),
        ("0", "", True),
        ("1", "", False),
        ("", "300", False),
        ("-1", "x", False),
    ],
)
def test_a_tenth_of_the_limit_is_kept(left: str, limit: str, used_up: bool) -> None:
    assert is_nearly_used_up({"X-RateLimit-Remaining": left, "X-RateLimit-Limit": limit}) is used_up
