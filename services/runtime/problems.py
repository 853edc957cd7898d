"""Errors over HTTP as RFC 9457 problem details: what is wrong, where, and what to do."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from .logs import get_logger

MEDIA_TYPE = "application/problem+json"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
    },
}
"""Of every problem, for OpenAPI."""


class Problem(Exception):
    """An answer that is an error. `code` is stable, `detail` is for people; members name `field`, `line` …"""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def body(self) -> dict[str, Any]:
        """The problem's JSON object."""
        return {
            "type": f"urn:mingshao:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **{name: value for name, value in self.members.items() if value is not None},
        }

    def response(self) -> Response:
        """The HTTP answer."""
        return Response(
            msgspec.json.encode(self.body()), status_code=self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def unavailable(what: str, retry_after: int = 5) -> Problem:
    """503: something we need is away; try again in `retry_after` seconds."""
    return Problem(503, "unavailable", what, headers={"Retry-After": str(retry_after)})


def answered(request: Request, problem: Problem) -> Response:
    """The answer; the caller learns that it may try again, whoever runs the service, why."""
    if problem.status >= 500 and (cause := _root(problem)) is not problem:
        get_logger(__name__).warning(
            problem.code, path=request.scope["path"], because=f"{type(cause).__name__}: {cause}"
        )
    return problem.response()


Troubles = Mapping[type[Exception], Callable[[Any], Problem]]
"""What a service's own errors are over HTTP."""


def install(app: FastAPI, troubles: Troubles) -> None:
    """Every error leaves `app` as a problem."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answered(request, error)

    async def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [{"field": ".".join(map(str, item["loc"])), "detail": item["msg"]} for item in error.errors()]
        detail = "; ".join(f"{item['field']}: {item['detail']}" for item in errors)
        return Problem(422, "invalid_request", detail, field=errors[0]["field"], errors=errors).response()

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return Problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {})).response()

    async def on_bug(request: Request, error: Exception) -> Response:
        get_logger(__name__).error("unhandled", path=request.scope["path"], exc_info=error)
        return Problem(500, "internal_error", "an error of ours; it is in the service's log").response()

    async def on_trouble(request: Request, error: Exception) -> Response:
        told = next(tell for kind, tell in troubles.items() if isinstance(error, kind))(error)
        told.__cause__ = error
        return answered(request, told)

    for kind in troubles:
        app.add_exception_handler(kind, on_trouble)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_bug)


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
