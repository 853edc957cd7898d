"""Writes the directory as files that read back the same: a row a line, without what is as by default."""

from collections.abc import Mapping

import yaml
from yaml.representer import SafeRepresenter

from .rows import Rows, short


def text(there: Mapping[str, Rows]) -> str:
    """YAML of kinds that have rows."""
    plain = {kind: {row_id: short(kind, row) for row_id, row in rows.items()} for kind, rows in there.items() if rows}
    node = SafeRepresenter(default_flow_style=False, sort_keys=False).represent_data(plain)
    for _, rows in node.value:
        for _, row in rows.value:
            _in_a_line(row)
    return str(yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=1_000_000)) if plain else ""


def _in_a_line(node: yaml.Node) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
        for child in node.value:
            for one in child if isinstance(child, tuple) else (child,):
                _in_a_line(one)
