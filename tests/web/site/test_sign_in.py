"""ACCESS_TOKEN closes every route but health checks; the form leads back to the search and nowhere else."""

from __future__ import annotations

import html
import re
import urllib.parse

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Product, Server
from web.site.sign_in import local_path


def test_with_a_token_nothing_is_open_but_health(product: Product) -> None:
    server = product.serve(ACCESS_TOKEN="sesame", SECRET_KEY="k")
    for path in ("/api/search?q=x", "/api/stats", "/metrics", "/img/demo:1/avatar", "/api/stream?q=x"):
        answer = server.get(path)
        assert (answer.status, answer.json["error"]["code"]) == (401, "signed_out"), path
    assert server.get("/healthz").status == 200
    assert server.get("/?q=cats").headers["Location"] == "/login?next=%2F%3Fq%3Dcats"
    assert server.get("/login").status == 200
    assert server.get("/api/stats", Authorization="Bearer sesame").status == 200
    assert server.get("/api/stats", Authorization="Bearer wrong").status == 401
    assert Browser(server.port).until_closed() == 4401
    Browser(server.port, additional_headers={"Authorization": "Bearer sesame"}).drop()


@pytest.mark.parametrize(
    ("accepted", "language", "word"),
    [("de-AT,en;q=0.8", "de", "Anmelden"), ("ja,en;q=0.5,de;q=0.2", "en", "Sign in"), ("", "en", "Sign in")],
)
def test_the_form_is_in_the_language_of_the_browser(product: Product, accepted: str, language: str, word: str) -> None:
    server = product.serve(ACCESS_TOKEN="sesame", SECRET_KEY="k")
    answer = server.get("/login", Accept_Language=accepted)
    assert f'<html lang="{language}">' in answer.body.decode()
    assert f"<button>{word}</button>" in answer.body.decode()
    assert "Accept-Language" in answer.headers["Vary"]


def sign_in(server: Server, token: str, **headers: str) -> str:
    """Send the form; return the cookie."""
    body = f"access_token={token}&next=https://evil.example/".encode()
    answer = server.ask("POST", "/login", body, Content_Type="application/x-www-form-urlencoded", **headers)
    assert answer.status == (303 if token == "sesame" else 401)
    if answer.status == 303:
        assert answer.headers["Location"] == "/", "never to another site"
    return str(answer.headers.get("Set-Cookie", ""))


@pytest.mark.parametrize(
    "search", ["/?q=%23storm&sort=likes", "/d/a%2Fb?q=a%2Bb%26c+d&x=%E6%97%A5", "/?q=%22a%20b%22", "/d/caf%C3%A9"]
)
def test_signing_in_leads_back_to_the_search(product: Product, search: str) -> None:
    server = product.serve(ACCESS_TOKEN="sesame")
    form = server.get(search).headers["Location"]
    assert form.startswith("/login?next=")
    hidden = re.search(r'name="next" value="([^"]*)"', server.get(form).body.decode())
    assert hidden
    body = urllib.parse.urlencode({"access_token": "sesame", "next": html.unescape(hidden[1])}).encode()
    answer = server.ask("POST", "/login", body, Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 303
    assert urllib.parse.urlsplit(answer.headers["Location"]).query == urllib.parse.urlsplit(search).query
    assert urllib.parse.unquote(answer.headers["Location"]) == urllib.parse.unquote(search)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tx",
        "javascript:alert(1)",
        "evil",
        "",
        "//[",
        "http://[::1",
    ],
)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    assert local_path(target) == "/"


def test_the_cookie_is_taken_by_any_process_after_any_restart(product: Product) -> None:
    first = product.serve(ACCESS_TOKEN="sesame")
    assert not sign_in(first, "wrong")
    cookie = sign_in(first, "sesame")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    value = cookie.split(";")[0]
    first.end()
    second = product.serve(ACCESS_TOKEN="sesame")
    assert second.get("/api/stats", Cookie=value).status == 200
    Browser(second.port, additional_headers={"Cookie": value}).drop()
    forged = value[:-9] + ("a" if value[-9] == "b" else "b") + value[-8:]
    assert second.get("/api/stats", Cookie=forged).status == 401
    third = product.serve(ACCESS_TOKEN="another")
    assert third.get("/api/stats", Cookie=value).status == 401


# -- proxies
