"""Rows name each other: whom they name is there, and is what it has to be."""

from collections.abc import Iterator, Mapping, Set

import msgspec

from services.contracts.directory import Alert, Category, Key, Post, Row, Street

from .flaw import Flaw, flaw

Rows = Mapping[str, Mapping[str, Row]]


class Reference(msgspec.Struct, frozen=True):
    """`field` of rows of `kind` is the id of a row of one of `targets`."""

    kind: str
    field: str
    targets: tuple[str, ...]


REFERENCES = (
    Reference("department", "parent", ("department",)),
    Reference("department", "calendar", ("calendar",)),
    Reference("department", "successor", ("department",)),
    Reference("category", "parent", ("category",)),
    Reference("category", "department", ("department",)),
    Reference("policy", "channel", ("channel",)),
    Reference("policy", "category", ("category",)),
    Reference("policy", "department", ("department",)),
    Reference("street", "chief", ("post",)),
    Reference("community", "street", ("street",)),
    Reference("grid", "community", ("community",)),
    Reference("post", "of", ("department", "street", "community", "grid")),
)


def reference_flaws(rows: Rows, gone: Set[tuple[str, str]]) -> Iterator[Flaw]:
    """Of all rows; `gone` are those (kind, id) that this change removes."""
    for reference in REFERENCES:
        for row_id, row in rows.get(reference.kind, {}).items():
            yield from _dangling(reference, row_id, getattr(row, reference.field), rows, gone)
    departments = Reference("key", "subject", ("department",))
    for row_id, row in rows.get("key", {}).items():
        if isinstance(row, Key) and row.role == "department":
            yield from _dangling(departments, row_id, row.subject, rows, gone)
    assessments = Reference("alert", "rule.assessment", ("assessment",))
    for row_id, row in rows.get("alert", {}).items():
        if isinstance(row, Alert):
            yield from _dangling(assessments, row_id, getattr(row.rule, "assessment", None), rows, gone)
    yield from _chiefs(rows)
    yield from _closed(rows)


def history_flaws(rows: Rows, told: Set[str]) -> Iterator[Flaw]:
    """A history that is declared ended is that of a source. Asked only of those that are `told` now: a source's key
    may be withdrawn later."""
    sources = {row.subject for row in rows.get("key", {}).values() if isinstance(row, Key) and row.role == "source"}
    for row_id in sorted(told & rows.get("history", {}).keys() - sources):
        yield flaw(
            "history", row_id, "id", "unknown_reference",
            f"没有来源 {row_id} 的密钥；编号须是来源的名称", f"no key of a source {row_id}: the id is that of a source",
        )  # fmt: skip


def _dangling(
    reference: Reference, row_id: str, named: str | None, rows: Rows, gone: Set[tuple[str, str]]
) -> Iterator[Flaw]:
    if named is None or any(named in rows.get(target, {}) for target in reference.targets):
        return
    what = " / ".join(reference.targets)
    if any((target, named) in gone for target in reference.targets):
        yield flaw(
            reference.kind, row_id, reference.field, "in_use",
            f"{reference.kind} {row_id} 还在引用要删除的 {named}；先改掉它",
            f"{reference.kind} {row_id} still names {named}, which is to be removed: change that first",
        )  # fmt: skip
    else:
        yield flaw(
            reference.kind, row_id, reference.field, "unknown_reference",
            f"没有 {named}（{what}）；先登记它，或改正", f"there is no {what} {named}: set it too, or name another",
        )  # fmt: skip


def _chiefs(rows: Rows) -> Iterator[Flaw]:
    for row_id, row in rows.get("street", {}).items():
        post = rows.get("post", {}).get(row.chief or "") if isinstance(row, Street) else None
        if isinstance(post, Post) and isinstance(row, Street) and post.role != "street_chief":
            yield flaw(
                "street", row_id, "chief", "wrong_role",
                f"岗位 {row.chief} 的角色是 {post.role}；街长的岗位须是 street_chief",
                f"post {row.chief} has the role {post.role}: a chief's is street_chief",
            )  # fmt: skip


def _closed(rows: Rows) -> Iterator[Flaw]:
    successors = {name: getattr(row, "successor", None) for name, row in rows.get("department", {}).items()}
    for row_id, row in rows.get("category", {}).items():
        if isinstance(row, Category) and (successor := successors.get(row.department or "")):
            yield flaw(
                "category", row_id, "department", "closed_department",
                f"{row.department} 已并入 {successor}；改为 {successor}",
                f"{row.department} is closed, its successor is {successor}: name that one, in the same change",
            )  # fmt: skip
