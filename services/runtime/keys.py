"""Bearer keys: who calls, and whether the access table lets that role call this."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from services.contracts.access import ACCESS
from services.contracts.actors import Actor
from services.contracts.directory import Key

from .directory import DirectorySnapshot
from .problems import Problem, unavailable


def key_id(key: str) -> str:
    """A key's id in the directory: its SHA-256 in hex. Keys are 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def caller_of(request: Request) -> Actor:
    """Who calls: by key, or for reading by the cookie of a sign-in, where the service has one. Problem 401, 503."""
    return _known(await key_of(request), request.app.state.directory.snapshot)


async def key_of(request: Request) -> str:
    """The id of the key that was sent, or that the cookie stands for. Problem 401, 503."""
    header, sessions = request.headers.get("authorization"), getattr(request.app.state, "sessions", None)
    if header is None and sessions is not None and request.method == "GET":
        signed_in: str | None = await sessions.key_id(request, request.app.state.directory.snapshot)
        if signed_in is not None:
            return signed_in
    return _sent(header)


def actor_of(authorization: str | None, directory: DirectorySnapshot) -> Actor:
    """Who calls. Problem 401 where the header names no key that we know, 503 where no key is known yet: a caller
    whose key is good must not be told that it is not, only because we have just started."""
    return _known(_sent(authorization), directory)


def _sent(authorization: str | None) -> str:
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Problem(
            401,
            "no_key",
            "send the header Authorization: Bearer <key>",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return key_id(key.strip())


def _known(key: str, directory: DirectorySnapshot) -> Actor:
    if directory.version == 0:
        raise unavailable("the directory with the keys is not read yet", retry_after=1)
    row = directory.get("key", key)
    if not isinstance(row, Key):
        raise Problem(
            401, "unknown_key", "this key is not known or was withdrawn", headers={"WWW-Authenticate": "Bearer"}
        )
    return Actor(role=row.role, subject=row.subject, scopes=tuple(row.scopes))


async def authorized(request: Request) -> Actor:
    """The caller, if the access table lets its role call this endpoint. Problem 401 or 403.

    A coroutine, as all our dependencies are, also where it waits for nothing: FastAPI runs plain ones in threads,
    which cost intake a third of its time.
    """
    actor = await caller_of(request)
    endpoint = f"{request.method} {request.scope['route'].path}"
    roles = ACCESS[request.app.state.service].get(endpoint, ())
    if actor.role not in roles:
        raise Problem(403, "wrong_role", f"{endpoint} is for {', '.join(roles)}; this key is {actor.sender}")
    return actor


Caller = Annotated[Actor, Depends(authorized)]
