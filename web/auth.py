"""ACCESS_TOKEN and INGEST_TOKEN: checks the cookie of a signed-in browser and the bearer token of a script.

Without ACCESS_TOKEN everybody may read. The cookie is signed with a key derived from SECRET_KEY and the token, so that
every web process accepts it after any restart, and none does once the token changed.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipeline.settings import Settings
from web.api_errors import ApiError

COOKIE = "murmur"
COOKIE_DAYS = 30


class Auth:
    """Checks the token of a request, in its cookie or its Authorization header."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.access_token
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
        right = [hmac.compare_digest(token.encode(), one.encode()) for one in self._write_tokens]
        if not any(right):
            raise ApiError("bad_token", "This is not the right token.")

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
