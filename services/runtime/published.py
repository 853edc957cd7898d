"""The published language over HTTP: the AsyncAPI document and the JSON Schema of each message, for who subscribes.

They are the same in every service, and need no key: what is secret is in the topics, not in their form.
"""

from functools import cache
from typing import Any

from fastapi import APIRouter, Response

from services.contracts.export import exported

from .problems import Problem

router = APIRouter(tags=["contracts"])
_JSON: dict[str, Any] = {"content": {"application/json": {"schema": {"type": "object"}}}}
_CACHED = {"Cache-Control": "public, max-age=300"}


@router.get("/asyncapi.json", responses={200: _JSON | {"description": "AsyncAPI 3.0: topics, keys, messages"}})
async def get_asyncapi() -> Response:
    """What goes over Kafka: each topic with who writes and reads it, its key, its messages and their schemas."""
    return _file("asyncapi.json")


@router.get(
    "/schemas/{name}",
    responses={200: _JSON | {"description": "JSON Schema 2020-12"}, 404: {"description": "no message of that name"}},
)
async def get_schema(name: str) -> Response:
    """The JSON Schema of one message by its `ce_type`, such as `mingshao.case.fact.v1`."""
    if name == "asyncapi" or f"{name}.json" not in _files():
        known = sorted(file.removesuffix(".json") for file in _files() if file != "asyncapi.json")
        raise Problem(404, "no_such_schema", f"no message {name!r}; `allowed` lists those there are", allowed=known)
    return _file(f"{name}.json")


def _file(name: str) -> Response:
    return Response(_files()[name], media_type="application/json", headers=_CACHED)


@cache
def _files() -> dict[str, str]:
    return exported()
