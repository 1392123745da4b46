"""Refusals of X: how long each asks to wait, by X's clock, and no token in any text."""

from __future__ import annotations

import time

from tests.sources.background_reading import until
from tests.sources.simulators.x import TOKEN, XApi
from tests.sources.x.reading import opened, read


def test_limit_is_counted_by_the_clock_of_x_not_by_ours() -> None:
    for skew_s in (-7200.0, 7200.0):
        with XApi() as api:
            api.skew_s = skew_s
            reset = {"x-rate-limit-reset": str(int(time.time() + skew_s) + 500), "x-rate-limit-remaining": "0"}
            api.refusals.append((429, reset, b"{}"))
            with read(api) as reading:
                until(lambda: any(wait > 100 for wait in reading.waits))
                assert 400 < max(reading.waits) < 510


def test_too_many_requests_waits_as_long_as_x_says() -> None:
    reset = {"x-rate-limit-reset": str(int(time.time()) + 2), "x-rate-limit-remaining": "0"}
    with XApi() as api:
        api.refusals.append((429, reset, b'{"title":"Too Many Requests","detail":"Too Many Requests"}'))
        with read(api) as reading:
            began = time.time()
            opened(api)
            assert time.time() - began > 1.0
            assert any("429" in detail for _, detail, _ in reading.reports)


def test_refused_token_is_named_and_not_shown() -> None:
    with XApi(token="another") as api, read(api) as reading:
        until(lambda: reading.reports)
        assert "X_BEARER_TOKEN" in reading.reports[0][1]
        assert TOKEN not in str(reading.reports)
