"""What is said of an address that there is not, and of a method that an address does not know."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from ..problems import Problem

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
"""In the order in which they are listed."""


def install(app: FastAPI, routes: Sequence[APIRoute]) -> None:
    """No redirect to the right address, which would have to be made of what the caller says that our name is."""

    async def nowhere(request: Request, _: Exception) -> Response:
        path = request.scope["path"]
        right = path.rstrip("/")
        if right != path and any(_fits(route, right) for route in routes):
            detail = f"there is no final slash in this address: {right[:500]}"
        else:
            detail = "there is nothing at this address; /openapi.json lists those there are"
        return Problem(404, "not_found", detail).response()

    async def not_so(request: Request, _: Exception) -> Response:
        known = {method for route in routes if _fits(route, request.scope["path"]) for method in route.methods or ()}
        allowed = [method for method in METHODS if method in known or (method == "HEAD" and "GET" in known)]
        detail = f"{request.scope['method'][:20]} is nothing to do here; there are {', '.join(allowed)}"
        headers = {"Allow": ", ".join(allowed)}
        return Problem(405, "method_not_allowed", detail, headers=headers, allowed=allowed).response()

    handlers: dict[int, Callable[[Request, Any], Any]] = {404: nowhere, 405: not_so}
    for status, handler in handlers.items():
        app.add_exception_handler(status, handler)


def _fits(route: APIRoute, path: str) -> bool:
    return route.path_regex.match(path) is not None
