"""The first page: static files from the package, loaded once, no key needed; the page asks for one."""

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from services.runtime.problems import Problem

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
    "Cache-Control": "no-cache",
}
_FILES: dict[str, bytes] = {
    entry.name: entry.read_bytes()
    for entry in files("services.metrics").joinpath("dashboard").iterdir()
    if entry.name.rpartition(".")[2] in _TYPES
}

router = APIRouter(tags=["page"])


@router.get("/", responses={200: {"description": "the page", "content": {"text/html": {}}}})
async def get_page(request: Request) -> Response:
    """The live page."""
    return _file("index.html", request)


@router.get(
    "/static/{path:path}",
    responses={200: {"description": "a file of the page"}, 404: {"description": "no such file"}},
)
async def get_static(path: str, request: Request) -> Response:
    """One of the page's files; only those that came with the package."""
    return _file(path, request)


def _file(name: str, request: Request) -> Response:
    body = _FILES.get(name)
    if body is None:
        raise Problem(404, "no_such_file", f"the page has no file {name!r}")
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**_SAFE, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
