"""Forwarded headers count only from as many proxies as TRUSTED_PROXIES says."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Product
from tests.web.site.test_sign_in import sign_in


def test_forwarded_headers_count_only_from_trusted_proxies(product: Product) -> None:
    trusting = product.serve(TRUSTED_PROXIES="1", ACCESS_TOKEN="sesame", SOCKETS_PER_ADDRESS="1")
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1", "X_Forwarded_Host": "murmur.example"}
    assert "Strict-Transport-Security" in trusting.get("/healthz", **forwarded).headers
    assert "Secure" in sign_in(trusting, "sesame", **forwarded)
    headers = {"Authorization": "Bearer sesame", "X-Forwarded-Host": "murmur.example", "X-Forwarded-Proto": "https"}
    kept = [
        Browser(
            trusting.port,
            additional_headers=headers | {"X-Forwarded-For": f"{address}"},
            origin="https://murmur.example",
        )
        for address in ("203.0.113.9, 192.0.2.1", "192.0.2.2")
    ]
    third = Browser(trusting.port, additional_headers=headers | {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"})
    assert third.until_closed() == 4029, "the last entry counts, not what the client wrote before it"
    for browser in kept:
        assert browser.read(1.0) is not None
    wary = product.serve()
    assert "Strict-Transport-Security" not in wary.get("/healthz", **forwarded).headers
    with pytest.raises(Exception, match="403"):
        Browser(wary.port, additional_headers={"X-Forwarded-Host": "evil.example"}, origin="https://evil.example")


# -- two stores
