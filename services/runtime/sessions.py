"""Sign-in of people at a page: a cookie that stands for a key, until it is signed out or the key is withdrawn.

The cookie is a random number that says nothing; what it stands for is kept where all instances see it, under the
number's hash, so that signing out ends it everywhere at once, copies too. It opens nothing but reading: whatever
changes something asks for the key itself, so that no other site can do it in somebody's name.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
from fastapi import Request, Response

from services.contracts.actors import Role

from .directory import DirectorySnapshot

COOKIE = "mingshao_session"
HOURS = 12
MAX_OF_KEY = 1_000
"""Of one key, with which many may sign in; of more the oldest end."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in. `id` is the hash of what the cookie holds, `key` the id of the key that was sent, `directory` the
    version of the directory in which it was good."""

    id: str
    key: str
    role: Role
    directory: int
    made_at: datetime
    expires_at: datetime


class SessionRows(Protocol):
    """Where they are kept. Problem 503 where that is away."""

    async def keep(self, session: Session, most: int) -> None:
        """It, and of its key the newest `most`."""

    async def one(self, session_id: str, now: datetime) -> Session | None:
        """None where there is none, or it is over."""

    async def end(self, session_id: str) -> None:
        """From now on there is none."""

    async def end_all(self, key: str) -> None:
        """None of that key."""


class Sessions:
    """What the page's door works with."""

    def __init__(self, rows: SessionRows) -> None:
        self._rows = rows

    async def open(self, response: Response, key_id: str, known: DirectorySnapshot, role: Role, secure: bool) -> None:
        """Keep one and set the cookie. `secure` where the page came over TLS. Problem 503."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        session = Session(
            id=_hashed(token),
            key=key_id,
            role=role,
            directory=known.version,
            made_at=now,
            expires_at=now + timedelta(hours=HOURS),
        )
        await self._rows.keep(session, MAX_OF_KEY)
        response.set_cookie(
            COOKIE, token, max_age=HOURS * 3600, path="/", secure=secure, httponly=True, samesite="strict"
        )

    async def close(self, request: Request, response: Response) -> None:
        """End it, and take the cookie back. Problem 503: it is not ended."""
        if token := request.cookies.get(COOKIE):
            await self._rows.end(_hashed(token))
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")

    async def key_id(self, request: Request, known: DirectorySnapshot) -> str | None:
        """Whose key it stands for; None without a cookie, or with one that is none of ours or over. Problem 503."""
        token = request.cookies.get(COOKIE)
        session = await self._rows.one(_hashed(token), datetime.now(UTC)) if token else None
        if session is None:
            return None
        # withdrawn, not only unread yet by this process: it ends for good, should the key ever come back
        if known.version >= session.directory and known.get("key", session.key) is None:
            await self._rows.end_all(session.key)
        return session.key


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
