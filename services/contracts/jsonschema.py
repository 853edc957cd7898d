"""JSON Schema (2020-12) of each message, from its one definition."""

import inspect
from typing import Any

import msgspec

from .messages import TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The schema of event type `name`, complete in itself. KeyError where there is no such type."""
    return {"$schema": DIALECT, "$id": f"urn:mingshao:schema:{name}", **tidy(msgspec.json.schema(TYPES[name]))}


def tidy(node: Any) -> Any:
    """The same schema with its descriptions freed of the source's indentation."""
    if isinstance(node, dict):
        return {key: _text(value) if key == "description" else tidy(value) for key, value in node.items()}
    return [tidy(item) for item in node] if isinstance(node, list) else node


def _text(value: Any) -> Any:
    return inspect.cleandoc(value) if isinstance(value, str) else tidy(value)
