"""The picture proxy fetches from public addresses only, checks bytes and size, and forgets deleted posts."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.settings import load
from tests.web.conftest import Product
from web import create_app
from web.pictures import public_address
from web.pictures.disk_cache import PictureCache
from web.pictures.fetcher import PICTURE_MAX_BYTES, Fetcher, Unfetchable
from web.pictures.image_type import kind_of
from web.pictures.public_address import NotPublic, is_public, resolve

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 500


class Host(http.server.BaseHTTPRequestHandler):
    """A host that serves pictures and other things."""

    requested: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self) -> None:
        Host.requested.append(self.path)
        status, headers, body = Host.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Write no log."""


@pytest.fixture
def host() -> Iterator[int]:
    """The port of a host."""
    Host.requested.clear()
    Host.answers = {
        "/ok.png": (200, {"Content-Type": "text/html"}, PNG),
        "/page": (200, {"Content-Type": "image/png"}, b"<html>no picture</html>"),
        "/svg": (200, {"Content-Type": "image/svg+xml"}, b"<svg onload=alert(1)>"),
        "/big": (200, {"Content-Length": str(PICTURE_MAX_BYTES + 1)}, PNG),
        "/endless": (200, {}, PNG + b"x" * (PICTURE_MAX_BYTES + 1)),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/inside": (302, {"Location": "http://private.example/ok.png"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/moved": (301, {"Location": "/ok.png"}, b""),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def fetcher(port: int) -> Fetcher:
    """Return a fetcher that finds one name on this machine and resolves every other."""

    def find(name: str, at: int) -> str:
        return "127.0.0.1" if name == "pictures.example" else resolve("127.0.0.1", at)

    return Fetcher(find, {"http": port, "https": 443})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not bound to
        "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.1.69", "2606:4700::1111"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


def test_a_name_with_any_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(public_address, "_getaddrinfo", lambda *_args, **_values: rows)
    with pytest.raises(NotPublic, match="not on the public internet"):
        resolve("two.example", 80)


@pytest.mark.parametrize("path", ["/page", "/svg", "/big", "/endless", "/loop", "/inside", "/file", "/nothing"])
def test_other_media_and_private_addresses_are_not_fetched(host: int, path: str) -> None:
    with pytest.raises(Unfetchable):
        fetcher(host).fetch(f"http://pictures.example{path}")
    assert "/ok.png" not in Host.requested


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/ok.png", "http://[::1]/x", "ftp://pictures.example/x", "http://u@pictures.example/x", "//x", ""],
)
def test_no_other_address_scheme_or_port_is_requested(host: int, url: str) -> None:
    with pytest.raises(Unfetchable):
        fetcher(host).fetch(url)
    with pytest.raises(Unfetchable):
        Fetcher(lambda _name, _port: "127.0.0.1").fetch(f"http://pictures.example:{host}/ok.png")
    assert not Host.requested


def test_a_picture_is_recognised_by_its_bytes_not_by_its_header(host: int) -> None:
    picture = fetcher(host).fetch("http://pictures.example/moved")
    assert (picture.data, picture.kind) == (PNG, "image/png")
    assert kind_of(b"<svg/>") is None


@pytest.fixture
def client(product: Product, host: int) -> FlaskClient:
    """The app in this process, one post with pictures stored."""
    product.feed(
        product.post(
            "a picture",
            1,
            author={
                "id": "7",
                "handle": "ada",
                "avatar": "http://pictures.example/ok.png",
                "emojis": [{"name": "owl", "url": "http://pictures.example/ok.png"}],
            },
            media=[
                {"type": "image", "url": "http://pictures.example/ok.png"},
                {"type": "image", "url": "http://pictures.example/page"},
            ],
            links=[
                {"url": "http://news.example/"},
                {"url": "http://a.example/", "image": "http://pictures.example/ok.png"},
            ],
            emojis=[{"name": "gull", "url": "http://pictures.example/ok.png"}],
        ),
        product.post(
            "the same face", 2, author={"id": "7", "handle": "ada", "avatar": "http://pictures.example/ok.png"}
        ),
    )
    app: Flask = create_app(load(product.environ), fetcher=fetcher(host))
    return app.test_client()


