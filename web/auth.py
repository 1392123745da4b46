"""Authentication by ACCESS_TOKEN and INGEST_TOKEN: checks a browser's signed cookie or a bearer token; sets the cookie.

Without ACCESS_TOKEN everybody may read. Writing posts or TRACK always needs a bearer token, as a cookie would let other
pages write; decks are written by the own page, whose requests name its origin (docs/design/security.md).
The cookie is signed with a key derived from SECRET_KEY and the token, so that every web process accepts it after any
restart, and none does once the token changed.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipeline.settings import Settings
from web.api_errors import ApiError

COOKIE = "murmur"
COOKIE_DAYS = 30
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Headers with which a proxy tells whose request it passes on."""


def own_origin(origin: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a page of an origin may connect: one of the own host, or of ALLOWED_ORIGINS ("*" allows all)."""
    if "*" in allowed or origin.lower() in {item.rstrip("/").lower() for item in allowed}:
        return True
    return urlsplit(origin.lower()).netloc == request.host.lower()


class Auth:
    """Checks the token of a request, in its cookie or its Authorization header."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.access_token
        self._allowed_origins = settings.allowed_origins
        self._write_tokens = tuple(token for token in (settings.ingest_token, settings.access_token) if token)
        seed = f"{settings.secret_key}\0{settings.access_token}"
        key = hashlib.sha256(b"murmur cookie\0" + seed.encode()).hexdigest()
        self._signer = URLSafeTimedSerializer(key, salt="signed-in")

    @property
    def needed(self) -> bool:
        """Whether ACCESS_TOKEN is set."""
        return bool(self._token)

    def is_token(self, token: str) -> bool:
        """Tell in constant time whether a text is ACCESS_TOKEN."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def allowed(self) -> bool:
        """Tell whether the present request has a valid cookie or bears the token."""
        if not self.needed:
            return True
        if self.is_token(_bearer()):
            return True
        try:
            return bool(self._signer.loads(request.cookies.get(COOKIE, ""), max_age=COOKIE_DAYS * 86_400) == "in")
        except BadSignature:
            return False

    def require_write(self) -> None:
        """Let the present request write only if it bears INGEST_TOKEN or ACCESS_TOKEN.

        A cookie is not enough: a request that another page makes a signed-in browser send must change nothing.

        Raises:
            ApiError: no such token is set, none was sent, or the sent one is another.
        """
        if not self._write_tokens:
            raise ApiError("writing_off", "Nobody may write here: set INGEST_TOKEN (or ACCESS_TOKEN).")
        token = _bearer()
        if not token:
            raise ApiError("signed_out", "Send INGEST_TOKEN or ACCESS_TOKEN as a bearer token.")
        if not self._is_write_token(token):
            raise ApiError("bad_token", "This is not the right token.")

    def require_own_page(self) -> None:
        """Let the present request write decks if this server's own page or a program with a right to it sent it.

        A bearer token is enough. Otherwise a browser's request must name an origin that may open a socket, or say that
        it is of the same origin. A program that names neither must be signed in, or run on this machine without a proxy
        between. Where ACCESS_TOKEN is set, the request must be signed in besides.

        Raises:
            ApiError: the request is not signed in, or another page or an unknown program sent it.
        """
        if self._is_write_token(_bearer()):
            return
        if not self.allowed():
            raise ApiError("signed_out", "Sign in, or send the access token as a bearer token.")
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        if origin is not None:
            own = own_origin(origin, self._allowed_origins)
        elif site is not None:
            own = site.strip().lower() == "same-origin"
        else:
            own = self.needed or _is_from_this_machine()
        if not own:
            hint = "A program sends a token, or the header Origin with this server's own address."
            raise ApiError("bad_origin", "Only this server's own page may change decks.", hint=hint)

    def _is_write_token(self, token: str) -> bool:
        right = [hmac.compare_digest(token.encode(), one.encode()) for one in self._write_tokens]
        return bool(token) and any(right)

    def add_cookie(self, response: Response) -> Response:
        """Put the cookie on a response and return it."""
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
    """Return the bearer token of the present request, "" if none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _is_from_this_machine() -> bool:
    """Tell whether the present request came over the loopback interface, and not through a proxy on this machine."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
