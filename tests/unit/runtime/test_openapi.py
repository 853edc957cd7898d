"""The OpenAPI document: shared components, one problem, named operations, who needs a key."""

from typing import Any

import msgspec
import pytest
from fastapi import APIRouter, Response
from fastapi.routing import APIRoute

from services.runtime.openapi import answer, component, document
from services.runtime.problems import install


class Lamp(msgspec.Struct, frozen=True, kw_only=True):
    """A lamp.

    It stands somewhere.
    """

    at: tuple[float, float]
    note: str | None = None
    state: str = "on"


class Lamps(msgspec.Struct, frozen=True, kw_only=True):
    """Many."""

    items: list[Lamp]


def other_lamp() -> type[msgspec.Struct]:
    return msgspec.defstruct("Lamp", [("id", int)], module="elsewhere")


def made(*routers: APIRouter) -> dict[str, Any]:
    from fastapi import FastAPI

    app = FastAPI(title="灯 lamps")
    install(app, {})
    for router in routers:
        app.include_router(router)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return document(app, "lamps", routes, lambda route: route.path.startswith("/v1"))


def lamps(definition: type[msgspec.Struct] = Lamps, path: str = "list_lamps", name: str = "list_lamps") -> APIRouter:
    router = APIRouter()

    @router.get(f"/v1/{path}/{{town}}", name=name, responses=answer(definition, "all of them"))
    async def one(town: int) -> Response:
        return Response(str(town))

    @router.get(f"/open/{path}", name=f"open_{path}")
    async def another() -> Response:
        return Response()

    return router


def test_answers_are_components_shared_by_reference() -> None:
    schemas = made(lamps())["components"]["schemas"]
    assert set(schemas) == {"Lamp", "Lamps", "Problem"}
    assert schemas["Lamps"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Lamp"}
    assert schemas["Lamp"]["description"] == "A lamp.\n\nIt stands somewhere."


def test_forms_that_generators_stumble_over_are_replaced() -> None:
    lamp = made(lamps())["components"]["schemas"]["Lamp"]["properties"]
    assert lamp["at"] == {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}
    assert lamp["note"] == {"type": ["string", "null"]}
    assert lamp["state"] == {"type": "string", "description": '`"on"` where it is left out'}


def test_every_error_is_the_problem() -> None:
    answers = made(lamps())["paths"]["/v1/list_lamps/{town}"]["get"]["responses"]
    assert answers["422"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }


def test_operations_are_named_and_say_whether_they_need_a_key() -> None:
    document = made(lamps())
    keyed, free = (document["paths"][path]["get"] for path in ("/v1/list_lamps/{town}", "/open/list_lamps"))
    assert (keyed["operationId"], keyed["security"]) == ("list_lamps", [{"key": []}])
    assert (free["operationId"], free["security"]) == ("open_list_lamps", [])
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert document["info"]["title"].isascii(), "generators make a package's name of it"
    assert document["servers"]


def test_two_operations_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="two operations are named"):
        made(lamps(), lamps(path="lamps"))


def test_two_definitions_of_one_name_are_an_error() -> None:
    component(other_lamp())
    with pytest.raises(ValueError, match="one name"):
        made(lamps(Lamp, "one", "one_lamp"), lamps(other_lamp(), "other", "other_lamps"))
