"""A table as a download."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from ..tables import Row, Table
from .desk import Desk
from .spreadsheets import FORMATS, Format, Sheet, csv_head, csv_rows


def as_file(table: Table, format: Format, desk: Desk) -> Response:
    """Named by what is in it and when it was made."""
    write, media = FORMATS[format]
    return Response(write(table), media_type=media, headers=_headers(table, format, desk))


async def as_large_file(table: Table, parts: AsyncGenerator[list[Row], None], format: Format, desk: Desk) -> Response:
    """The same of more rows than should be in memory, those of `parts`. What goes wrong at first is still an error of
    the whole; later the file breaks off. TooManyRows."""
    _, media = FORMATS[format]
    headers = _headers(table, format, desk)
    if format == "xlsx":
        return Response(await _sheet(table, parts), media_type=media, headers=headers)
    first: list[Row] = await anext(parts, [])
    return StreamingResponse(_lines(table, first, parts), media_type=media, headers=headers)


async def _lines(table: Table, first: list[Row], parts: AsyncGenerator[list[Row], None]) -> AsyncIterator[bytes]:
    async with aclosing(parts):
        yield csv_head(table) + csv_rows(first, table)
        async for rows in parts:
            yield await asyncio.to_thread(csv_rows, rows, table)


async def _sheet(table: Table, parts: AsyncGenerator[list[Row], None]) -> bytes:
    sheet = Sheet(table, large=True)
    try:
        async with aclosing(parts):
            async for rows in parts:
                await asyncio.to_thread(sheet.add, rows)
    finally:
        # also of one that is not sent: its rows lie in a temporary file
        written = await asyncio.to_thread(sheet.close)
    return written


def _headers(table: Table, format: Format, desk: Desk) -> dict[str, str]:
    """Both kinds of name (RFC 6266): the plain one for clients that know no other."""
    made = f"{desk.clock().astimezone(desk.zone):%Y%m%d-%H%M}.{format}"
    plain, name = f"{table.id}-{made}", quote(f"{table.name}-{made}", safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return {"Content-Disposition": disposition, "Cache-Control": "no-store"}
