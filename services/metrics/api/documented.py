"""What OpenAPI says of our answers, taken from the definitions that encode them."""

import re
from typing import Any

import msgspec

_PROBLEM = {
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


def answer(definition: Any, description: str) -> dict[int | str, dict[str, Any]]:
    """The 200 of a route that answers with `definition` as JSON."""
    return {200: {"description": description, "content": {"application/json": {"schema": _inlined(definition)}}}}


def problems(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    """Problem answers: `e422="why"` …"""
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {int(code[1:]): {"description": why, "content": content} for code, why in descriptions.items()}


KEYED = problems(e401="no key, or one that is not known", e403="this key's role may not see this")


def _inlined(definition: Any) -> dict[str, Any]:
    """The schema without references: inside OpenAPI they would point nowhere. Our answers do not recur."""
    (schema,), parts = msgspec.json.schema_components([definition], ref_template="{name}")

    def whole(node: Any) -> Any:
        if isinstance(node, dict):
            if re.fullmatch(r"\w+", str(node.get("$ref", ""))):
                return whole(parts[node["$ref"]])
            return {key: whole(value) for key, value in node.items()}
        return [whole(item) for item in node] if isinstance(node, list) else node

    result: dict[str, Any] = whole(schema)
    return result
