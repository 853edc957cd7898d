"""A service's OpenAPI 3.1 document, made so that generators of clients understand all of it.

https://spec.openapis.org/oas/v3.1.0

What a route answers and takes is a msgspec definition; `component` stands for it until the document is made. Every
definition is then one shared component under its own name, every error is the one `Problem`, every operation is named
after its function, and whatever asks for a key says so.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.contracts.jsonschema import tidy

from . import problems

COMPONENTS = "#/components/schemas/"
_PLACEHOLDER = "#/definitions/"
_definitions: dict[str, Any] = {}
_BEARER = {"type": "http", "scheme": "bearer", "description": "密钥 the key that was given out: `Bearer <key>`"}


def component(definition: type[msgspec.Struct]) -> dict[str, str]:
    """A schema that refers to `definition`; it becomes a component of every document that has it."""
    key = f"{definition.__module__}.{definition.__qualname__}"
    _definitions[key] = definition
    return {"$ref": _PLACEHOLDER + key}


def answer(definition: type[msgspec.Struct], description: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The entry of `responses` for a route that answers with `definition` as JSON."""
    return {
        status: {"description": description, "content": {"application/json": {"schema": component(definition)}}},
    }


def document(
    app: FastAPI, service: str, routes: Sequence[APIRoute], asks_for_key: Callable[[APIRoute], bool]
) -> dict[str, Any]:
    """The whole document of the service's `routes`. ValueError where two operations or two definitions would have one
    name."""
    made = get_openapi(
        title=f"mingshao-{service}",
        version=version("mingshao"),
        openapi_version="3.1.0",
        description=app.description or app.title,
        routes=app.routes,
        servers=[{"url": "/", "description": "本服务 this service"}],
    )
    _name_operations(made, routes, asks_for_key)
    for operation in _operations(made):
        for status, response in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                response["content"] = {problems.MEDIA_TYPE: {"schema": {"$ref": COMPONENTS + "Problem"}}}
    parts = made.setdefault("components", {}).get("schemas", {})
    made["components"]["schemas"] = {
        name: schema for name, schema in parts.items() if name not in ("HTTPValidationError", "ValidationError")
    } | {"Problem": problems.SCHEMA}
    made["components"]["securitySchemes"] = {"key": _BEARER}
    return _with_components(made)


def _operations(made: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for path in made["paths"].values() for operation in path.values())


def _name_operations(
    made: Mapping[str, Any], routes: Sequence[APIRoute], asks_for_key: Callable[[APIRoute], bool]
) -> None:
    """Each by its function's name, and with the key that it asks for."""
    seen: set[str] = set()
    for route in routes:
        if not route.include_in_schema:
            continue
        if route.name in seen:
            raise ValueError(f"two operations are named {route.name}: rename the function of {route.path}")
        seen.add(route.name)
        for method in (route.methods or set()) - {"HEAD"}:
            operation = made["paths"][route.path_format][method.lower()]
            operation["operationId"] = route.name
            operation["security"] = [{"key": []}] if asks_for_key(route) else []


def _with_components(made: dict[str, Any]) -> dict[str, Any]:
    """Every definition that is referred to, once, and its own parts; schemas in forms that generators know."""
    wanted = sorted({key for key in _references(made) if key in _definitions})
    _, parts = msgspec.json.schema_components([_definitions[key] for key in wanted], ref_template=COMPONENTS + "{name}")
    names = {key: _definitions[key].__name__ for key in wanted}
    if len(set(names.values())) < len(names) or any("." in name for name in parts):
        raise ValueError(f"two definitions have one name among {sorted(parts)}: rename one of them")
    schemas = {name: _without_defaults(tidy(schema)) for name, schema in sorted(parts.items())}
    made["components"]["schemas"] = made["components"]["schemas"] | schemas
    whole: dict[str, Any] = _plain(made, names)
    return whole


def _without_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """What a field is where it is left out, said in words: a generator takes a field with a `default` for one that is
    always there, so that callers would have to send all of them, and would read what an answer leaves out."""
    fields = {}
    for name, field in schema.get("properties", {}).items():
        kept = {key: value for key, value in field.items() if key != "default"}
        if field.get("default") not in (None, "", [], {}):
            said = f"`{json.dumps(field['default'], ensure_ascii=False)}` where it is left out"
            kept["description"] = f"{kept['description']}; {said}" if "description" in kept else said
        fields[name] = kept
    return schema | {"properties": fields} if fields else schema


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(_PLACEHOLDER):
            yield reference.removeprefix(_PLACEHOLDER)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _plain(node: Any, names: Mapping[str, str]) -> Any:
    """The same with references resolved to components, and three forms replaced that generators stumble over: pairs
    by position, "this or null" of a scalar, choices without a type."""
    if isinstance(node, list):
        return [_plain(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _plain(value, names) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_PLACEHOLDER):
        return {"$ref": COMPONENTS + names[reference.removeprefix(_PLACEHOLDER)]}
    if isinstance(kinds := node.pop("prefixItems", None), list):
        node["items"] = kinds[0] if all(kind == kinds[0] for kind in kinds) else {"anyOf": kinds}
    if isinstance(values := node.get("enum"), list) and "type" not in node:
        node["type"] = "string" if all(isinstance(value, str) for value in values) else "integer"
    choices = node.get("anyOf")
    if isinstance(choices, list) and len(choices) == 2 and {"type": "null"} in choices:
        (other,) = [choice for choice in choices if choice != {"type": "null"}]
        if isinstance(other.get("type"), str) and "enum" not in other:
            del node["anyOf"]
            return node | other | {"type": [other["type"], "null"]}
    return node
