"""`Retry-After`: whatever a server writes there becomes seconds within a bound, and never an error."""

from __future__ import annotations

import pytest

from pipeline.sources.mastodon.lookup import MastodonLookup
from pipeline.sources.retry_after import LONGEST_S, retry_after_s
from tests.sources.simulators.mastodon import Mastodon


@pytest.mark.parametrize(
    ("header", "pause_s"),
    [("7", 7.0), ("", 3.0), ("soon", 3.0), ("-1", 3.0), ("\xb2", 3.0), ("٣", 3.0), ("9" * 5_000, LONGEST_S)],
)
def test_header_becomes_seconds(header: str, pause_s: float) -> None:
    assert retry_after_s(header, 3.0) == pause_s


@pytest.mark.parametrize("header", ["\xb2", "9" * 400])
def test_host_that_answers_so_is_left_alone_and_stops_no_re_check(header: str) -> None:
    with Mastodon() as server:
        server.status_answers.append((429, {"Retry-After": header}, b""))
        ids = [f"mastodon:{server.host}/{number}" for number in (1, 2)]
        looked = MastodonLookup((server.url,), "", between_s=0.0).look(ids)
        assert (looked.deleted, looked.unsure, looked.later) == ([], 0, ids)
