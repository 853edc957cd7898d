"""Sign-in of people at a page: a signed cookie that stands for a key, as long as the key itself is good.

It holds the key's id (its hash), never the key, and opens nothing but reading: whatever changes something asks for the
key itself, so that no other site can do it in somebody's name.
"""

import hashlib

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "mingshao_session"
HOURS = 12


class Sessions:
    """`secret` is the same in all instances; whoever has it can make sessions."""

    def __init__(self, secret: str) -> None:
        signing = {"digest_method": hashlib.sha256}
        self._signer = URLSafeTimedSerializer(secret, salt="mingshao.session", signer_kwargs=signing)

    def open(self, response: Response, key_id: str, *, secure: bool) -> None:
        """Set the cookie. `secure` where the page came over TLS."""
        response.set_cookie(
            COOKIE,
            self._signer.dumps(key_id),
            max_age=HOURS * 3600,
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    def close(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")

    def key_id(self, request: Request) -> str | None:
        """Whose key it stands for; None without a cookie, or with one that is not ours or too old."""
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            return None
        try:
            return str(self._signer.loads(cookie, max_age=HOURS * 3600))
        except BadData:
            return None
