"""Compliance jobs: deleted posts, failures distinguished from waiting, and no token at other addresses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.sources.lookup_contract import RetryLater
from pipeline.sources.x.compliance import Compliance, ComplianceJobFailed, ComplianceRefused
from tests.sources.simulators import http_server
from tests.sources.simulators.x import TOKEN, XApi
from tests.sources.x.stored_posts import have


@pytest.fixture
def api() -> Iterator[XApi]:
    with XApi() as made:
        yield made


def test_compliance_job_reports_what_is_deleted_without_the_token_at_other_addresses(api: XApi) -> None:
    there, hidden = have(api, "there", "hidden")
    api.lookups.protected.add(hidden[2:])
    compliance = Compliance(TOKEN, api.url)
    job = compliance.begin([there, hidden, "x:99"])
    assert compliance.result(job) is None
    assert compliance.result(job) == [hidden, "x:99"]
    files = [path for method, path, token in api.tokens if path.startswith(("/upload/", "/download/")) and token]
    assert not files


def test_a_post_of_which_only_the_place_was_removed_is_not_reported_as_deleted(api: XApi) -> None:
    there, gone = have(api, "there")[0], "x:99"
    api.lookups.scrubbed.add(there[2:])
    compliance = Compliance(TOKEN, api.url)
    job = compliance.begin([there, gone])
    compliance.result(job)
    assert compliance.result(job) == [gone]


def test_compliance_job_that_fails_or_is_refused_differs_from_one_that_waits(api: XApi) -> None:
    compliance = Compliance(TOKEN, api.url)
    api.lookups.troubles.append((403, {}, b'{"title":"Client Forbidden"}'))
    with pytest.raises(ComplianceRefused):
        compliance.begin(["x:1"])
    job = compliance.begin(["x:1"])
    api.lookups.troubles.append((200, {}, b'{"data":{"status":"expired"}}'))
    with pytest.raises(ComplianceJobFailed):
        compliance.result(job)
    odd: http_server.Refusal
    for odd in ((503, {}, b""), (200, {}, b"not json"), (200, {}, b'{"data":[]}')):
        api.lookups.troubles.append(odd)
        with pytest.raises(RetryLater):
            compliance.result(job)
    api.lookups.troubles.append((200, {}, b'{"data":{"id":"1"}}'))
    with pytest.raises(RetryLater):
        compliance.begin(["x:1"])
