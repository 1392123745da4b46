"""Any value of a parameter, header or body gets a response or an error that names it, never an internal error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.settings import load
from tests.examples import some
from tests.web.conftest import Product, make_product
from web import create_app
from web.api.timeline_buckets import TIMELINE_MAX_BUCKETS

DAY_MS = 86_400_000
NUMBERS = (
    *("0", "-0", "-1", "1", "+1", " 1", "1_000", "1.5", "1e3", "NaN", "inf", "-inf", "0x10", "٣", "١٠"),
    *("2147483648", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808"),
    *("-9223372036854775809", "99999999999999999999", "9" * 21, "9" * 4_301, "253402300799999", "253402300800000"),
)
TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\ufffe",
        "%",
        "%zz",
        "'",
        '"',
        "\\",
        "\n",
        "(",
        "*",
        "𝕏" * 300,
    ),
    *(
        "a" * 4_000,
        "' OR 1=1 --",
        "$ne",
        "[]",
        "{}",
        "<script>",
        "../../etc/passwd",
        "http://evil.example",
        "//evil.example",
    ),
    *(
        "since:9999-12-31T23:59:59-01:00",
        "until:9999-12-31T23:59:59.999Z",
        "since:999999w",
        "likes:9223372036854775808",
    ),
    *(
        "sample:0",
        "(" * 17 + "a" + ")" * 17,
        '"a b"~999',
        "re:zero",
        "NOT a",
        "latest.0.0",
        "latest.zz.1",
        "likes.-1.0",
    ),
    *("latest.ffffffffffffffff.7fffffffffffffff", "latest", "csv", "words", "demo:1", "ingest"),
)
NAMES = ("q", "limit", "before", "sort", "from", "to", "interval", "field", "id", "format", "history", "after", "next")
ROUTES = (
    *("/api/search", "/api/timeline", "/api/top", "/api/coverage", "/api/explain", "/api/export", "/api/stream"),
    *("/api/track", "/login"),
)


@pytest.fixture(scope="module")
def stocked(valkey_server: str) -> Iterator[Product]:
    """A product with posts of many days."""
    for product in make_product(valkey_server, INGEST_TOKEN="sesame"):
        product.feed(
            *[product.post("otter", number, created_at=1_500_000_000_000 + number * DAY_MS) for number in range(60)]
        )
        yield product


@pytest.fixture(scope="module")
def client(stocked: Product) -> FlaskClient:
    """A test client of the product's web."""
    app: Flask = create_app(load(stocked.environ))
    return app.test_client()


def status(client: FlaskClient, method: str, path: str, **more: object) -> int:
    """Return the status of a response; an error must have the one shape."""
    answer = client.open(path, method=method, **more)  # type: ignore[arg-type]
    try:
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, more, answer.data[:500])
        if answer.status_code >= 400 and answer.mimetype == "application/json":
            assert set(answer.get_json()["error"]) >= {"code", "message"}
            assert answer.get_json()["error"]["code"] != "internal"
        return answer.status_code
    finally:
        answer.close()


@pytest.mark.parametrize("route", ROUTES)
def test_no_parameter_is_an_error_of_ours(client: FlaskClient, route: str) -> None:
    for name in NAMES:
        for value in some(NUMBERS + TEXTS):
            given = {"q": "otter", name: value.encode("utf-8", "surrogatepass")}
            assert status(client, "GET", route, query_string=given) != 503, (route, name, value)


@pytest.mark.parametrize("value", [text for text in TEXTS if text.isprintable()])
def test_no_path_is_an_error_of_ours(client: FlaskClient, value: str) -> None:
    for path in ("/api/posts/{}", "/img/{}/avatar", "/img/demo:1/{}", "/static/{}", "/d/{}", "/{}", "/api/{}"):
        assert status(client, "GET", path.format(value)) != 503


