"""What OpenAPI says of our answers, taken from the definitions that encode them."""

import re
from typing import Any

import msgspec


def answer(definition: Any, description: str) -> dict[int | str, dict[str, Any]]:
    """The 200 of a route that answers with `definition` as JSON."""
    return {200: {"description": description, "content": {"application/json": {"schema": _inlined(definition)}}}}


def _inlined(definition: Any) -> dict[str, Any]:
    """The schema without references: inside OpenAPI they would point nowhere. Our answers do not recur."""
    (schema,), parts = msgspec.json.schema_components([definition], ref_template="{name}")

    def whole(node: Any) -> Any:
        if isinstance(node, dict):
            if re.fullmatch(r"\w+", str(node.get("$ref", ""))):
                return whole(parts[node["$ref"]])
            if "prefixItems" in node:  # our tuples are pairs of one kind, and some readers of OpenAPI know no others
                first = node["prefixItems"][0]
                node = {key: value for key, value in node.items() if key != "prefixItems"} | {"items": first}
            return {key: whole(value) for key, value in node.items()}
        return [whole(item) for item in node] if isinstance(node, list) else node

    result: dict[str, Any] = whole(schema)
    return result
