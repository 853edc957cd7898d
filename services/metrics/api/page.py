"""The pages: built files from the package, loaded and compressed once, no key needed; the desk's page asks for one."""

import gzip
import hashlib
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.runtime.http.parameters import LinkedRoute
from services.runtime.problems import Problem

from .board import require_public

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_SAFE = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
BUILT = files("services.metrics").joinpath("dashboard", "dist")
_FILES: dict[str, bytes] = (
    {one.name: one.read_bytes() for one in BUILT.iterdir() if one.name.rpartition(".")[2] in _TYPES}
    if BUILT.is_dir()
    else {}
)

_COMPRESSED = {name: gzip.compress(body, mtime=0) for name, body in _FILES.items()}

router = APIRouter(tags=["page"], route_class=LinkedRoute)
_NOT_BUILT: dict[int | str, dict[str, Any]] = {503: {"description": "the page was not built"}}


@router.get(
    "/",
    response_class=HTMLResponse,
    responses={200: {"description": "the page", "content": {"text/html": {}}}, **_NOT_BUILT},
)
async def get_page(request: Request) -> Response:
    """The desk's page."""
    return _file("index.html", request)


@router.get(
    "/public",
    response_class=HTMLResponse,
    responses={
        200: {"description": "the public board", "content": {"text/html": {}}},
        404: {"description": "this deployment has none"},
        **_NOT_BUILT,
    },
)
async def get_public_page(request: Request) -> Response:
    """The public board's page."""
    require_public(request)
    return _file("public.html", request)


@router.get(
    "/static/{path:path}",
    response_class=Response,
    responses={
        200: {"description": "a file of the pages"},
        404: {"description": "no such file"},
        **_NOT_BUILT,
    },
)
async def get_static(path: str, request: Request) -> Response:
    """One of the pages' files; only those that came with the package."""
    return _file(path, request)


def _file(name: str, request: Request) -> Response:
    if not _FILES:
        raise Problem(503, "page_not_built", "the page was not built: run `make page`, then start metrics again")
    body = _FILES.get(name)
    if body is None:
        raise Problem(404, "no_such_file", f"the page has no file {name!r}")
    kind, compressed = name.rpartition(".")[2], "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}{"-gzip" if compressed else ""}"'
    # what is built carries its hash in its name, so it never changes
    lasting = "public, max-age=31536000, immutable" if kind in ("js", "css") else "no-cache"
    headers = {**_SAFE, "ETag": tag, "Cache-Control": lasting, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if compressed:
        body, headers = _COMPRESSED[name], headers | {"Content-Encoding": "gzip"}
    return Response(body, media_type=_TYPES[kind], headers=headers)