@pytest.mark.parametrize("raw", ["%ff%fe", "%00", "%ed%a0%80", "..%2f..%2fsetup", "%2e%2e/%2e%2e", "a%0d%0ab"])
def test_no_escaped_path_is_an_error_of_ours(client: FlaskClient, raw: str) -> None:
    for path in (f"/api/posts/{raw}", f"/img/{raw}/avatar", f"/img/demo:1/{raw}", f"/static/{raw}", f"/{raw}"):
        assert 400 <= status(client, "GET", path) < 500


@pytest.mark.parametrize(
    "header", ["Last-Event-ID", "Cookie", "Authorization", "Range", "If-None-Match", "Accept", "Host"]
)
def test_no_header_is_an_error_of_ours(client: FlaskClient, header: str) -> None:
    values = [text for text in NUMBERS + TEXTS if text.isascii() and text.isprintable()]
    for value in (
        *values,
        "bearer " + "é" * 9,
        "murmur=a.b.c",
        "murmur=" + "." * 99,
        "bytes=9-1",
        "bytes=" + "9" * 5_000,
    ):
        for path in ("/", "/api/stream?q=otter", "/api/search?q=otter", "/static/index.html"):
            status(client, "GET", path, headers={header: value})


BODIES = (
    *(b"{}", b'{"track":null}', b'{"track":1}', b'{"track":"("}', b'{"track":"\xff"}', b'{"track":"\\ud800"}'),
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"track":"a","x":' + b"[" * 30_000,
    ),
    *(b"\x1f\x8b" + b"\0" * 40, b'{"track":"since:9999-12-31T23:59:59-01:00"}'),
)


@pytest.mark.parametrize("path", ["/api/track", "/api/ingest", "/login", "/logout", "/api/search", "/"])
def test_no_body_is_an_error_of_ours(client: FlaskClient, path: str) -> None:
    for body in BODIES:
        for kind in ("", "gzip", "br"):
            for form in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                headers = {"Authorization": "Bearer sesame", "Content-Encoding": kind, "Content-Type": form}
                for method in ("POST", "PUT", "DELETE"):
                    status(client, method, path, data=body, headers=headers)


def test_a_refused_number_is_named_with_its_bounds(client: FlaskClient) -> None:
    for name, path in (("limit", "/api/search?q=x"), ("interval", "/api/timeline?q=x"), ("history", "/api/stream?q=x")):
        error = client.get(f"{path}&{name}=-1").get_json()["error"]
        assert error["message"].startswith(f"{name} must be a whole number from ")


def test_a_page_token_is_refused_in_another_order(client: FlaskClient) -> None:
    following = client.get("/api/search?q=otter&limit=3&sort=reposts").get_json()["next"]
    assert client.get(f"/api/search?q=otter&limit=3&sort=reposts&before={following}").status_code == 200
    for other in ("replies", "reach", "latest"):
        refused = client.get(f"/api/search?q=otter&limit=3&sort={other}&before={following}")
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_request")
        assert "before" in refused.get_json()["error"]["message"]


@pytest.mark.parametrize(
    "zone", ["Nowhere/Town", "../../etc/passwd", "/etc/localtime", "Pacific", "posixrules\0", "a" * 99]
)
def test_an_unknown_zone_is_an_error_that_names_the_parameter(client: FlaskClient, zone: str) -> None:
    refused = client.get("/api/timeline", query_string={"q": "otter", "zone": zone})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_request")
    assert "zone" in refused.get_json()["error"]["message"]


@pytest.mark.parametrize("span", ["", "&from=0", "&to=9007199254740992", "&from=0&to=9007199254740992"])
def test_a_timeline_has_a_bound_whatever_its_interval(client: FlaskClient, span: str) -> None:
    line = client.get(f"/api/timeline?q=otter&interval=1000{span}").get_json()
    assert line["total"] == 60
    assert line["interval_ms"] > 1_000, "the answer says what was taken"
    assert (line["to"] - line["from"]) // line["interval_ms"] < TIMELINE_MAX_BUCKETS
    assert len(line["buckets"]) <= TIMELINE_MAX_BUCKETS
    assert client.get(f"/api/timeline?q=otter&interval={DAY_MS}").get_json()["interval_ms"] == DAY_MS
