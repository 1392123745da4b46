"""Access to a cluster: credentials, certificates, time limits, and errors that contain no secret."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import Settings, load
from pipeline.store import open_store
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.request_errors import RequestRefused, RequestTimedOut
from tests.delivery.tls_proxy import self_signed
from tests.store.elastic.fake_cluster import asked, cluster

SECRET = "s3cret"


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_we_say_who_we_are_as_the_settings_say() -> None:
    with cluster() as server:
        assert "authorization" not in asked(server)
        where = f"http://me:{SECRET}%40x@127.0.0.1:{server.server_port}"
        assert asked(server, where=where)["authorization"] == _basic(f"me:{SECRET}@x")
        named = asked(server, elasticsearch_user="me", elasticsearch_password=SECRET)
        assert named["authorization"] == _basic(f"me:{SECRET}")
        assert asked(server, elasticsearch_api_key="a2V5")["authorization"] == "ApiKey a2V5"
        encoded = base64.b64encode(b"id:key").decode()
        assert asked(server, elasticsearch_api_key="id:key")["authorization"] == f"ApiKey {encoded}"
        assert asked(server)["accept"] == "application/json", "servers of 7.17 and 8 know no other version of it"


def test_certificate_nobody_vouches_for_is_refused_unless_told_otherwise(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with cluster(certificate) as server:
        where = f"https://localhost:{server.server_port}"
        with pytest.raises(StoreUnavailable, match="certificate"):
            asked(server, where=where)
        assert server.heads == []
        asked(server, where=where, elasticsearch_ca_file=str(certificate[0]))
        asked(server, where=where, elasticsearch_tls_verify=False)
        assert len(server.heads) == 2


def test_file_that_is_no_certificate_is_named() -> None:
    settings = Settings(elasticsearch_url="https://localhost:1", elasticsearch_ca_file="/nowhere.pem")
    with pytest.raises(SettingsError, match="ELASTICSEARCH_CA_FILE=/nowhere"):
        open_store(settings)


def test_no_credential_is_told_whatever_goes_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    environ = {
        "ELASTICSEARCH_URL": f"http://me:{SECRET}1@127.0.0.1:1",
        "ELASTICSEARCH_API_KEY": f"{SECRET}2",
        "ELASTICSEARCH_PASSWORD": f"{SECRET}3",
    }
    settings = load(environ)
    assert SECRET not in str(settings.shown())
    told = []
    with pytest.raises(StoreUnavailable) as caught:
        open_store(settings)
    told.append(str(caught.value))
    with cluster() as server:
        for status in (401, 403, 500, 503, 429, 200):
            server.answers = [(status, b'{"error":{"type":"t","reason":"r"}}' if status != 200 else b"<html>")]
            with pytest.raises(StoreUnavailable) as caught:
                asked(server, elasticsearch_password=f"{SECRET}3", elasticsearch_user="me")
            told.append(str(caught.value))
    assert SECRET not in " ".join(told)
    assert SECRET not in caplog.text
    with pytest.raises(SettingsError) as wrong:
        load({"ELASTICSEARCH_URL": f"ftp://me:{SECRET}@x"})
    assert SECRET not in str(wrong.value)


def test_server_that_does_not_answer_is_left_after_the_time_it_was_given() -> None:
    with cluster() as server:
        server.answers = [(0, b"")]
        client = ElasticClient(Settings(elasticsearch_url=f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(RequestTimedOut):
            client.request("GET", "/_any", into=dict[str, Any], timeout_s=0.2, retries=0)


def test_what_is_no_elasticsearch_is_an_outage() -> None:
    with cluster() as server:
        server.answers = [(404, b"not found")]
        with pytest.raises(RequestRefused):
            asked(server)
        server.answers = [(200, b"<html>welcome</html>")]
        with pytest.raises(StoreUnavailable, match="no Elasticsearch"):
            asked(server)
