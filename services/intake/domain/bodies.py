"""What a caller sends, as it is read from JSON: unknown fields are errors, every error names its field."""

import re
from typing import Annotated, Any, TypeVar, get_args

import msgspec

from services.contracts import limits
from services.contracts.actions import ActionName, CaseRef, Grade, Names
from services.contracts.deadlines import EscalationLevel
from services.contracts.submissions import Urgency
from services.contracts.times import Instant

from .flaws import Flaw

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128, description=f"taken as it is: {limits.LETTERS}")]
Code = Id
"""Of the directory, or of the source's own: one that is not known yet is taken too."""
Short = Annotated[str, msgspec.Meta(max_length=200)]
Body = TypeVar("Body", bound=msgspec.Struct)
MAX_ATTRIBUTES_BYTES = 16_384
TIME = "2026-03-01T08:00:00+08:00"


class PlaceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Degrees, WGS 84. Where no grid is named, it is the one that the point lies in."""

    address: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    grid: Code | None = None


class ReporterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goes to `contacts` only."""

    name: Short | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class SubmissionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /v1/tickets and /v1/opinions."""

    channel: Annotated[str, msgspec.Meta(max_length=64)]
    source_id: Id
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    reported_at: Instant
    category: Code | None = None
    place: PlaceBody | None = None
    reporter: ReporterBody | None = None
    confidential: bool = False
    source_due_at: Instant | None = None
    urgency: Urgency = "normal"
    attributes: dict[str, Any] = {}


class ActionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /v1/cases/{case_id}/actions; in a batch each line has its case_id."""

    case_id: CaseRef | None = None
    action_id: Id
    action: ActionName
    at: Instant
    reason: Annotated[str, msgspec.Meta(max_length=5_000)] | None = None
    text: Annotated[str, msgspec.Meta(max_length=20_000)] | None = None
    category: Code | None = None
    department: Code | None = None
    until: Instant | None = None
    contacted: bool | None = None
    effective: bool | None = None
    solved: bool | None = None
    grade: Grade | None = None
    fields: dict[str, Any] | None = None
    corrects: Id | None = None
    corrects_sender: Code | None = None
    departments: Names = ()
    parties: Names = ()
    party: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    main: CaseRef | None = None
    reached: bool | None = None
    passed: bool | None = None
    evidence: Names = ()
    notice: Annotated[str, msgspec.Meta(max_length=20_000)] | None = None
    level: EscalationLevel | None = None


EXACT = frozenset(
    (
        "source_id",
        "action_id",
        "corrects",
        "corrects_sender",
        "category",
        "grid",
        "department",
        "departments",
        "channel",
    )
)
"""Fields in which two systems must mean the same: ids, codes, names of rows."""


def read(raw: bytes, body: type[Body]) -> Body:
    """Decode one body, and see that all behind can hold it. Flaw."""
    try:
        decoded = msgspec.json.decode(raw, type=body)
        _check("", decoded)
        return decoded
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `")
        field = path.rstrip("`").removeprefix("$").lstrip(".") or None
        if named := re.search(r"(?:required field|unknown field) `([^`]+)`", said):
            field = f"{field}.{named[1]}" if field else named[1]
        if "datetime" in said:
            said = f"{said}: send a time with its offset (RFC 3339), such as {TIME}"
        if said.startswith("Invalid enum value") and field == "action":
            said = f"{said}; there are {', '.join(get_args(ActionName))}"
        raise Flaw("invalid_field", field, said[:2_000]) from error
    except limits.Beyond as error:
        raise Flaw("invalid_field", error.path, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Flaw("bad_json", None, f"not a JSON object in UTF-8: {error}") from error
    except RecursionError as error:
        raise Flaw("bad_json", None, f"nested deeper than anything here may be: {limits.MAX_DEPTH} at most") from error


def _check(path: str, body: msgspec.Struct) -> None:
    for name in body.__struct_fields__:
        value, at = getattr(body, name), f"{path}{name}"
        if isinstance(value, msgspec.Struct):
            _check(f"{at}.", value)
        elif isinstance(value, dict):
            check_free(value, at)
        else:
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str):
                    limits.check_text(at, text)
                    if name in EXACT:
                        limits.check_id(at, text)


def check_free(value: dict[str, Any], field: str) -> None:
    """A free object has a size and a shape. Flaw, Beyond."""
    limits.check_free(field, value)
    if len(msgspec.json.encode(value)) > MAX_ATTRIBUTES_BYTES:
        raise Flaw("too_large", field, f"at most {MAX_ATTRIBUTES_BYTES} bytes of JSON")
