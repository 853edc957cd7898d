"""Rows of a newer version: what this version does not know of them is left out, and the rest is as strict as ever."""

from typing import Any, TypeVar

import msgspec
from msgspec import inspect

T = TypeVar("T", bound=msgspec.Struct)


def converted(value: Any, definition: type[T]) -> tuple[T, list[str]]:
    """`value` as a `definition`, and the paths of the fields that it has too many. msgspec.ValidationError where what
    is left is none."""
    unknown: list[str] = []
    known = _known(value, inspect.type_info(definition), "", unknown)
    return msgspec.convert(known, definition), unknown


def _known(value: Any, kind: inspect.Type, path: str, unknown: list[str]) -> Any:
    match kind:
        case inspect.StructType() if isinstance(value, dict):
            fields = {field.encode_name: field.type for field in kind.fields}
            if kind.tag_field is not None:
                fields[kind.tag_field] = inspect.AnyType()
            unknown += [f"{path}{name}" for name in value if name not in fields]
            return {
                name: _known(item, fields[name], f"{path}{name}.", unknown)
                for name, item in value.items()
                if name in fields
            }
        case inspect.ListType() | inspect.VarTupleType() if isinstance(value, list):
            return [_known(item, kind.item_type, path, unknown) for item in value]
        case inspect.DictType() if isinstance(value, dict):
            return {name: _known(item, kind.value_type, f"{path}{name}.", unknown) for name, item in value.items()}
        case inspect.UnionType():
            chosen = _chosen(value, kind)
            return value if chosen is None else _known(value, chosen, path, unknown)
    return value


def _chosen(value: Any, kind: inspect.UnionType) -> inspect.Type | None:
    """Which of several a value is meant as: by its tag, else the one that is a struct, a list or a mapping as it is."""
    for one in kind.types:
        if isinstance(one, inspect.StructType) and isinstance(value, dict):
            if one.tag_field is None or value.get(one.tag_field) == one.tag:
                return one
        elif isinstance(one, inspect.ListType | inspect.VarTupleType) and isinstance(value, list):
            return one
    return None