def test_a_stored_post_s_pictures_come_through_us_once_fetched(client: FlaskClient) -> None:
    more = [f"/img/demo:1/{slot}" for slot in ("link-1", "emoji-0", "author-emoji-0")]
    for path in ("/img/demo:1/avatar", "/img/demo:1/0", "/img/demo%3A2/avatar", *more):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PNG)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Host.requested == ["/ok.png"], "one picture is fetched once, whoever shows it"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/img/demo:1/1", 502, "bad_image"),
        ("/img/demo:1/2", 404, "not_found"),
        ("/img/demo:1/-1", 404, "not_found"),
        ("/img/demo:1/banner", 404, "not_found"),
        ("/img/demo:1/link-0", 404, "not_found"),
        ("/img/demo:1/emoji-1", 404, "not_found"),
        ("/img/demo:2/author-emoji-0", 404, "not_found"),
        ("/img/demo:1/emoji-٠", 404, "not_found"),
        ("/img/demo:9/avatar", 404, "not_found"),
    ],
)
def test_pictures_that_a_post_does_not_name_are_not_served(
    client: FlaskClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)  # type: ignore[index]


def test_a_picture_that_failed_is_not_fetched_again_at_once(client: FlaskClient) -> None:
    for _ in range(3):
        assert client.get("/img/demo:1/1").status_code == 502
    assert Host.requested.count("/page") == 1


def test_a_deleted_post_takes_its_pictures_along(product: Product, client: FlaskClient) -> None:
    assert client.get("/img/demo:1/0").status_code == 200
    product.feed(product.deletion(1))
    assert client.get("/img/demo:1/0").status_code == 404


def test_pictures_can_be_switched_off(product: Product) -> None:
    app = create_app(load(product.environ | {"IMAGES": "off"}))
    answer = app.test_client().get("/img/demo:1/avatar")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "images_off")  # type: ignore[index]


def files(folder: Path) -> list[Path]:
    """Return the files under a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_stays_while_a_post_shows_it_and_goes_with_the_last(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, 10_000)
    cache.put("x:1", "http://a/1", PNG)
    assert cache.get("x:2", "http://a/1") == PNG
    cache.forget(["x:1"])
    assert cache.get("x:2", "http://a/1") == PNG
    cache.forget(["x:2"])
    assert cache.get("x:3", "http://a/1") is None
    assert not files(tmp_path)


def test_the_disk_holds_no_more_than_its_bound_and_keeps_used_pictures(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, 5_000)
    for number in range(40):
        cache.put(f"x:{number}", f"http://a/{number}", PNG)
        cache.get("x:0", "http://a/0")
    assert sum(path.stat().st_size for path in (tmp_path / "blobs").rglob("*") if path.is_file()) <= 5_000
    assert cache.get("x:0", "http://a/0") == PNG


def test_pictures_of_posts_that_left_while_nobody_listened_are_swept(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, 10_000)
    cache.put("bluesky:did:plc:a/b", "http://a/1", PNG)
    cache.put("x:2", "http://a/2", PNG)
    assert cache.sweep(lambda ids: [post_id for post_id in ids if post_id == "x:2"]) == 1
    assert cache.get("x:2", "http://a/2") == PNG
    assert len(files(tmp_path / "blobs")) == 1


def test_a_disk_that_cannot_be_written_keeps_nothing_and_fails_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache = PictureCache(blocked / "images", 10_000)
    cache.put("x:1", "http://a/1", PNG)
    assert cache.get("x:1", "http://a/1") is None
    assert cache.sweep(lambda _ids: []) == 0


def test_a_picture_that_cannot_be_put_in_its_place_leaves_no_part_of_it(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, 10_000)
    cache.put("x:1", "http://pictures.example/1", b"1" * 100)
    (blob,) = files(tmp_path / "blobs")
    blob.unlink()
    blob.mkdir()  # so that the file cannot be written
    (blob / "kept").touch()
    cache.put("x:1", "http://pictures.example/1", b"1" * 100)
    assert files(tmp_path / "blobs") == [blob / "kept"]
