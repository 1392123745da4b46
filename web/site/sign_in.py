"""Sign-in: guards the routes where ACCESS_TOKEN is set, and has the form that sets the cookie, and the sign-out.

A guest's browser is redirected to the form, other requests get an error. Health checks and static files stay open;
writing routes and the socket check by themselves. After signing in, only paths of this site are returned to.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, redirect, render_template_string, request
from werkzeug.wrappers import Response as BaseResponse

from web.api_errors import ApiError
from web.auth import COOKIE, Auth
from web.site.accepted_language import accepted_language

WRITE_PATHS = ("/api/ingest", "/api/track")
"""Routes that check their token themselves when written to: INGEST_TOKEN opens no other route."""
OPEN_PATHS = ("/healthz", "/readyz", "/login", "/static/")
"""Beginnings of paths that need no token."""

_WORDS = {
    "en": ("Sign in", "Access token", "This is not the right token."),
    "de": ("Anmelden", "Zugangsschlüssel", "Das ist nicht der richtige Schlüssel."),
}
"""Words of the form by language: button, label of the field, and the sentence after a wrong token."""
_FORM = """<!doctype html><html lang="{{ language }}"><meta charset="utf-8"><title>{{ sign_in }} · Murmuration</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/login.css">
<main><h1>Murmuration</h1><form method="post" action="/login">
<label for="token">{{ token }}</label>
<input id="token" name="access_token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="{{ next }}"><button>{{ sign_in }}</button>
{% if wrong %}<p role="alert">{{ mistake }}</p>{% endif %}</form></main></html>
"""
_STYLE = """:root{color-scheme:light dark}
body{font:15px/22px system-ui,sans-serif;margin:15vh auto;max-width:20rem;padding:0 1rem}
label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit;margin:.5rem 0;padding:.4rem}
"""


def _requested() -> str:
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


def install(app: Flask, auth: Auth) -> None:
    """Guard every route of an app, and add the sign-in form."""
    app.before_request(partial(guard, auth))
    app.add_url_rule("/login", "sign_in_form", sign_in_form)
    app.add_url_rule("/login.css", "sign_in_style", sign_in_style)
    app.add_url_rule("/login", "sign_in", partial(sign_in, auth), methods=["POST"])
    app.add_url_rule("/logout", "sign_out", partial(sign_out, auth), methods=["POST"])


def guard(auth: Auth) -> BaseResponse | None:
    """Refuse the present request, or send a browser to the sign-in form, unless the request bears the token."""
    if request.method != "GET" and request.path in WRITE_PATHS:
        return None
    if auth.allowed() or request.path.startswith(OPEN_PATHS) or request.path in ("/ws", "/login.css"):
        return None  # the socket refuses by close code: a browser's script cannot read the status of a handshake
    if request.path.startswith(("/api/", "/img/", "/metrics")) or request.method != "GET":
        raise ApiError("signed_out", "Sign in, or send the access token as a bearer token.")
    return redirect("/login?" + urlencode({"next": _requested()}), 303)


def sign_in_form() -> Response:
    """Return the sign-in form."""
    return _form(local_path(request.args.get("next", "/")), wrong=False)


def _form(target: str, *, wrong: bool) -> Response:
    """Return the form in the first language that the browser accepts and the form has, English else."""
    language = accepted_language(_WORDS.__contains__)
    button, token, mistake = _WORDS[language]
    page = render_template_string(
        _FORM, language=language, sign_in=button, token=token, mistake=mistake, next=target, wrong=wrong
    )
    response = Response(page, 401 if wrong else 200, mimetype="text/html")
    response.vary.add("Accept-Language")
    return response


def sign_in_style() -> Response:
    """Return the style sheet of the form."""
    return Response(_STYLE, mimetype="text/css")


def sign_in(auth: Auth) -> BaseResponse:
    """Check the token of the form: set the cookie and redirect, or return the form again."""
    target = local_path(request.form.get("next", "/"))
    if not auth.needed:
        return redirect(target, 303)
    if auth.is_token(request.form.get("access_token", "")):
        return auth.add_cookie(redirect(target, 303))  # type: ignore[arg-type]  # Werkzeug's, and Flask's at run time
    if "text/html" not in request.headers.get("Accept", ""):
        raise ApiError("bad_token", "This is not the right token.")
    return _form(target, wrong=True)


def sign_out(auth: Auth) -> BaseResponse:
    """Delete the cookie."""
    response = redirect("/login" if auth.needed else "/", 303)
    response.delete_cookie(COOKIE)
    return response
