"""Which role may call what: one table for every endpoint of every service; a test walks all of it.

Own-only limits (a department's own cases, a source's own) are beside the row, enforced where the data is.
"""

from .actors import Role

_ACTING: tuple[Role, ...] = ("source", "department", "dispatcher", "supervisor", "followup")
_READING: tuple[Role, ...] = (*_ACTING, "admin")
_DESK: tuple[Role, ...] = ("dispatcher", "supervisor", "admin")
_VIEWING: tuple[Role, ...] = ("dashboard", "dispatcher", "supervisor", "followup", "admin")
_ADMIN: tuple[Role, ...] = ("admin",)

# "METHOD path" → roles; () means no key is asked
_OPEN: dict[str, tuple[Role, ...]] = {
    "GET /healthz": (), "GET /readyz": (), "GET /metrics": (), "GET /openapi.json": (),
    "GET /asyncapi.json": (), "GET /schemas/{name}": (),
}  # fmt: skip
_DEAD: dict[str, tuple[Role, ...]] = {
    "GET /v1/dead": _ADMIN,
    "GET /v1/dead/{dead_id}": _ADMIN,
    "POST /v1/dead/{dead_id}/replay": _ADMIN,
}

ACCESS: dict[str, dict[str, tuple[Role, ...]]] = {
    "intake": _OPEN
    | {
        "POST /v1/tickets": ("source",),
        "POST /v1/opinions": ("source",),
        "POST /v1/tickets/batch": ("source",),
        "POST /v1/opinions/batch": ("source",),
        "POST /v1/cases/{case_id}/actions": _ACTING,
        "POST /v1/actions": _ACTING,
    },
    "routing": _OPEN
    | _DEAD
    | {
        "GET /v1/cases": _READING,  # source and department: their own
        "GET /v1/cases/{case_id}": _READING,  # the same
        "GET /v1/cases/{case_id}/actions/{action_id:path}": _READING,  # the same
        "GET /v1/queue": _DESK,
        # kind `key`: admin; source and department: what they must name
        "GET /v1/directory/{kind}": ("source", "department", *_VIEWING),
        "GET /v1/directory/{kind}/{row_id}": ("source", "department", *_VIEWING),  # the same
        "PUT /v1/directory": _ADMIN,
        "PUT /v1/directory/{kind}": _ADMIN,
        "PUT /v1/directory/{kind}/{row_id}": _ADMIN,
        "DELETE /v1/directory/{kind}/{row_id}": _ADMIN,
        "GET /v1/reclocks": _ADMIN,
        "POST /v1/reclocks": _ADMIN,
    },
    "notify": _OPEN
    | _DEAD
    | {
        "GET /v1/departments/{department}/assignments": ("department", "admin"),  # department: its own
        "GET /v1/departments/{department}/assignments/stream": ("department", "admin"),  # the same
        "GET /v1/cases/{case_id}/contact": ("department", "dispatcher", "followup"),  # the lead that signed
        "DELETE /v1/cases/{case_id}/contact": _ADMIN,
    },
    "metrics": _OPEN
    | _DEAD
    | {
        "GET /": (),
        "GET /static/{path:path}": (),
        "GET /public": (),  # where the board is on
        "GET /v1/public": (),  # the same
        "POST /v1/session": (),  # it asks for the key itself
        "DELETE /v1/session": (),
        "GET /v1/session": _VIEWING,
        "GET /v1/places": _VIEWING,
        "GET /v1/alerts": _VIEWING,
        "GET /v1/evidence/{case_id}": _VIEWING,
        "GET /v1/definitions": _VIEWING,
        "GET /v1/rates": _VIEWING,
        "GET /v1/rates/export": _VIEWING,
        "GET /v1/scores": _VIEWING,
        "GET /v1/rates/several": _VIEWING,
        "GET /v1/rates/compare": _VIEWING,
        "GET /v1/rates/series": _VIEWING,
        "GET /v1/rates/{rate}/receipt": _VIEWING,
        "GET /v1/rates/{rate}/receipt/export": _VIEWING,
        "GET /v1/rates/stream": _VIEWING,
    },
    "evidence": _OPEN | _DEAD,
}
