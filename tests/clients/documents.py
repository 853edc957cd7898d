"""The OpenAPI documents of all services, made without starting any."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from services.intake import api as intake
from services.metrics import api as metrics
from services.notify import api as notify
from services.routing import api as routing
from services.runtime import dead_api
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.web import build_app

ROUTERS: Mapping[str, Sequence[APIRouter]] = {
    "intake": intake.routers,
    "routing": (*routing.routers, dead_api.router),
    "notify": (notify.router, dead_api.router),
    "metrics": (*metrics.routers, dead_api.router),
    "evidence": (dead_api.router,),
}


def document(service: str) -> dict[str, Any]:
    """As GET /openapi.json gives it."""
    health = Health(service, "documented")
    app = build_app(
        service,
        title=f"鸣哨 {service}",
        routers=ROUTERS[service],
        health=health,
        directory=Directory("nowhere:1", health),
        resources={},
    )
    return app.openapi()
