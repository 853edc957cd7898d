"""A table as a download."""

from urllib.parse import quote

from fastapi import Response

from ..tables import Table
from .desk import Desk
from .spreadsheets import FORMATS, Format


def as_file(table: Table, format: Format, desk: Desk) -> Response:
    """Named by what is in it and when it was made."""
    write, media = FORMATS[format]
    name = quote(f"{table.name}-{desk.clock().astimezone(desk.zone):%Y%m%d-%H%M}.{format}")
    return Response(
        write(table),
        media_type=media,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
    )
