"""ACCESS_TOKEN: a sign-in form with a cookie for people, a bearer token for scripts. Without the setting all is open.

The cookie is signed with a key that comes from SECRET_KEY or the token alone, so that any web process accepts it after
any restart, and none does once the token was changed.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, redirect, render_template_string, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipeline.settings import Settings
from web.faults import Refused

COOKIE = "murmur"
COOKIE_DAYS = 30
WRITING = ("/api/ingest", "/api/track")
OPEN_PATHS = ("/healthz", "/readyz", "/login", "/static/")

_FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in · Murmuration</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/login.css">
<main><h1>Murmuration</h1><form method="post" action="/login">
<label for="token">Access token</label>
<input id="token" name="access_token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="{{ next }}"><button>Sign in</button>
{% if wrong %}<p role="alert">This is not the right token.</p>{% endif %}</form></main></html>
"""
_STYLE = """:root{color-scheme:light dark}
body{font:15px/22px system-ui,sans-serif;margin:15vh auto;max-width:20rem;padding:0 1rem}
label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit;margin:.5rem 0;padding:.4rem}
"""


class Auth:
    """Who may come in."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.access_token
        self._writing = tuple(token for token in (settings.ingest_token, settings.access_token) if token)
        seed = f"{settings.secret_key}\0{settings.access_token}"
        key = hashlib.sha256(b"murmur cookie\0" + seed.encode()).hexdigest()
        self._signer = URLSafeTimedSerializer(key, salt="signed-in")

    @property
    def needed(self) -> bool:
        """Whether a token is asked for."""
        return bool(self._token)

    def right(self, token: str) -> bool:
        """Tell whether a token is the right one, in constant time."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def allowed(self) -> bool:
        """Tell whether the present request comes from somebody who signed in or bears the token."""
        if not self.needed:
            return True
        if self.right(_bearer()):
            return True
        try:
            return bool(self._signer.loads(request.cookies.get(COOKIE, ""), max_age=COOKIE_DAYS * 86_400) == "in")
        except BadSignature:
            return False

    def must_write(self) -> None:
        """Let the present request write only if it bears a token that may.

        Never by cookie: what another page makes a signed-in browser send must change nothing.

        Raises:
            Refused: no such token is set, it was not sent, or it is not the right one.
        """
        if not self._writing:
            raise Refused("writing_off", "Nobody may write here: set INGEST_TOKEN (or ACCESS_TOKEN).")
        token = _bearer()
        if not token:
            raise Refused("signed_out", "Send INGEST_TOKEN or ACCESS_TOKEN as a bearer token.")
        right = [hmac.compare_digest(token.encode(), one.encode()) for one in self._writing]
        if not any(right):
            raise Refused("bad_token", "This is not the right token.")

    def cookie(self, response: Response) -> Response:
        """Put the cookie on a response."""
        response.set_cookie(
            COOKIE,
            self._signer.dumps("in"),
            max_age=COOKIE_DAYS * 86_400,
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
        )
        return response


def _bearer() -> str:
    """Return the token that the present request bears, "" if none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _asked() -> str:
    """Return path and query of the present request, as a URL has them."""
    query = request.query_string.decode(errors="replace")
    return local_path(quote(request.path) + (f"?{query}" if query else ""))


def local_path(target: str) -> str:
    """Return a path of this site, "/" for anything that would lead elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    bad = parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\"))
    return "/" if bad or any(ord(char) < 32 for char in target) else target


def install(app: Flask, auth: Auth) -> None:  # noqa: C901 - one short function a route
    """Guard every route of an app, and add the sign-in form."""

    @app.before_request
    def guard() -> Response | None:
        if request.method != "GET" and request.path in WRITING:
            return None  # these look at the token themselves: INGEST_TOKEN opens nothing else
        if auth.allowed() or request.path.startswith(OPEN_PATHS) or request.path in ("/ws", "/login.css"):
            return None  # the socket tells by its close code, which a script can read, not by a status, which it cannot
        if request.path.startswith(("/api/", "/img/", "/metrics")) or request.method != "GET":
            raise Refused("signed_out", "Sign in, or send the access token as a bearer token.")
        return redirect("/login?" + urlencode({"next": _asked()}), 303)  # type: ignore[return-value]

    @app.get("/login")
    def sign_in_form() -> Response:
        page = render_template_string(_FORM, next=local_path(request.args.get("next", "/")), wrong=False)
        return Response(page, mimetype="text/html")

    @app.get("/login.css")
    def sign_in_style() -> Response:
        return Response(_STYLE, mimetype="text/css")

    @app.post("/login")
    def sign_in() -> Response:
        target = local_path(request.form.get("next", "/"))
        if not auth.needed:
            return redirect(target, 303)  # type: ignore[return-value]
        if auth.right(request.form.get("access_token", "")):
            return auth.cookie(redirect(target, 303))  # type: ignore[arg-type]
        if "text/html" not in request.headers.get("Accept", ""):
            raise Refused("bad_token", "This is not the right token.")
        page = render_template_string(_FORM, next=target, wrong=True)
        return Response(page, 401, mimetype="text/html")

    @app.post("/logout")
    def sign_out() -> Response:
        response = redirect("/login" if auth.needed else "/", 303)
        response.delete_cookie(COOKIE)
        return response  # type: ignore[return-value]
