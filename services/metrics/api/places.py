"""GET /v1/places: the directory's grids with their polygons, and what they lie in, for the map."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.contracts.directory import Community, Grid, Point, Street
from services.runtime.directory import DirectorySnapshot
from services.runtime.keys import Caller
from services.runtime.openapi import answer

router = APIRouter(tags=["places"])


class GridPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A grid; `polygon` as GeoJSON has a Polygon's coordinates: lon, lat in degrees, WGS 84."""

    id: str
    name: str
    name_en: str
    community: str
    polygon: list[list[Point]]


class CommunityPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A community; its ground is its grids'."""

    id: str
    name: str
    name_en: str
    street: str
    inhabitants: int | None


class StreetPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A street."""

    id: str
    name: str
    name_en: str


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """All of them as the directory has them now, at its `version`."""

    version: int
    grids: list[GridPlace]
    communities: list[CommunityPlace]
    streets: list[StreetPlace]


@router.get("/v1/places", responses=answer(Places, "grids, communities, streets"))
async def get_places(request: Request, _: Caller) -> Response:
    """Where things are. The answer changes with the directory alone."""
    snapshot: DirectorySnapshot = request.app.state.directory.snapshot
    tag = f'"{snapshot.version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode(places(snapshot)), media_type="application/json", headers=headers)


def places(snapshot: DirectorySnapshot) -> Places:
    """In the order of their ids."""
    rows: Mapping[str, Mapping[str, Any]] = snapshot.rows
    return Places(
        version=snapshot.version,
        grids=[
            GridPlace(id=name, name=row.name, name_en=row.name_en, community=row.community, polygon=row.polygon)
            for name, row in sorted(rows.get("grid", {}).items())
            if isinstance(row, Grid)
        ],
        communities=[
            CommunityPlace(id=name, name=row.name, name_en=row.name_en, street=row.street, inhabitants=row.inhabitants)
            for name, row in sorted(rows.get("community", {}).items())
            if isinstance(row, Community)
        ],
        streets=[
            StreetPlace(id=name, name=row.name, name_en=row.name_en)
            for name, row in sorted(rows.get("street", {}).items())
            if isinstance(row, Street)
        ],
    )
