"""GET /v1/rates/{rate}/receipt: the cases behind a figure, and whether they add up to it."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.runtime import cursors
from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..domain.receipts import Side
from ..explaining import Explained, Page, Receipt, explain, listed
from ..handlers import Asked
from ..past import AsOf
from ..tables import Language, receipt_table, share_rows
from .as_of import moment
from .desk import AS_OF, AtDesk, Desk, Filters, one_of
from .files import as_large_file
from .spreadsheets import FORMATS, Format
from .told import told

router = APIRouter(tags=["receipts"])
_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"description": "no such rate, basis, period, position or cursor; or more cases than Excel has rows"},
    503: {"description": "the store is away, or what stands behind the figure is still being read: try again"},
}


class WhoseQuery(Filters):
    """Whose receipt."""

    basis: str | None = Field(None, description="cohort, due or flow; without it the rate's first")
    side: Side = Field(
        "numerator",
        description="which cases: numerator, denominator, rest (未达标: in the denominator, not in the numerator), or "
        "left_out with the reason",
    )
    as_of: str | None = Field(None, description=AS_OF)


class ReceiptQuery(WhoseQuery):
    """GET /v1/rates/{rate}/receipt."""

    limit: int = Field(100, ge=1, le=1_000, description="cases on a page")
    cursor: str | None = Field(None, description="`next` of the page before; that page's position stays")


class ReceiptExportQuery(WhoseQuery):
    """GET /v1/rates/{rate}/receipt/export."""

    format: Format = "xlsx"
    lang: Language = Field("zh", description="of heads and words")


class ReceiptPage(Receipt, frozen=True, kw_only=True):
    """A receipt, and the cursor of its next page."""

    next: str | None


class _Place(msgspec.Struct, frozen=True):
    """Where a page begins: of which list, as of when, after which case."""

    rate: str
    side: Side
    as_of: AsOf
    after: str


@router.get("/v1/rates/{rate}/receipt", responses=answer(ReceiptPage, "the receipt, a page of its cases") | _REFUSED)
async def get_receipt(_: Caller, rate: str, query: Annotated[ReceiptQuery, Query()], desk: AtDesk) -> Response:
    """What stands behind a figure. The first page counts the cases again and compares them with the cells."""
    asked = _asked(rate, query, desk)
    page, as_of = Page(side=query.side, limit=query.limit), await moment(query.as_of, asked, desk)
    if query.cursor is not None:
        place = _place(query.cursor, rate, query.side)
        page, as_of = msgspec.structs.replace(page, after=place.after), place.as_of
    found = await _explained(asked, page, as_of, desk)
    following = None
    if found.following is not None:
        following = cursors.written(_Place(rate, query.side, found.as_of, found.following))
    body = ReceiptPage(**_fields(found.receipt), next=following)
    return told(body)


@router.get(
    "/v1/rates/{rate}/receipt/export",
    response_class=Response,
    responses={200: {"description": "a file", "content": {media: {} for _, media in FORMATS.values()}}, **_REFUSED},
)
async def export_receipt(_: Caller, rate: str, query: Annotated[ReceiptExportQuery, Query()], desk: AtDesk) -> Response:
    """One side's cases, all of them, as a file for spreadsheets, in no order.

    CSV is sent as the cases are found, however many there are; a sheet of Excel has 1,048,576 rows.
    """
    asked = _asked(rate, query, desk)
    as_of = await moment(query.as_of, asked, desk)
    if as_of is None:
        mark = desk.counted()  # before it is read: what is counted by then is there
        as_of = AsOf(position=(await desk.cells.read([])).position, mark=mark)
    found = await listed(
        asked,
        query.side,
        evidence=desk.evidence,
        recounts=desk.recounts,
        names=desk.names,
        zone=desk.zone,
        as_of=as_of,
    )
    rows = share_rows(found.parts, query.lang)
    return await as_large_file(receipt_table(found, query.lang), rows, query.format, desk)


def _asked(rate: str, query: WhoseQuery, desk: Desk) -> Asked:
    """Refused, Problem 422: a plain count and a speed have no rest."""
    asked = one_of(query, rate, query.basis, "", desk)
    if query.side == "rest" and asked.row.denominator is None:
        detail = f"{asked.row.id} ({asked.row.name}) is no share, so nothing is left of its denominator"
        sides = [side for side in get_args(Side) if side != "rest"]
        raise Problem(422, "no_such_side", detail, field="side", allowed=sides)
    return asked


async def _explained(asked: Asked, page: Page, as_of: AsOf | None, desk: Desk) -> Explained:
    found = await explain(
        asked,
        page,
        cells=desk.cells,
        evidence=desk.evidence,
        recounts=desk.recounts,
        names=desk.names,
        zone=desk.zone,
        as_of=as_of,
        mark=desk.counted(),
    )
    if found.receipt.agrees is False:
        desk.disagreed(found.receipt)
    return found


def _fields(receipt: Receipt) -> Mapping[str, Any]:
    return {name: getattr(receipt, name) for name in Receipt.__struct_fields__}


def _place(cursor: str, rate: str, side: Side) -> _Place:
    try:
        place = cursors.read(cursor, _Place)
        if (place.rate, place.side) == (rate, side):
            return place
    except cursors.BadCursor:
        pass
    detail = "use `next` of the page before, with the question that it answered; without a cursor it begins anew"
    raise Problem(422, "bad_cursor", detail, field="cursor")
