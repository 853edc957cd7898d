"""POST and DELETE /v1/session: people sign in at the page with their key once."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.access import ACCESS
from services.contracts.actors import Role
from services.runtime.keys import Caller, actor_of, key_id
from services.runtime.openapi import answer
from services.runtime.problems import Problem
from services.runtime.sessions import Sessions

router = APIRouter(tags=["session"])
_READS = "GET /v1/rates"


class SignIn(BaseModel):
    """The key, as it was given out."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=512)


async def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


AtDoor = Annotated[Sessions, Depends(_sessions)]


@router.post(
    "/v1/session",
    status_code=204,
    responses={
        204: {"description": "signed in: an HttpOnly cookie for twelve hours, good for reading alone"},
        400: {"description": "the body cannot be read"},
        401: {"description": "no such key"},
        403: {"description": "a key that may not see figures, or a page of another site"},
        422: {"description": "no key was sent"},
        503: {"description": "the keys are not read yet, or the store is away: try again"},
    },
)
async def sign_in(request: Request, body: Annotated[SignIn, Body()], sessions: AtDoor) -> Response:
    """Keep a key's sign-in in a cookie. Only for pages of this site."""
    _same_site(request)
    known = request.app.state.directory.snapshot
    actor = actor_of(f"Bearer {body.key.strip()}", known)
    if actor.role not in (roles := ACCESS["metrics"][_READS]):
        raise Problem(403, "wrong_role", f"figures are for {', '.join(roles)}; this key is {actor.sender}")
    answer = Response(status_code=204)
    secure = request.scope["scheme"] == "https"
    await sessions.open(answer, key_id(body.key.strip()), known, actor.role, secure)
    return answer


@router.delete(
    "/v1/session",
    status_code=204,
    responses={
        204: {"description": "signed out: the cookie opens nothing more, nor does a copy of it"},
        403: {"description": "a page of another site"},
        503: {"description": "the store is away: not signed out, try again"},
    },
)
async def sign_out(request: Request, sessions: AtDoor) -> Response:
    """End the sign-in everywhere, and take the cookie back."""
    _same_site(request)
    answer = Response(status_code=204)
    await sessions.close(request, answer)
    return answer


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key it is; `subject` is the source or the department, null for the desks."""

    role: Role
    subject: str | None


@router.get("/v1/session", responses=answer(SignedIn, "who is signed in"))
async def get_session(caller: Caller) -> Response:
    """The caller's role, by cookie or key."""
    told = SignedIn(role=caller.role, subject=caller.subject)
    return Response(msgspec.json.encode(told), media_type="application/json", headers={"Cache-Control": "no-store"})


def _same_site(request: Request) -> None:
    """Browsers say where a request comes from; what is no browser says nothing, and has no cookies of anybody."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "another_site", "sign in at this page itself, not through another site")
