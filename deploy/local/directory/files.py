"""Reads directory files: `kind:` at the top, then id → row, null to remove it; several kinds in a file if you like.

A flaw is told with its file and line: what this side can see, and what the service says of kind, id and field.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from services.contracts.directory import ROW_TYPES

from ..errors import LocalError
from .rows import Rows, filled

SHOWN = 30


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and where: `place` is file and line, empty for a row that is in no file."""

    place: str
    what: str
    detail: str


class Files:
    """Kind → id → row with all fields filled in, None to remove it; and where each stands."""

    def __init__(self) -> None:
        self.rows: dict[str, Rows] = {}
        self.flaws: list[Flaw] = []
        self._nodes: dict[tuple[str, str], tuple[Path, yaml.Node, yaml.Node]] = {}

    def place(self, kind: str, row_id: str, field: str = "") -> str:
        """`categories.yaml:12`: the field's line or, where that is not written, the row's; empty for none of ours."""
        if (kind, row_id) not in self._nodes:
            return ""
        path, key, node = self._nodes[kind, row_id]
        return f"{path}:{_line(key, node, field)}"

    def read(self, path: Path) -> None:
        """One file more; what is wrong with it is among the flaws."""
        loader = None
        try:
            # utf-8-sig: what Windows editors write
            loader = yaml.CSafeLoader(path.read_text(encoding="utf-8-sig"))
            node = loader.get_single_node()
            for key, rows in _pairs(node, f"{path}: kind → id → row") if node is not None else ():
                self._kind(path, loader, key, rows)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self._flaw(f"{path}:{line}", "YAML", f"{error.problem or error.context}")
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._flaw(f"{path}", "YAML", str(error))
        finally:
            if loader is not None:
                loader.dispose()

    def _kind(self, path: Path, loader: Any, key: yaml.Node, rows: yaml.Node) -> None:
        if (kind := key.value) not in ROW_TYPES:
            known = ", ".join(ROW_TYPES)
            self._flaw(f"{path}:{key.start_mark.line + 1}", kind, f"没有这类目录；可用 {known} / no such kind")
            return
        for row_key, node in _pairs(rows, "id → row"):
            place, what = f"{path}:{row_key.start_mark.line + 1}", f"{kind}/{row_key.value}"
            if (kind, row_key.value) in self._nodes:
                there = self.place(kind, row_key.value)
                self._flaw(place, what, f"同一编号已在 {there} / this id stands in {there} already")
                continue
            self._nodes[kind, row_key.value] = path, row_key, node
            for twice in _twice(node):
                self._flaw(f"{path}:{twice.start_mark.line + 1}", what, f"{twice.value} 写了两次 / is written twice")
            self._row(kind, row_key.value, loader.construct_object(node, deep=True))

    def _row(self, kind: str, row_id: str, row: Any) -> None:
        try:
            self.rows.setdefault(kind, {})[row_id] = None if row is None else filled(kind, row)
        except msgspec.ValidationError as error:
            text, _, at = str(error).partition(" - at `$")
            field = at.strip("`.")
            what = f"{kind}/{row_id}" + f" {field}" * bool(field)
            self._flaw(self.place(kind, row_id, field or _named(text)), what, f"有误，请改正 / {text}")

    def _flaw(self, place: str, what: str, detail: str) -> None:
        self.flaws.append(Flaw(place=place, what=what, detail=detail))


def read(paths: Sequence[Path]) -> Files:
    """All of these files, and of folders their *.yaml. LocalError with every flaw, by file and line."""
    files = Files()
    for path in paths:
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else (path,):
            files.read(file)
    if files.flaws:
        raise wrong(files.flaws)
    return files


def wrong(flaws: Sequence[Flaw], more: int = 0) -> LocalError:
    """The error that tells the first of them, and how many there are with `more` that are not known here."""
    lines = [f"{flaw.place or '-'}  {flaw.what}: {flaw.detail}" for flaw in flaws[:SHOWN]]
    total = len(flaws) + more
    if total > len(lines):
        lines.append(f"… {total - len(lines)}")
    said = "\n".join(lines)
    return LocalError(
        f"目录有 {total} 处错误，未作任何更改。请按下列位置改正：",
        f"{total} flaws, nothing was changed. Mend these places:\n{said}",
    )


def _pairs(node: yaml.Node, form: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Of a mapping whose keys are words, taken as they are written: `no` is an id, not False."""
    if isinstance(node, yaml.ScalarNode) and node.value in ("", "~", "null"):
        return
    if not isinstance(node, yaml.MappingNode):
        raise yaml.MarkedYAMLError(problem=f"应为 {form} / this should be {form}", problem_mark=node.start_mark)
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="编号须是一个词 / an id is one word", problem_mark=key.start_mark)
        yield key, value


def _twice(node: yaml.Node) -> Iterator[yaml.Node]:
    """Keys that a mapping has twice: YAML would keep the last in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


def _line(key: yaml.Node, node: yaml.Node, field: str) -> int:
    """Of the last part of `limits.reply.hours` or `polygon[0][3]` that is written."""
    line = key.start_mark.line
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field):
        if isinstance(node, yaml.MappingNode) and name and not index:
            found = [(one, value) for one, value in node.value if one.value == name]
            if not found:
                break
            line, node = found[0][0].start_mark.line, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            node = node.value[int(index)]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


def _named(text: str) -> str:
    """The field that a message speaks of, such as an unknown one."""
    found = re.search("field `([^`]+)`", text)
    return found.group(1) if found else ""
